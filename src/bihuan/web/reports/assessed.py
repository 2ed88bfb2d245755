"""The assessments of a period as a table: each with what was late, by how much, and who answers for it."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from bihuan.desk.assessments import SHEET, Found
from bihuan.engine import manner
from bihuan.engine.organisation import unit_of
from bihuan.engine.say_time import say_length
from bihuan.web.addresses import address
from bihuan.web.reports.saying import NOTHING, Figure, Line, Table
from bihuan.web.shell import Reader
from bihuan.web.words import Names


def assessed_table(
    found: Sequence[Found], names: Names, units: Mapping[str, str], reader: Reader
) -> Table:
    """A line for each assessment, and below it one for each act that was late."""
    heads = (
        _("To be done by"), _("Was done"), _("Late by"), _("Who answers for it"), _("Where it stands"),
    )  # fmt: skip
    lines = tuple(line for each in found for line in _lines(each, names, units, reader))
    return Table(_("Assessments proposed"), _("Unit and step"), heads, ("",) * len(heads), lines)


def _lines(each: Found, names: Names, units: Mapping[str, str], reader: Reader) -> Iterator[Line]:
    one, unit = each.one, unit_of(each.one.to)
    number = names.policy.sheets[SHEET].called(each.case, one.sheet)
    late = sum(item["late"] for item in one.evidence)
    url = address("case", args=[each.case])
    yield Line(f"{units.get(unit) or names.unit(unit)} {number}", (
        Figure(""), Figure(""), Figure(names.text(say_length(late)) if late else NOTHING, url=url),
        Figure(_shares(one.shares, names)), Figure(_stands(each, names, reader)),
    ))  # fmt: skip
    for item in one.evidence:
        done = reader.clock.full(item["done"]) if item["done"] else _("not yet")
        yield Line(f"— {names.act(item['act'])}", (
            Figure(reader.clock.full(item["due"])), Figure(done),
            Figure(names.text(say_length(item["late"])) if item["late"] else NOTHING),
            Figure(_shares(item["shares"], names) if len(one.evidence) > 1 else ""), Figure(""),
        ))  # fmt: skip


def _shares(shares: Mapping[str, int], names: Names) -> str:
    return _(", ").join(
        f"{names.post(seat)} {manner.percent(share)}" for seat, share in shares.items()
    )


def _stands(each: Found, names: Names, reader: Reader) -> str:
    one = each.one
    if not one.last:
        return _("proposed")
    outcome = names.value("outcome", one.outcome, reader.clock, one.last) if one.outcome else ""
    return _(": ").join(filter(None, (names.act(one.last), outcome)))
