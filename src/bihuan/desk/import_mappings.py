"""Keeps what the columns of an imported table are, under a name, to be used again."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from bihuan.desk import changes
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import ImportMapping

Pairs = tuple[tuple[str, str], ...]
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Mapping:
    """How tables of one kind are read: `columns` are pairs of column and field, an empty field leaves it out."""

    columns: Pairs = ()
    constant: Pairs = ()  # field and value
    conditions: Pairs = ()  # column and value
    system: str = ""
    source: str = ""


@transaction.atomic
def save(name: str, mapping: Mapping, now: int) -> Refusal | None:
    """Keep a mapping; one of the same name is replaced, and stays as it was in the log of changes."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        text = Text("名称一行，至多 60 字", "a name is one line of at most 60 characters")
        return Refusal("bad-name", text, field="name")
    before = find(name)
    if before == mapping:
        return None
    _rows(name).update(dropped_at=now)
    kept: dict[str, Any] = {"name": name, "told": asdict(mapping)}
    ImportMapping.objects.create(**kept, saved_at=now)
    changes.note("import mappings", "save", name, now,
                 before=[_told(before)] if before else [], after=[_told(mapping)])  # fmt: skip
    return None


@transaction.atomic
def drop(name: str, now: int) -> bool:
    """Forget a mapping; whether there was one."""
    before = find(name)
    if before is None:
        return False
    _rows(name).update(dropped_at=now)
    changes.note("import mappings", "drop", name, now, before=[_told(before)])
    return True


def find(name: str) -> Mapping | None:
    """The mapping of that name, or None."""
    row = _rows(name).first()
    return _mapping(row.told) if row else None


def names() -> list[str]:
    """What the mappings are called."""
    rows = ImportMapping.objects.filter(dropped_at=None).order_by("name")
    return list(rows.values_list("name", flat=True))


def _rows(name: str) -> Any:
    return ImportMapping.objects.filter(name=" ".join(name.split()), dropped_at=None)


def _mapping(told: dict[str, Any]) -> Mapping:
    pairs = {
        part: tuple((one, other) for one, other in told[part])
        for part in ("columns", "constant", "conditions")
    }
    return Mapping(**pairs, system=told["system"], source=told["source"])


def _told(mapping: Mapping) -> dict[str, Any]:
    return {key: value for key, value in asdict(mapping).items() if value}
