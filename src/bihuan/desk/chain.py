"""What one entry of the history binds: its content, with personal values sealed, and the entry before."""

from hashlib import sha256

from bihuan.records.models.json_text import canonical
from bihuan.records.sealing import ERASED, Private, Sealed, commit, seal, unseal

__all__ = ["ERASED", "Private", "Sealed", "commit", "link", "seal", "unseal"]


def link(
    previous: str,
    number: str,
    sequence: int,
    kind: str,
    act_id: str,
    by: str,
    seat: str,
    sheet: int,
    at: int,
    recorded_at: int,
    data: str,
    effects: str,
) -> str:
    """The hash of one entry. `data` and `effects` are canonical JSON text.

    When the system noticed something is not bound, because history must not depend on when it did.
    """
    recorded = 0 if by == "system" else recorded_at
    head = canonical([previous, number, sequence, kind, act_id, by, seat, sheet, at, recorded])
    return sha256(f"{head}\n{data}\n{effects}".encode()).hexdigest()
