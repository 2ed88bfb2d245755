"""The columns of a list of cases: what each is called, and what stands in it, on a page and in a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.desk import permissions, worlds
from bihuan.records.queries.cases import Listed
from bihuan.records.queries.find import complainants, whole_of
from bihuan.web.addresses import address
from bihuan.web.shell import Reader
from bihuan.web.words import Clock, Names, tone_of_severity, tone_of_stage

Json = Any


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list, in the words of the reader."""

    case: Listed
    names: Names
    clock: Clock
    is_whole: bool  # seen whole; else only that it is there
    name: str  # who complained
    phone: str  # in clear
    late: bool = False  # in a list of the overdue, which is by when they became so

    @property
    def title(self) -> str:
        """What the matter is called; contact data in it stay hidden from who has only a note of it."""
        title = self.case.title if self.is_whole else permissions.mask_contact(self.case.title)
        return title or self.case.number

    @property
    def due(self) -> int | None:
        """When the next owed act is due; None where none is, or it is not the reader's to know."""
        case = self.case
        due = case.first_due_at if self.late else case.next_due_at
        return due if case.is_open and due and self.is_whole else None

    def value(self, name: str) -> str:
        """The words of a fact."""
        found = getattr(self.case, name)
        return self.names.value(name, found, self.clock) if found else ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: an instant, or the words in it."""

    label: str | Promise
    text: Callable[[Row], str]
    at: Callable[[Row], int | None] | None = None
    day_only: bool = False
    ends: bool = False  # the instant is an end, as 24:00 is one


def _nothing(_row: Row) -> str:
    return ""


def _seat(row: Row) -> str:
    return row.names.seat(row.case.owner) if row.case.owner else ""


# Drawn by the template in a manner of their own: left, title, complainant, state.
COLUMNS: dict[str, Column] = {
    "left": Column(_("Left"), _nothing),
    "due": Column(_("Due"), _nothing, lambda row: row.due, ends=True),
    "title": Column(_("Case"), lambda row: row.title),
    "complainant": Column(_("Complainant"), lambda row: row.name),
    "number": Column(_("No."), lambda row: row.case.number),
    "owner": Column(_("Owner"), _seat),
    "registered": Column(
        _("Registered"), _nothing, lambda row: row.case.registered_at, day_only=True
    ),
    "state": Column(_("State"), lambda row: row.names.stage(row.case.stage, row.case.ended)),
    "severity": Column(_("Severity"), lambda row: row.names.severity(row.case.severity)),
    "kind": Column(_("Kind"), lambda row: row.value("kind")),
    "category": Column(_("Category"), lambda row: row.value("category")),
    "channel": Column(_("Channel"), lambda row: row.value("channel")),
    "unit": Column(_("Received by"), lambda row: row.value("unit")),
    "about": Column(_("Unit concerned"), lambda row: row.value("about_unit")),
    "received": Column(_("Received"), _nothing, lambda row: row.case.received_at),
    "agreed": Column(
        _("Agreed feedback time"), _nothing, lambda row: row.case.agreed_at, ends=True
    ),
    "closed": Column(_("Closed"), _nothing, lambda row: row.case.closed_at),
}
USUAL = ("left", "due", "title", "complainant", "number", "owner", "registered", "state")
OF_THE_WHOLE = frozenset({"left", "due", "complainant"})  # told only to who sees all of a case


def read_rows(listed: Sequence[Listed], reader: Reader, *, late: bool = False) -> list[Row]:
    """Cases that were found, in the reader's words and in their order."""
    whole = whole_of(reader.viewer, listed)
    people = complainants(whole)

    @cache
    def names(policy: int) -> Names:
        return Names(worlds.policy_of(policy), reader.organisation, reader.language)

    return [
        Row(case, names(case.policy_id), reader.clock, case.id in whole,
            *people.get(case.id, ("", "")), late)
        for case in listed
    ]  # fmt: skip


def telling(columns: tuple[str, ...], rows: Sequence[Row]) -> tuple[str, ...]:
    """The columns but those that are empty for who sees none of these cases whole."""
    if not rows or any(row.is_whole for row in rows):
        return columns
    return tuple(name for name in columns if name not in OF_THE_WHOLE)


def drawn(row: Row, columns: Sequence[str]) -> dict[str, Json]:
    """A row as ui/list.jinja draws it."""
    case, policy = row.case, row.names.policy
    return {
        "key": case.id,
        "number": case.number,
        "url": address("case", args=[case.number]),
        "title": row.title,
        "phone": permissions.mask_phone(row.phone) if row.phone else "",
        "tone": tone_of_stage(case.stage, case.ended),
        "severity": row.names.severity(case.severity),
        "severity_tone": tone_of_severity(policy, case.severity),
        "due": row.due,
        "cells": {name: text_of(row, name) for name in columns},
    }


def text_of(row: Row, name: str) -> str:
    """What stands in a column on the page."""
    column = COLUMNS[name]
    if column.at is None:
        return column.text(row)
    at = column.at(row)
    if not at:
        return ""
    if column.ends:
        return row.clock.by(at)
    return row.clock.day(at) if column.day_only else row.clock.at(at)
