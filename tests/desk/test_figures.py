"""Figures over columns: the same as over rows, new from new events, and any past day again as it was."""

from contextlib import contextmanager
from random import Random

import pytest

from bihuan.desk import columns, figures, retention
from bihuan.desk.perform import perform
from bihuan.desk.sweep import sweep
from bihuan.engine.calendar import Calendar
from bihuan.engine.case import Act
from bihuan.engine.figures import CaseRow, Figures, LegRow, OwedRow, VisitRow
from bihuan.engine.measure import Is, Span, taken
from bihuan.engine.measures import MEASURES, dimensions_of
from bihuan.engine.periods import period_of
from bihuan.records.models import Case
from tests.desk.firm import DAY, HOUR, MIN, START, firm, instant
from tests.desk.test_retention import GONE, archived

SHANGHAI = Calendar.build(week={"mon-fri": "09:00-18:00"})
WORDS = ("", "service", "quality", "外观", "a 'quoted' one", 'with, comma "and" \n line')


@pytest.fixture(autouse=True)
def an_empty_folder(settings, tmp_path):
    settings.HOME = tmp_path


def random_rows(dice: Random, case: str) -> Figures:
    """Rows such as no case leaves, but such as the columns can hold."""

    def at() -> int:
        return dice.choice((0, dice.randint(1, 1000)))

    def text(_name: str) -> str:
        return dice.choice(WORDS)

    made = CaseRow(**{
        name: text(name) if kind is str else dice.choice((None, dice.randint(0, 500)))
        if kind == int | None else at()
        for name, kind in CaseRow.__annotations__.items()
    } | {"case": case})  # fmt: skip
    posts = ("desk", "manager", "system", "customer")
    owed = tuple(
        OwedRow(case, text(""), n, "steps.x", dice.choice(("respond", "take_action", "execute")), 0,
                dice.choice(posts), text(""), tuple(dice.sample(("A-1", "A-2", "A-3"), dice.randint(0, 3))),
                at(), at(), at())
        for n in range(dice.randint(0, 4))
    )  # fmt: skip
    legs = tuple(
        LegRow(case, "p", 0, "reply", "desk", text(""), at(), at(), at(), dice.choice((0, at())))
        for _ in range(dice.randint(0, 3))
    )
    visits = tuple(
        VisitRow(case, "p", text(""), dice.choice(("follow_up", "rate")),
                 dice.choice(("satisfied", "unsatisfied", "unreachable")), dice.randint(0, 5), at())
        for _ in range(dice.randint(0, 3))
    )  # fmt: skip
    return Figures(made, owed, legs, visits)


@contextmanager
def book_of(folder, cases: list[Figures]):
    """These rows as columns."""
    with columns.Files(folder) as out:
        for number, rows in enumerate(cases, 1):
            out.write(columns.Head(number, rows.case.case, "p", 0, "", "", 1), rows)
    with columns.engine().cursor() as engine:
        names = (columns.HEADS, "cases", "owed", "legs", "visits", "calls")
        yield figures.Book(0, engine, {name: columns.of_csv(folder, name) for name in names})


@pytest.mark.parametrize("entropy", range(4))
def test_every_measure_over_columns_is_what_it_is_over_rows(tmp_path, entropy):
    dice = Random(entropy)
    cases = [random_rows(dice, f"C-{n}") for n in range(dice.choice((0, 1, 60)))]
    rows = {
        "cases": [one.case for one in cases],
        "owed": [row for one in cases for row in one.owed],
        "legs": [row for one in cases for row in one.legs],
        "visits": [row for one in cases for row in one.visits],
        "calls": [],
    }
    with book_of(tmp_path, cases) as book:
        for measure in MEASURES.values():
            since = dice.randint(0, 500)
            span = Span(since, since + dice.randint(0, 700), dice.randint(1, 1200))
            possible = dimensions_of(measure.of)
            by = tuple(dice.sample(possible, dice.randint(0, min(2, len(possible)))))
            only = (
                [Is("unit", tuple(dice.sample(WORDS, 2)))]
                if "unit" in possible and dice.random() < 0.4 else []
            )  # fmt: skip
            if "clause" in possible and dice.random() < 0.4:
                only = [*only, Is("clause", tuple(dice.sample(("A-1", "A-2", "A-9"), 2)))]
            found = book.take(measure, span, by=by, only=only)
            assert found == taken(measure, rows[measure.of], span, by=by, only=only), measure.name


def everything(as_of: int, now: int) -> dict:
    """Every figure of March 2026, whole and by one thing, as known at an instant."""
    month = period_of("month", SHANGHAI.day_of(START), SHANGHAI)
    span = Span(month.since, month.until, as_of)
    with figures.book(now, as_of) as book:
        return {
            (name, by): sorted(book.take(measure, span, by=(by,) if by else ()).items())
            for name, measure in MEASURES.items()
            for by in ("", *dimensions_of(measure.of)[:1])
        }


