"""Signatures drawn on the screen: kept under the signer's name, shown on the page and on printed forms."""

import zlib
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client

from bihuan.desk import files
from bihuan.desk.stored import load
from bihuan.web import signing
from tests.web.mall import Mall
from tests.web.test_case import dispatched, post

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def png(wide: int = 60, high: int = 20, lines: bytes | None = None, colour: int = 6) -> bytes:
    """A picture as a canvas gives it out: black and transparent."""

    def part(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    head = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + bytes([8, colour, 0, 0, 0])
    picture = lines if lines is not None else (b"\0" + b"\0\0\0\xff" * wide) * high
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head) + part(b"IDAT", zlib.compress(picture)) + part(b"IEND", b"")
    )  # fmt: skip


def as_drawn(content: bytes) -> str:
    return signing.STARTS + b64encode(content).decode()


def issued(mall: Mall) -> str:
    """A case whose note the merchant has to sign for."""
    number = dispatched(mall)
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    return number


def test_a_drawn_signature_is_kept_under_the_name_and_shown(mall: Mall, as_: As) -> None:
    number = issued(mall)
    client = as_("merchant")
    drawn = {"signature": " 乔 安 ", "signature-drawn": as_drawn(png())}
    assert post(client, number, "receipt", sheet=1, **drawn).status_code == 302
    stored = load(number)
    assert stored is not None
    digest, _, name = stored.case.sheets[1].data["signature"].partition(":")
    assert name == "乔 安.png"
    assert files.read(digest) == png()
    page = client.get(f"/cases/{number}/")
    (kept,) = page.context["files"]
    assert kept["title"] == "签名：乔 安"
    assert digest not in page.context["sheets"][0]["lines"]
    assert "签名：乔 安" in page.context["sheets"][0]["lines"]
    assert client.get(kept["url"]).content == png()
    assert Client().get(kept["url"]).status_code == 302


def test_a_drawn_signature_stands_on_the_printed_form_byte_for_byte_again(
    mall: Mall, as_: As
) -> None:
    number = issued(mall)
    client = as_("merchant")
    drawn = {"signature": "乔安", "signature-drawn": as_drawn(png())}
    post(client, number, "receipt", sheet=1, **drawn)
    address = f"/cases/{number}/papers/handling_sheet/1"
    first = client.get(f"{address}.pdf").content
    assert client.get(f"{address}.pdf").content == first
    typed = issued(mall)
    post(client, typed, "receipt", sheet=1, signature="乔安")
    plain = f"/cases/{typed}/papers/handling_sheet/1"
    assert pictures(first) > pictures(client.get(f"{plain}.pdf").content)
    assert media(client.get(f"{address}.docx").content) == (
        media(client.get(f"{plain}.docx").content) + 1
    )


def pictures(pdf: bytes) -> int:
    return pdf.replace(b"/Subtype /Image", b"/Subtype/Image").count(b"/ColorSpace")


def media(docx: bytes) -> int:
    with ZipFile(BytesIO(docx)) as parts:
        return sum(name.startswith("word/media/") for name in parts.namelist())


@pytest.mark.parametrize(
    "drawn",
    [
        "data:image/svg+xml;base64,PHN2Zy8+",
        signing.STARTS + "%%%",
        as_drawn(b"\xff\xd8\xff no png"),
        as_drawn(png()[:-4]),
        as_drawn(png(wide=4000)),
        as_drawn(png(lines=b"\0" * 9)),
        as_drawn(png(lines=b"\0" * 90_000)),
        as_drawn(png(colour=3)),
        as_drawn(png().replace(b"IDAT", b"IDAX")),
        signing.STARTS + "A" * signing.LARGEST,
    ],
)
def test_what_is_no_drawing_is_refused_at_its_field_and_the_name_stays(
    mall: Mall, as_: As, drawn: str
) -> None:
    number = issued(mall)
    client = as_("merchant")
    answer = post(
        client, number, "receipt", sheet=1, signature="乔安", **{"signature-drawn": drawn}
    )
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "手写签名读不出来" in shown
    assert 'value="乔安"' in shown


def test_a_drawing_needs_the_name_and_is_not_lost_for_want_of_it(mall: Mall, as_: As) -> None:
    number = issued(mall)
    sent = as_drawn(png())
    answer = post(as_("merchant"), number, "receipt", sheet=1, **{"signature-drawn": sent})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "请同时填写签名人姓名" in shown
    assert sent in shown


def test_a_typed_name_cannot_stand_for_a_file(mall: Mall, as_: As) -> None:
    number = issued(mall)
    typed = f"{'0' * 64}:乔安.png"
    assert post(as_("merchant"), number, "receipt", sheet=1, signature=typed).status_code == 302
    stored = load(number)
    assert stored is not None
    assert stored.case.sheets[1].data["signature"] == "乔安"


def test_the_likely_signer_is_offered_and_never_filled_in(mall: Mall, as_: As) -> None:
    number = issued(mall)
    form = as_("merchant").get(f"/cases/{number}/receipt/?sheet=1").context["form"]
    (field,) = (one for one in form["fields"] if one["kind"] == "signature")
    assert field["suggestion"]["value"] == "乔安"
    assert field["value"] == ""
