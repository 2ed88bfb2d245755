"""bihuan import, as a newcomer runs it."""

from functools import partial
from pathlib import Path

import openpyxl

from tests.cli.conftest import Bihuan, run

CARS = (
    "id,brand,desc,datetime,status\n"
    "482028,甲牌,甲牌车门异响,2020/6/8,审核\n"
    "482027,乙牌,乙牌无法充电,2020/6/8,审核\n"
    "482026,丙牌,,2020/6/8,审核\n"
    "482025,丁牌,丁牌漏油,前天,审核\n"
    "482024,戊牌\n"
)


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return str(file)


def test_a_newcomer_imports_a_gb18030_file_on_an_empty_data_folder(fresh: Path, tmp_path: Path):
    bihuan = partial(run, fresh)
    file = write(tmp_path, "cars.csv", CARS, "gb18030")
    done = bihuan("import", file, "--policy", "general", "--json")
    assert done.code == 1  # something was rejected
    found = done.json
    assert found["encoding"] == "gb18030"
    assert found["mapping"] == {"id": "id", "desc": "content", "datetime": "received"}
    assert found["added"] == 2
    told = {item["line"]: item["reason"]["en"] for item in found["rejected"]}
    assert told[4] == "there is no complaint in it"
    assert "'前天' in the column 'datetime' is wrong; right would be 2026-02-13" in told[5]
    assert told[6].startswith("has 2 cells where 5 are needed")
    assert "no organisation" in done.err
    assert "password" in done.err

    shown = bihuan("show", found["first"], "--json").json
    assert shown["received_at"] == "2020-06-08T00:00:00+08:00"
    assert shown["registered_at"] > "2026"
    assert shown["facts"]["content"] == "甲牌车门异响"
    assert [owed["act"] for owed in shown["owed"]][:1] == ["acknowledge"]
    assert all(owed["due_at"] > shown["registered_at"] for owed in shown["owed"])
    assert bihuan("verify").code == 0


def test_importing_again_adds_nothing_and_says_where_the_words_differ(
    bihuan: Bihuan, tmp_path: Path
):
    file = write(tmp_path, "a.csv", "编号,投诉内容\nA1,灯坏了\nA2,门坏了\n")
    assert bihuan("import", file, "--policy", "general", "--json").json["added"] == 2
    again = bihuan("import", file, "--policy", "general", "--json")
    assert (again.code, again.json["added"], again.json["repeated"]) == (0, 0, 2)

    other = write(tmp_path, "b.csv", "编号,投诉内容\nA1,完全另一件事\n")
    differing = bihuan("import", other, "--policy", "general", "--json")
    assert differing.code == 1
    assert differing.json["added"] == 0
    assert "is registered as TS" in differing.json["differing"][0]["reason"]["en"]
    sourced = bihuan("import", other, "--policy", "general", "--source", "hotline", "--json")
    assert (sourced.code, sourced.json["added"]) == (0, 1)


def test_rows_without_id_are_known_by_their_content(bihuan: Bihuan, tmp_path: Path):
    file = write(
        tmp_path, "r.csv", "label,review\n0,太慢了等了很久\n1,很好吃下次再来\n0,太慢了等了很久\n"
    )
    first = bihuan("import", file, "--policy", "general", "--where", "label=0", "--json").json
    assert (first["chosen"], first["added"]) == (2, 2)  # two customers may say the same
    again = bihuan("import", file, "--policy", "general", "--where", "label=0", "--json").json
    assert (again["added"], again["repeated"]) == (0, 2)
    both = bihuan("import", file, "--policy", "general", "--json").json
    assert (both["added"], both["repeated"]) == (1, 2)


def test_one_column_and_no_header(bihuan: Bihuan, tmp_path: Path):
    file = write(tmp_path, "one.txt", "空调不制冷已经三天\n电梯一直在响没人管\n")
    done = bihuan("import", file, "--policy", "general", "--no-header", "--json")
    assert (done.code, done.json["mapping"], done.json["added"]) == (0, {"1": "content"}, 2)


def test_a_workbook_with_names_and_phones(bihuan: Bihuan, tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["投诉人", "联系电话", "投诉内容", "投诉对象"])
    book.active.append(["顾客甲", 10000000001, "地面湿滑,差点摔倒", "部门"])
    file = tmp_path / "b.xlsx"
    book.save(file)
    done = bihuan("import", str(file), "--policy", "general", "--json")
    assert (done.code, done.json["added"]) == (0, 1)
    assert done.json["mapping"]["联系电话"] == "phone"
    facts = bihuan("show", done.json["first"], "--json").json["facts"]
    assert facts["contact"] == "100****0001"
    assert facts["about"] == "unit"
    assert facts["name"] == "顾*甲"


def test_columns_can_be_mapped_joined_and_left_out(bihuan: Bihuan, tmp_path: Path):
    file = write(tmp_path, "m.csv", "brand,desc,date\n甲牌,车门异响,前天\n")
    done = bihuan(
        "import", file, "--policy", "general", "--map", "brand=content", "--map", "date=",
        "--set", "channel=phone", "--json",
    )  # fmt: skip
    assert done.code == 0
    facts = bihuan("show", done.json["first"], "--json").json["facts"]
    assert facts["content"] == "甲牌\n车门异响" or facts["content"] == "车门异响\n甲牌"
    assert facts["channel"] == "phone"


