"""Periodic reports: issued with their figures when their row of rhythm opens, and produced again at will."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from bihuan.desk import columns, figures, worlds
from bihuan.desk.worlds import Ruling
from bihuan.engine.calendar import Calendar
from bihuan.engine.measure import Is, Key, Measure, Span, Value
from bihuan.engine.organisation import Organisation, Seat, seat
from bihuan.engine.periods import Period, before, covered
from bihuan.engine.policy import Report
from bihuan.engine.reporting import drawn, report_named
from bihuan.records.models import Case, IssuedReport, Outbox
from bihuan.records.models.json_text import canonical

Json = Any
BACK = 35 * 86_400  # what opened longer ago is not issued any more; it can still be produced


@dataclass(frozen=True, slots=True)
class Opening:
    """A row of rhythm that opened in a ledger and has a report."""

    case_id: int
    event: int
    sheet: int
    name: str
    at: int


def issue(now: int) -> int:
    """Issue the reports whose rows have opened since the last time; how many were issued."""
    made = 0
    for version_id, unit, opening in _openings(now):
        ruling = worlds.ruling(version_id, now)
        made += len(_issue(ruling, unit, opening, now))
    return made


def produce(
    ruling: Ruling,
    report: Report,
    period: Period,
    as_of: int | None,
    now: int,
    *,
    units: Sequence[str] = (),
    intake: Sequence[str] = (),
    seen: figures.Seen | None = None,
) -> dict[str, Json]:
    """The figures of a report of any period, as known now or at an earlier instant.

    ``intake`` narrows it to what these units received, ``seen`` to what somebody may see.
    """
    received = [Is("intake", tuple(intake))] if intake else []
    with figures.book(now, as_of) as book:

        def take(
            measure: Measure, span: Span, by: Sequence[str], only: Sequence[Is]
        ) -> dict[Key, Value]:
            also = received if measure.of == "cases" else []
            return book.take(measure, span, by=by, only=[*only, *also], seen=seen)

        previous = before(period, calendar_of(ruling))
        made = drawn(report, ruling.code, period, previous, as_of or now, take, units=units)
    return made | {"units": list(units), "intake": list(intake)}


def calendar_of(ruling: Ruling) -> Calendar:
    """The calendar on whose days a policy's periods lie."""
    return ruling.world.calendars["usual"]


def within(organisation: Organisation, unit: str) -> tuple[str, ...]:
    """A unit and all below it."""
    return tuple(code for code in organisation.units if organisation.within(code, unit))


def hash_of(report: IssuedReport) -> str:
    """What an issued report binds: what it is about, when it was taken, and every figure."""
    said = [report.event, report.name, report.unit, report.period, report.as_of, report.figures]
    return sha256(canonical([*said, report.names]).encode()).hexdigest()


def again(report: IssuedReport, now: int) -> dict[str, Json]:
    """The figures of an issued report taken anew, as of the instant it was issued for."""
    ruling = worlds.ruling(report.policy_id, now)
    found = report_named(ruling.world.policy, report.name)
    if found is None:
        raise LookupError(report.name)
    organisation = worlds.organisation(report.as_of)
    row = next(row for row in ruling.world.policy.rhythm if row.name == report.name)
    return produce(
        ruling,
        found,
        covered(row.covering, report.as_of, calendar_of(ruling)),
        report.as_of,
        now,
        units=within(organisation, report.unit) if report.unit else (),
        intake=_intake(report.policy_id, report.case.unit, organisation),
    )


def proved(now: int) -> Iterator[tuple[int, str, str]]:
    """Each issued report: its id, what it is, and what is wrong: "hash", "figures", or nothing."""
    for report in IssuedReport.objects.select_related("case").order_by("id").iterator():
        fault = ""
        if report.hash != hash_of(report):
            fault = "hash"
        elif again(report, now) != report.figures:
            fault = "figures"
        yield report.pk, str(report), fault


# -- Issuing ---------------------------------------------------------------------------------------

