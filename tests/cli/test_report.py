"""Reports from the command line: any period, as of any instant; the issued ones proved."""

from tests.cli.conftest import Bihuan


def test_a_report_of_any_period_is_printed_and_nonsense_is_told(bihuan: Bihuan):
    done = bihuan("report", "general/bulletin", "2026-W53", "--json")
    assert done.code == 0
    assert (done.json["period"], done.json["before"]) == ("2026-W53", "2026-W52")
    assert done.json["parts"][0]["figures"][0] == "received"
    early = bihuan(
        "report", "general/iso", "2026", "--as-of", "2020-01-01T00:00:00+08:00", "--json"
    )
    assert early.json["parts"][0]["rows"][0]["now"][0] == [0, 0]
    assert bihuan("report", "general/nothing").code == 2
    assert "2026-W48" in bihuan("report", "general/iso", "2026-W99").err
    assert bihuan("report", "general/iso", "2026", "--as-of", "soon").code == 2


def test_issued_reports_are_proved_and_the_columns_made_anew(bihuan: Bihuan):
    assert bihuan("report", "--rebuild").code == 0
    assert bihuan("report", "--verify", "--json").json == {"reports": 0, "wrong": []}
