"""One act on many cases: each judged and written by itself, in a transaction of its own."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from bihuan.desk.perform import Performed, perform
from bihuan.engine.case import Act


def perform_on_many(
    acts: Iterable[tuple[str, Act]], form_id: str, now: int
) -> Iterator[tuple[str, Performed]]:
    """Do these acts, each on the case of its number; what came of each, in their order.

    Repeating `form_id` does nothing more: what came of a case the first time comes again.
    """
    for number, act in acts:
        yield number, perform(act, case_number=number, act_id=id_for(form_id, number), now=now)


def id_for(form_id: str, number: str) -> str:
    """The act id on one case of a form sent for many."""
    return sha256(f"many/{form_id}/{number}".encode()).hexdigest()[:48]