def test_a_dry_run_registers_nothing(bihuan: Bihuan, tmp_path: Path):
    file = write(tmp_path, "a.csv", "编号,投诉内容\nA1,灯坏了\n")
    done = bihuan("import", file, "--policy", "general", "--dry-run")
    assert done.code == 0
    assert "1 rows could be registered" in done.out
    assert bihuan("list", "--json").json == []


def test_the_rows_not_taken_are_written_to_a_file(bihuan: Bihuan, tmp_path: Path):
    file = write(tmp_path, "cars.csv", CARS, "gb18030")
    kept = tmp_path / "rejected.csv"
    bihuan("import", file, "--policy", "general", "--rejected", str(kept))
    lines = kept.read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["line", "4", "5", "6"]


def test_what_cannot_be_imported_is_refused_in_one_sentence(bihuan: Bihuan, tmp_path: Path):
    empty = write(tmp_path, "empty.csv", "")
    numbers = write(tmp_path, "numbers.csv", "a,b\n1,2\n")
    good = write(tmp_path, "good.csv", "id,text\n1,灯坏了\n")
    for words, code, told in (
        ((empty, "--policy", "general"), 1, "empty.csv: the file is empty"),
        ((numbers, "--policy", "general"), 2, "--map COLUMN=content"),
        ((good, "--policy", "nix"), 2, "there is no policy"),
        (
            (good, "--policy", "general", "--where", "stars=1"),
            2,
            "no column 'stars'; there are id, text",
        ),
        ((good, "--policy", "general", "--map", "text=colour"), 2, "no field 'colour'"),
        ((good, "--policy", "general", "--unit", "moon"), 2, "no unit 'moon'"),
        ((str(tmp_path / "none.csv"), "--policy", "general"), 2, "there is no file"),
        ((str(tmp_path), "--policy", "general"), 2, "is a folder"),
    ):
        done = bihuan("import", *words)
        assert done.code == code, (words, done)
        assert told in done.err


def test_another_policy_is_not_slipped_into_an_organisation(bihuan: Bihuan, tmp_path: Path):
    good = write(tmp_path, "good.csv", "id,text\n1,灯坏了\n")
    assert bihuan("import", good, "--policy", "general").code == 0
    refused = bihuan("import", good, "--policy", "mall")
    assert refused.code == 1
    assert "bihuan policy adopt mall" in refused.err


def test_a_mapping_is_kept_under_a_name_and_used_again(bihuan: Bihuan, tmp_path: Path):
    file = write(tmp_path, "a.csv", "nr,brand,desc\nA1,甲牌,车门异响\n")
    words = ("import", file, "--policy", "general")
    told = ("--map", "nr=id", "--map", "brand=", "--map", "desc=content", "--set", "channel=phone")
    assert bihuan(*words, *told, "--source", "old", "--save-mapping", "老系统").code == 0
    assert bihuan("mappings", "--json").json["老系统"]["source"] == "old"

    other = write(tmp_path, "b.csv", "nr,desc\nA1,车门异响\nA2,漏油\n")
    report = tmp_path / "report.csv"
    again = bihuan("import", other, "--policy", "general", "--mapping", "老系统", "--json",
                   "--report", str(report))  # fmt: skip
    assert (again.code, again.json["added"], again.json["repeated"]) == (0, 1, 1)
    rows = [line.split(",") for line in report.read_text("utf-8-sig").splitlines()]
    assert [row[:2] for row in rows] == [["line", "result"], ["2", "known"], ["3", "registered"]]
    assert rows[2][2] == again.json["first"]
    facts = bihuan("show", again.json["first"], "--json").json["facts"]
    assert facts["channel"] == "phone"

    lacking = write(tmp_path, "c.csv", "nr,text\nA1,车门异响\n")
    refused = bihuan("import", lacking, "--policy", "general", "--mapping", "老系统")
    assert (refused.code, "no column 'desc'" in refused.err) == (2, True)
    assert "no mapping 'nix'" in bihuan(*words, "--mapping", "nix").err


def test_the_export_of_another_system_is_taken_and_what_is_refused_is_told_by_line_and_field(
    bihuan: Bihuan, tmp_path: Path
):
    osticket = write(
        tmp_path, "o.csv",
        "Ticket Number,Date Created,Subject,From,From Email,Current Status\n"
        "100001,2026-02-03 09:30:00,空调不制冷,陈示例,chen@example.com,Open\n"
        "100002,yesterday,灯坏了,陈示例,chen@example.com,Open\n",
    )  # fmt: skip
    words = ("import", osticket, "--policy", "general", "--from", "osticket", "--json")
    done = bihuan(*words)
    assert (done.code, done.json["added"]) == (1, 1)
    assert [(one["line"], one["field"]) for one in done.json["rejected"]] == [(3, "Date Created")]
    assert bihuan(*words).json["repeated"] == 1

    zammad = write(
        tmp_path, "z.json",
        '[{"id": 7, "number": "100001", "title": "灯坏了", "customer": "chen@example.com",'
        ' "created_at": "2026-02-03T11:51:13Z"}]',
    )  # fmt: skip
    done = bihuan("import", zammad, "--policy", "general", "--from", "zammad", "--json")
    assert (done.code, done.json["added"]) == (0, 1)  # its own number 100001 is not osTicket's
    assert bihuan("import", zammad, "--policy", "general", "--from", "lotus").code == 2
