"""mail-in takes a mail from a file or a pipe; ledger says whether what was received adds up."""

import sqlite3
from pathlib import Path

from tests.channels.mails import SUBJECT, TEXT, raw
from tests.cli.conftest import Bihuan


def test_a_mail_from_a_file_is_stored_judged_and_counted(bihuan: Bihuan, tmp_path: Path) -> None:
    mail = tmp_path / "complaint.eml"
    mail.write_bytes(raw(TEXT.encode(), SUBJECT))

    first, again = (
        bihuan("mail-in", str(mail), "--box", "desk@example.com", "--json") for _ in "ab"
    )
    ledger = bihuan("ledger", "--json")

    assert (first.code, first.json["new"], again.json["new"]) == (0, True, False)
    assert ledger.code == 0
    (day,) = ledger.json["days"]
    assert (day["channel"], day["received"], day["fates"]) == ("email", 1, {"case": 1})
    assert "=" in bihuan("ledger").out


def test_a_mail_that_cannot_be_read_is_stored_and_one_that_cannot_be_stored_is_refused(
    bihuan: Bihuan, home: Path, tmp_path: Path
) -> None:
    assert bihuan("mail-in", stdin="this is no mail").code == 0
    assert bihuan("ledger", "--json").json["days"][0]["fates"] == {"quarantined": 1}

    files = home / "files"
    files.rename(home / "elsewhere")
    files.write_text("where the folder should be")
    refused = bihuan("mail-in", stdin="another")
    assert refused.code == 1
    assert bihuan("mail-in", str(tmp_path / "missing.eml")).code == 1


def test_a_scanned_letter_is_stored_once_and_waits_for_a_look(
    bihuan: Bihuan, tmp_path: Path
) -> None:
    page = tmp_path / "page.jpg"
    page.write_bytes(b"\xff\xd8\xff\xe0 a page")
    words = (
        "scan-in",
        str(page),
        "--received",
        "2026-01-05T09:30+08:00",
        "--sender",
        "赵示例",
        "--json",
    )

    first, again = bihuan(*words), bihuan(*words)

    assert (first.code, first.json["new"], again.json["new"]) == (0, True, False)
    assert bihuan("ledger", "--json").json["days"][0]["fates"] == {"waiting": 1}
    slip = bihuan("scan-in", str(page), "--channel", "suggestion_box")
    assert (slip.code, "opened_by: say who opened the box" in slip.err) == (1, True)


def test_books_that_do_not_agree_are_said(bihuan: Bihuan, home: Path) -> None:
    bihuan("mail-in", stdin="one")
    with sqlite3.connect(home / "bihuan.sqlite3") as books:
        books.execute("DELETE FROM records_received")

    found = bihuan("ledger")

    assert found.code == 1
    assert "≠" in found.out
