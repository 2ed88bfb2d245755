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


def test_books_that_do_not_agree_are_said(bihuan: Bihuan, home: Path) -> None:
    bihuan("mail-in", stdin="one")
    with sqlite3.connect(home / "bihuan.sqlite3") as books:
        books.execute("DELETE FROM records_received")

    found = bihuan("ledger")

    assert found.code == 1
    assert "≠" in found.out
