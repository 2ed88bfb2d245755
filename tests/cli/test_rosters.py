"""Rosters from the command line: a table in, the month out, gaps told."""

from pathlib import Path

from tests.cli.conftest import Bihuan


def test_a_table_is_rostered_listed_and_struck(bihuan: Bihuan, tmp_path: Path):
    table = tmp_path / "duty.csv"
    table.write_text(
        "day,post,unit,person\n2099-10-03,after_sales,,1\n2099-10-04,after_sales,,nobody\n", "utf-8"
    )
    done = bihuan("roster", "import", str(table), "--json")
    assert (done.code, done.json["added"], [row["line"] for row in done.json["rejected"]]) == (
        1,
        1,
        [3],
    )
    listed = bihuan("roster", "show", "--month", "2099-10", "--json").json
    assert [(one["post"], one["from"], one["until"]) for one in listed] == [
        ("after_sales", "2099-10-03T00:00:00+08:00", "2099-10-04T00:00:00+08:00")
    ]
    found = bihuan("roster", "gaps", "--month", "2099-10", "--json")
    assert found.code == 1
    assert "2099-10-03" not in [gap["day"] for gap in found.json]
    assert "2099-10-10" in [gap["day"] for gap in found.json]
    assert bihuan("roster", "strike", str(listed[0]["id"])).code == 0
    assert bihuan("roster", "show", "--month", "2099-10", "--json").json == []
    assert bihuan("roster", "show", "--month", "soon").code == 2
