"""Reports as data of a policy: what the file says, what is refused, and what one unit may read of others."""

from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.desk.policy_files import read_nodes
from bihuan.engine.compile import compile_policy
from bihuan.engine.measure import Is, Value
from bihuan.engine.measures import ISO_10002
from bihuan.engine.periods import before, period_of
from bihuan.engine.policy import Report, ReportPart
from bihuan.engine.reporting import FEWEST, ISO, MOST, drawn, hushed
from bihuan.engine.words import Text
from tests.engine.stories import instant
from tests.engine.test_periods import SHANGHAI
from tests.engine.worlds import pack

WEEK = period_of("week", SHANGHAI.day_of(instant("2026-03-02 10:00")), SHANGHAI)


def findings(old: str, new: str) -> list[str]:
    text = files("bihuan.packs").joinpath("mall/policy.yaml").read_text("utf-8")
    assert old in text
    node, _ = read_nodes(text.replace(old, new, 1))
    assert node is not None
    return [finding.say("en") for finding in compile_policy(node)[1]]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[received, repeat], by: category", "[recieved, repeat], by: category", "'received'"),
        ("[received, repeat], by: category", "[received, repeat], by: post", "is called 'post'"),
        ("[received, repeat], by: category", "[received], by: category, only: {kind: return}", "'return'"),
        ("  weekly_report:  {zh", "  weakly_report:  {zh", "'weekly_report'"),
        ("to: [operations_manager, store_gm], clause: MALL-7.2", "to: [boss], clause: MALL-7.2", "'boss'"),
        ("within: review_time, covering: today", "within: review_time", "covering"),
    ],
)  # fmt: skip
def test_what_a_report_names_and_is_not_there_is_found(old, new, says):
    assert any(says in found for found in findings(old, new)), findings(old, new)


def test_a_report_bears_the_name_of_its_row_and_says_its_parts():
    policy = pack("general")
    bulletin = policy.reports["bulletin"]
    assert (bulletin.each, bulletin.to) == ("department", ("general_manager", "department_head"))
    assert bulletin.parts[2] == ReportPart(
        ("received", "resolved late"),
        ("unit",),
        (),
        bulletin.parts[2].at,
        Text("各部门", "By department"),
    )
    assert ISO.parts[0].figures == ISO_10002


def test_figures_stand_beside_those_of_the_period_before_and_the_largest_groups_first():
    report = Report("r", Text("报", "r"), (ReportPart(("received",), ("category",)),))
    asked = []

    def take(measure, span, by, only):
        asked.append((measure.name, span.since, by, tuple(only)))
        if span.since == WEEK.since:
            return {(f"c{n:02}",): Value(n, n) for n in range(1, MOST + 3)}
        return {("c01",): Value(4, 4), ("gone",): Value(9, 9)}

    last = before(WEEK, SHANGHAI)
    made = drawn(report, "mall", WEEK, last, WEEK.until, take)
    (part,) = made["parts"]
    assert [row["key"] for row in part["rows"]][:2] == [["c14"], ["c13"]]
    assert (len(part["rows"]), part["more"]) == (MOST, 2)
    assert part["rows"][0] == {"key": ["c14"], "now": [[14, 14]], "before": [[0, 0]]}
    assert (made["period"], made["before"]) == ("2026-W10", "2026-W09")
    assert asked[0] == ("received", WEEK.since, ("category",), (Is("policy", ("mall",)),))


@pytest.mark.parametrize(("own", "said"), [(5, True), (4, False), (3, False), (2, True)])
def test_a_units_own_part_tells_of_the_whole_unless_that_tells_of_a_few_others(own, said):
    report = Report("r", Text("报", "r"), (ReportPart(("received",)),))

    def take(_measure, _span, _by, only):
        whole = not any(test.column == "unit" for test in only)
        return {(): Value(5, 5) if whole else Value(own, own)}

    made = drawn(report, "p", WEEK, before(WEEK, SHANGHAI), WEEK.until, take, units=["works"])
    assert made["parts"][0]["rows"][0]["now"] == [[own, own]]
    assert made["parts"][0]["whole"] == [[5, 5] if said else None]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), min_size=1))
def test_nothing_of_fewer_than_three_cases_of_others_can_be_read_or_reckoned(sizes):
    rows = [{"key": [key], "now": [[n, n]], "before": [[0, 0]]} for key, n in sizes.items()]
    shown = hushed(rows, frozenset("a"))
    left_out = [row for row in rows if row not in shown]
    others = [row["now"][0][1] for row in shown if row["key"] != ["a"]]
    assert all(of >= FEWEST for of in others)
    assert ("a" in sizes) == any(row["key"] == ["a"] for row in shown)
    hidden = [row["now"][0][1] for row in left_out]
    if others:  # something is left to reckon with
        assert not hidden or (sum(hidden) >= FEWEST and len(hidden) > 1)
