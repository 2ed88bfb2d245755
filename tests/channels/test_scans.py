"""What comes on paper: scans kept first, as they are, with their cover sheet; owed a look; a numbered receipt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.channels import registry
from bihuan.channels.letter import scans
from bihuan.channels.letter.scans import Cover, Scan
from bihuan.desk import received
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Obligation, Received
from tests.desk.firm import START, Firm

PDF, JPG = b"%PDF-1.7\n1 0 obj", b"\xff\xd8\xff\xe0scan"
PNG, TIFF = b"\x89PNG\r\n\x1a\nscan", b"II*\x00scan"
HOUR = 3600
COVER = Cover("letter", START - HOUR, START - 60, "门卫甲", "住户乙", "3 栋 2 单元", "电梯停了")


@pytest.mark.django_db
def test_a_letter_is_kept_as_it_was_scanned_and_somebody_owes_a_look(office: Firm):
    pages = [Scan("一.pdf", PDF), Scan("二.jpg", JPG), Scan("三.png", PNG), Scan("四.tif", TIFF)]
    kept = scans.take(pages, COVER, "firm", START)
    again = scans.take(pages, replace(COVER, subject="又一次"), "firm", START + HOUR)
    assert not isinstance(kept, Refusal)
    assert (kept.fresh, again.fresh, again.id) == (True, False, kept.id)
    row = Received.objects.get()
    assert (row.received_at, row.recorded_at, row.fate) == (START - HOUR, START, "")
    assert Obligation.objects.filter(case=row.ledger, act="triage", state="open").count() == 1
    content = registry.read("letter", received.raw_of(row.digest))
    assert [(one.name, one.content) for one in content.enclosed] == [
        (one.name, one.content) for one in pages
    ]
    assert [one.kind for one in content.enclosed] == [
        "application/pdf", "image/jpeg", "image/png", "image/tiff",
    ]  # fmt: skip
    assert (content.sender, content.contact) == ("住户乙", "3 栋 2 单元")
    assert "门卫甲" in content.about.values()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pages", "cover", "field"),
    [
        ([], COVER, "scans"),
        ([Scan("a.pdf", PDF), Scan("b.docx", b"PK\x03\x04")], COVER, "scans"),
        ([Scan("a.jpg", b"")], COVER, "scans"),
        ([Scan("a.jpg", JPG)] * 61, COVER, "scans"),
        ([Scan("a.jpg", JPG)], replace(COVER, received_at=START + 1), "received"),
        ([Scan("a.jpg", JPG)], replace(COVER, received_at=1), "received"),
        ([Scan("a.jpg", JPG)], replace(COVER, opened_at=START - 2 * HOUR), "opened_at"),
        ([Scan("a.jpg", JPG)], replace(COVER, channel="suggestion_box", opened_by=""), "opened_by"),
        ([Scan("a.jpg", JPG)], replace(COVER, sender="甲\n乙"), "sender"),
        ([Scan("a.jpg", JPG)], replace(COVER, subject="长" * 201), "subject"),
    ],
)
def test_what_cannot_be_kept_is_said_with_its_field_and_nothing_is(office, pages, cover, field):
    refused = scans.take(pages, cover, "firm", START)
    assert isinstance(refused, Refusal)
    assert refused.field == field
    assert not Received.objects.exists()


@given(st.binary(max_size=300))
def test_whatever_stands_in_the_file_it_reads(raw):
    assert scans.read(raw) is not None
    assert scans.read(scans.pack([Scan("a.pdf", raw)], Cover())).enclosed[0].content == raw


def test_the_same_scans_are_packed_to_the_same_bytes():
    one, other = (scans.pack([Scan("一.pdf", PDF)], COVER) for _ in "ab")
    assert one == other
