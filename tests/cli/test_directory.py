"""People from a list by the command line: said first, kept then, refused rows told."""

from pathlib import Path

from tests.cli.conftest import Bihuan


def test_a_list_is_tried_taken_and_taken_again(bihuan: Bihuan, tmp_path: Path):
    listed = tmp_path / "people.csv"
    listed.write_text("编号,姓名,邮箱\nE1,示例甲,jia@firm.example\nE2,示例乙,not-mail\n", "utf-8")
    tried = bihuan("directory", "take", str(listed), "--dry-run", "--json")
    assert (tried.code, tried.json["kept"]) == (1, False)
    assert (tried.json["counts"]["added"], tried.json["counts"]["refused"]) == (1, 1)
    done = bihuan("directory", "take", str(listed))
    assert "2 added 示例甲" in done.out
    assert "3 refused 示例乙: written as name@example.com" in done.out
    again = bihuan("directory", "take", str(listed), "--json")
    assert (again.json["counts"]["same"], again.json["counts"]["added"]) == (1, 0)


def test_a_directory_server_that_is_not_there_is_said(bihuan: Bihuan):
    done = bihuan("directory", "ldap", "ldap://127.0.0.1:9", "--base", "dc=firm")
    assert done.code == 2
    assert "the directory server" in done.err
