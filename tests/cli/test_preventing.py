"""A corrective action cannot be called effective from the command line either."""

from tests.cli.conftest import Bihuan


def test_whatever_counts_are_told_an_action_whose_problem_recurs_is_not_effective(bihuan: Bihuan):
    numbers = [
        bihuan(
            "register", "content=门关不上", f"name=顾客{n}", f"contact=1000000000{n}", "about=product",
            "--policy", "general", "--json",
        ).json["number"]
        for n in range(3)
    ]  # fmt: skip
    on = ("--sheet", "1")
    assert bihuan("act", numbers[-1], "find_cause", "cause=合页", *on).code == 0
    assert bihuan("act", numbers[-1], "take_action", "action=换合页", *on).code == 0

    judge = ("act", numbers[-1], "check_effect", "outcome=effective", *on)
    told = bihuan(*judge, "cases_before=99", "cases_after=0")
    plain = bihuan(*judge)
    later = bihuan(*judge, "--at", "2190-01-01T00:00:00+08:00")

    assert (told.code, plain.code, later.code) == (2, 1, 1)
    assert "cases_before" in told.err  # no field of the form
    assert "too early to say whether it worked" in plain.err
    assert "later than now" in later.err
    owed = bihuan("show", numbers[-1], "--json").json["owed"]
    assert "check_effect" in {one["act"] for one in owed}
