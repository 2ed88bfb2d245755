"""The library from the command line: files with front matter in, versions listed, copied and withdrawn."""

from pathlib import Path

import pytest

from tests.cli.conftest import Bihuan

HEAD = "code: ZB-01\nversion: V1\ntitle: 质量担保政策\nfrom: 2026-01-01\n"


def written(folder: Path, name: str, head: str = HEAD, text: str = "# 担保\n\n三年。\n") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"---\n{head}---\n{text}", "utf-8")
    return path


def test_a_folder_is_published_in_the_order_of_its_versions_and_again_nothing_changes(
    bihuan: Bihuan, tmp_path: Path
):
    folder = tmp_path / "papers"
    written(folder, "a.md", HEAD.replace("V1", "V2").replace("2026-01-01", "2026-02-01 08:00"))
    written(folder, "b.md", HEAD + "copied: no\n")
    checked = bihuan("library", "publish", str(folder), "--dry-run")
    assert (checked.code, bihuan("library", "list", "--json").json) == (0, [])
    done = bihuan("library", "publish", str(folder))
    assert done.code == 0, done.err
    listed = bihuan("library", "list", "--json", "--on", "2026-01-15T00:00:00+08:00").json
    assert [(one["version"], one["state"], one["until"]) for one in listed] == [
        ("V1", "in force", "2026-02-01T08:00:00+08:00"),
        ("V2", "coming", None),
    ]
    assert listed[0]["copied"] is None
    again = bihuan("library", "publish", str(folder))
    assert again.code == 1
    assert "nothing was published" in again.err


def test_one_wrong_file_keeps_all_of_them_out_and_names_the_key(bihuan: Bihuan, tmp_path: Path):
    folder = tmp_path / "papers"
    written(folder, "good.md")
    written(folder, "bad.md", HEAD.replace("ZB-01", "ZB-02") + "level: secret\n")
    done = bihuan("library", "publish", str(folder))
    assert done.code == 1
    assert "bad.md: level: right would be: public" in done.err
    assert bihuan("library", "list", "--json").json == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no front matter", "between two ---"),
        ("---\ncode: x\n---\n正文".encode("gb18030"), "no UTF-8 text"),
        (b"---\ncode: x\nauthor: y\n---\ntext", "author: no such key"),
        (b"---\ncode: x\nversion: 1\ntitle: t\nfrom: soon\n---\ntext", "from: as 2026-01-01"),
        (b"---\ncode: x\nversion: 1\ntitle: t\n---\n", "text: write a text"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    bihuan: Bihuan, tmp_path: Path, content: bytes, says: str
):
    path = tmp_path / "paper.md"
    path.write_bytes(content)
    done = bihuan("library", "publish", str(path))
    assert done.code == 1
    assert says in done.err


def test_a_copy_is_noted_and_a_version_withdrawn_with_its_reason(bihuan: Bihuan, tmp_path: Path):
    path = written(tmp_path / "papers", "a.md", HEAD + "copied: no\n")
    assert bihuan("library", "publish", str(path)).code == 0
    assert bihuan("library", "copied", "ZB-01", "V1").code == 0
    assert bihuan("library", "copied", "ZB-01", "V1").code == 1
    shown = bihuan("library", "show", "ZB-01", "--json").json
    assert (shown["state"], shown["text"], shown["cases"]) == ("in force", "# 担保\n\n三年。\n", [])
    assert bihuan("library", "withdraw", "ZB-01", "V2", "--reason", "有误").code == 1
    assert bihuan("library", "withdraw", "ZB-01", "V1", "--reason", "有误").code == 0
    assert bihuan("library", "list", "--json").json[0]["state"] == "ended"
    assert bihuan("library", "show", "ZB-09").code == 2
    assert bihuan("verify").code == 0