pytest_db = pytest.mark.django_db


@pytest_db
def test_last_month_as_of_then_is_the_same_after_corrections_and_after_everything_was_purged():
    office = firm()
    archived(office, about="unit", about_unit="works")
    other = office.complain(about="unit", about_unit="works", content="等了三小时").number
    office.acknowledge(other)
    told = instant("2026-04-05 09:00")
    sweep(told)
    then = everything(told, told)
    assert dict(then["received", ""]) == {(): (2, 2)}
    assert dict(then["closed", ""]) == {(): (1, 1)}
    assert dict(then["satisfaction", "unit"]) == {("works",): (5, 1)}

    corrected = office.act(other, "correct", office.agent, told + DAY, about="product")
    assert corrected.accepted, corrected.refusal
    office.complain(now=told + DAY)
    told_late = Act("classify", office.agent, START + DAY, {})
    late = perform(told_late, case_number=other, now=told + 2 * DAY)
    assert late.accepted, late.refusal
    assert everything(told, told + 3 * DAY) == then
    now = everything(told + 3 * DAY, told + 3 * DAY)
    assert now["done", ""][0][1].of == then["done", ""][0][1].of + 1

    assert retention.purge(GONE + MIN).certificates
    assert Case.objects.filter(ended="purged").exists()
    assert everything(told, GONE + DAY) == then


@pytest_db
def test_a_purged_case_still_counts_where_it_counted():
    office = firm()
    archived(office)
    before = everything(GONE, GONE - HOUR)
    retention.purge(GONE + MIN)
    after = everything(GONE + DAY, GONE + DAY)
    same = ("received", "closed", "closing median", "satisfaction", "resolved in time")
    assert [after[name, ""] for name in same] == [before[name, ""] for name in same]
    assert after["received", "unit"] == before["received", "unit"]


@pytest_db
def test_folding_what_is_new_gives_what_folding_everything_gives():
    office = firm()
    numbers = [office.complain(now=START + n * HOUR).number for n in range(5)]
    columns.refresh(START + DAY)
    for number in numbers[::2]:
        office.acknowledge(number, now=START + DAY)
    sweep(START + 3 * DAY)
    numbers.append(office.complain(now=START + 3 * DAY).number)
    step_by_step = everything(START + 4 * DAY, START + 4 * DAY)
    assert columns.refresh(START + 4 * DAY).last == columns.manifest().last
    columns.rebuild(START + 4 * DAY)
    assert everything(START + 4 * DAY, START + 4 * DAY) == step_by_step
    assert dict(step_by_step["received", ""]) == {(): (6, 6)}


@pytest_db
def test_columns_of_another_database_are_not_taken_for_ours(tmp_path):
    office = firm()
    office.complain()
    columns.refresh(START)
    kept = columns.manifest()
    text = (tmp_path / "figures" / "manifest.json").read_text().replace(kept.head, "0" * 64)
    (tmp_path / "figures" / "manifest.json").write_text(text)
    assert columns.refresh(START + MIN).head == kept.head


@pytest_db
def test_each_figure_names_the_cases_it_stands_on_and_only_what_one_may_see_is_counted():
    office = firm()
    first = office.complain(about="unit", about_unit="works").number
    second = office.complain(now=START + HOUR, about="person", about_person=office.head).number
    day = Span(START - HOUR, START + DAY, START + DAY)
    received, missed = MEASURES["received"], MEASURES["missed"]
    with figures.book(START + DAY) as book:
        assert book.numbers(received, day) == [second, first]
        assert book.numbers(received, day, only=[Is("unit", ("works",))]) == [first]
        assert book.numbers(received, day, first=1) == [first]
        assert first in book.numbers(missed, day)
        wall = figures.Seen(("general",), (("general", office.head),))
        assert book.take(received, day, seen=wall) == {(): (1, 1)}
        assert book.numbers(received, day, seen=wall) == [first]
        one = figures.Seen(cases=(Case.objects.get(number=second).pk,))
        assert book.numbers(received, day, seen=one) == [second]
        assert book.take(received, day, seen=figures.Seen(cases=())) == {(): (0, 0)}


@pytest_db
def test_a_period_with_no_cases_has_no_invented_figure():
    firm()
    empty = Span(START - 9 * DAY, START - 8 * DAY, START)
    with figures.book(START) as book:
        for measure in MEASURES.values():
            value = book.take(measure, empty)[()]
            assert value == ((0, 0) if measure.unit == "count" else (None, 0)), measure.name
