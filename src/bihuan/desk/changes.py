"""The trail of administration: who changed what of the organisation, when, before and after.

Whoever opens a door (a page, a command) says who is there with `by`; what changes something notes it
with `note`, in the transaction of the change.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db.models import Max

from bihuan.engine.words import Text
from bihuan.records.models import Absence, AdministrativeChange, Holding, Rostering, Unit
from bihuan.records.queries.administration import LONGEST_NAME

Json = Any
Row = dict[str, Json]
Dated = type[Unit] | type[Holding] | type[Absence] | type[Rostering]
DATED: tuple[Dated, ...] = (Unit, Holding, Absence, Rostering)
AREAS = {
    "organisation": Text("单位与岗位", "Units and posts"),
    "people": Text("人员", "People"),
    "rosters": Text("值班", "Rosters"),
    "calendars": Text("工作日历", "Calendars"),
    "policy": Text("制度", "Policies"),
    "templates": Text("答复模板", "Reply templates"),
    "library": Text("文件库", "Library"),
    "papers": Text("打印表单", "Printed forms"),
    "look": Text("名称与标识", "Name and look"),
    "doors": Text("受理渠道", "Channels"),
    "notices": Text("通知", "Notices"),
    "tokens": Text("程序接入", "Access for programs"),
    "boxes": Text("收信邮箱", "Mailboxes"),
    "ways": Text("通知方式", "Ways of telling"),
    "sources": Text("帖子来源", "Sources of posts"),
    "lines": Text("电话线路", "Telephone lines"),
    "import mappings": Text("导入对照", "Mappings of imports"),
    "assistance": Text("语言模型辅助", "Assistance by a language model"),
    "webhooks": Text("事件推送", "Webhooks"),
}
_who: ContextVar[int | None] = ContextVar("who", default=None)


@contextmanager
def by(person: int | str | None) -> Iterator[None]:
    """Whatever is changed inside is noted as this person's."""
    token = _who.set(int(person) if person is not None and str(person).isdecimal() else None)
    try:
        yield
    finally:
        _who.reset(token)


def note(
    area: str,
    what: str,
    about: str,
    now: int,
    *,
    before: Sequence[Row] = (),
    after: Sequence[Row] = (),
) -> None:
    """Keep one change: `before` is what it ended, `after` what it began. Nothing changed, nothing kept."""
    if area not in AREAS:
        raise ValueError(area)
    if before or after:
        row: Row = {"before": list(before), "after": list(after), "about": about[:LONGEST_NAME]}
        AdministrativeChange.objects.create(at=now, by_id=_who.get(), area=area, what=what, **row)


class Known(NamedTuple):
    """What there was of a dated table before a change."""

    last: int  # the newest row's id
    ended: frozenset[int]  # withdrawn at this same instant already


def dated_rows(now: int) -> dict[Dated, Known]:
    """What there is of units, holdings, absences and rosters, for `note_rows` to compare with."""
    return {
        model: Known(
            model.objects.aggregate(last=Max("id"))["last"] or 0,
            frozenset(model.objects.filter(withdrawn_at=now).values_list("pk", flat=True)),
        )
        for model in DATED
    }


def note_rows(what: str, known: dict[Dated, Known], now: int) -> None:
    """Note what a change withdrew of the dated tables and what it added, one entry a table."""
    for model, had in known.items():
        rows = model.objects.all()
        ended = [
            row
            for row in rows.filter(withdrawn_at=now, pk__lte=had.last).order_by("id")
            if row.pk not in had.ended
        ]
        begun = list(rows.filter(pk__gt=had.last).order_by("id"))
        if ended or begun:
            area = {Rostering: "rosters", Absence: "people"}.get(model, "organisation")
            told = [*begun, *ended]
            more = f" +{len(told) - 1}" if len(begun) > 1 or len(ended) > 1 else ""
            note(
                area, what, _about(told[0]) + more, now,
                before=[_said(row) for row in ended], after=[_said(row) for row in begun],
            )  # fmt: skip


def _about(row: Any) -> str:
    if isinstance(row, Unit):
        return f"{row.name} ({row.code})"
    if isinstance(row, Absence):
        return str(row.person.name)
    return f"{row.post}@{row.unit}: {row.person.name}"


def _said(row: Any) -> Row:
    """A row in plain values; the person by name."""
    values = type(row).objects.filter(pk=row.pk).values().get()
    found: Row = {}
    for name, value in values.items():
        if name == "person_id":
            found["person"] = row.person.name
        elif name not in ("id", "known_at", "withdrawn_at") and value not in ("", None, False):
            found[name] = value
    return found
