"""Common problems from the command line."""

from tests.cli.conftest import Bihuan


def test_problems_are_grouped_and_told_and_nonsense_is_refused(bihuan: Bihuan):
    done = bihuan("problems", "--group", "--json")
    assert done.code == 0
    assert bihuan("problems", "2026-02", "--json").json == []
    wrong = bihuan("problems", "2026-99")
    assert wrong.code != 0
    assert "2026-W48" in wrong.err