_OPENED = """
    SELECT e.id, e.at, e.effects, c.id, c.policy_id, c.unit FROM records_event e
    JOIN records_case c ON c.id = e.case_id
    WHERE c.ledger AND e.kind = 'opened' AND e.id > %s AND e.at > %s ORDER BY e.id
"""


def _openings(now: int) -> Iterator[tuple[int, str, Opening]]:
    newest = IssuedReport.objects.order_by("-event").values_list("event", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(_OPENED, (newest or 0, now - BACK))
        rows = cursor.fetchall()
    for event, at, text, case_id, version_id, unit in rows:
        reports = worlds.policy_of(version_id).reports
        effects = columns.loaded(text)
        name = next((data["row"] for kind, data in effects if kind == "rhythm"), "")
        if name in reports:
            sheet = next((data["number"] for kind, data in effects if kind == "sheet opened"), 0)
            yield version_id, unit, Opening(case_id, event, sheet, name, at)


def _issue(ruling: Ruling, unit: str, opening: Opening, now: int) -> list[IssuedReport]:
    policy = ruling.world.policy
    report = policy.reports[opening.name]
    row = next(row for row in policy.rhythm if row.name == opening.name)
    period = covered(row.covering, opening.at, calendar_of(ruling))
    organisation = worlds.organisation(opening.at)
    intake = _intake(ruling.version_id, unit, organisation)
    made = []
    for part in ("", *_units_of_kind(organisation, report.each)):
        units = within(organisation, part) if part else ()
        found = produce(ruling, report, period, opening.at, now, units=units, intake=intake)
        said: dict[str, Json] = {
            "case_id": opening.case_id, "event": opening.event, "sheet": opening.sheet,
            "name": report.name, "policy_id": ruling.version_id, "unit": part,
            "period": period.name, "as_of": opening.at, "issued_at": now, "figures": found,
            "names": _names(found, organisation, part),
            "readers": _readers(ruling, report, organisation, part),
        }  # fmt: skip
        issued = IssuedReport(**said)
        issued.hash = hash_of(issued)
        made.append(issued)
    with transaction.atomic():
        for issued in made:
            issued.save(force_insert=True)
            Outbox.objects.bulk_create(_messages(issued, report, now))
    return made


def _intake(version_id: int, unit: str, organisation: Organisation) -> tuple[str, ...]:
    """What a ledger's report is over: all that its policy receives, or with several ledgers its own."""
    ledgers = Case.objects.filter(ledger=True, policy_id=version_id).count()
    return within(organisation, unit) if ledgers > 1 and unit else ()


def _units_of_kind(organisation: Organisation, kind: str) -> list[str]:
    return [code for code, unit in organisation.units.items() if kind and unit.kind == kind]


def _names(found: dict[str, Json], organisation: Organisation, part: str) -> dict[str, str]:
    """What the units in the figures are called at that time."""
    codes = {part}
    for told in found["parts"]:
        for place, column in enumerate(told["by"]):
            if column in ("unit", "intake"):
                codes |= {row["key"][place] for row in told["rows"]}
    units = organisation.units
    return {code: units[code].name for code in sorted(codes) if code in units}


def _readers(ruling: Ruling, report: Report, organisation: Organisation, part: str) -> list[Seat]:
    """The seats that are told: those of the unit for its part, the others for the whole."""
    found = []
    for post in report.to:
        if bool(ruling.world.policy.posts[post].of) != bool(part):
            continue
        places = [seat(post, part)] if part else [
            place for place in sorted(organisation.known) if place.partition("@")[0] == post
        ]  # fmt: skip
        found += [place for place in places if organisation.people(place)]
    return found


def _messages(issued: IssuedReport, report: Report, now: int) -> list[Outbox]:
    body = {
        "report": issued.pk, "name": issued.name, "title": list(report.text),
        "period": issued.period, "unit": issued.unit,
    }  # fmt: skip
    every: dict[str, Json] = {
        "kind": "report", "case_id": issued.case_id, "body": body, "written_at": now, "next_at": now,
    }  # fmt: skip
    return [
        Outbox(**every, to=f"seat:{place}", dedupe=f"report/{issued.pk}/{place}")
        for place in issued.readers
    ]
