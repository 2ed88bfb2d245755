"""Posts and messages elsewhere: kept once, proven by their service's own signature, looked at by a person."""

import hmac
import json
from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from django.test import Client

from bihuan.channels import registry
from bihuan.channels.social import dingtalk, feeds, feishu, wechat
from bihuan.channels.social.feeds import UnreadableError, posts
from bihuan.desk import received, sources
from bihuan.desk.sources import KINDS
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Received, Source
from tests.channels.servers import http_server
from tests.desk.firm import DAY, START, firm

pytestmark = pytest.mark.django_db
AES_KEY = b64encode(bytes(range(32))).decode().rstrip("=")
TOLD = {
    "token": "a-token",
    "app_id": "wx0000000001",
    "aes_key": AES_KEY,
    "app_secret": "robot secret",
}
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>车友论坛</title>
<item><guid>b</guid><title>又坏了</title><author>车友乙</author><link>https://forum.example/b</link>
<description>&lt;b&gt;刹车&lt;/b&gt;异响&lt;script&gt;alert(1)&lt;/script&gt;</description>
<pubDate>Mon, 02 Mar 2026 01:00:00 GMT</pubDate></item>
<item><guid>a</guid><title>提车一周</title><description>漏油</description></item></channel></rss>""".encode()
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x1</id><title>T</title>
<content type="html">said &amp;amp; done</content><author><name>A</name></author></entry></feed>"""
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
    {"id": "j1", "content_html": "<p>漏水</p>", "authors": [{"name": "住户丙"}], "url": "https://a.example/1"},
    {"no": "id"}, "not an item",
]}).encode()  # fmt: skip


@pytest.fixture(autouse=True)
def _office():
    firm()


def opened(kind, code="src", **more):
    made = sources.open_source(code, "来源", kind, "firm", TOLD | more, now=START)
    assert isinstance(made, str), made
    return made


def kept():
    return [(row.external_id, row.sender, row.preview) for row in Received.objects.order_by("id")]


def seal(text, receiver=TOLD["app_id"]):
    key = (b64encode(b"").decode() and b"") or bytes(range(32))
    plain = b"0123456789abcdef" + len(text).to_bytes(4) + text + receiver.encode()
    plain += bytes([32 - len(plain) % 32]) * (32 - len(plain) % 32)
    box = Cipher(AES(key), CBC(key[:16])).encryptor()
    return b64encode(box.update(plain) + box.finalize()).decode()


# -- Feeds -----------------------------------------------------------------------------------------


def test_a_feed_is_read_in_each_of_its_forms_oldest_first_and_without_its_tags():
    first, second = posts(RSS)
    assert (first.id, first.text) == ("a", "漏油")
    assert (second.author, second.link, second.at) == (
        "车友乙",
        "https://forum.example/b",
        START - 3600,
    )
    assert second.text == "刹车异响"
    assert [(one.id, one.author, one.text) for one in posts(ATOM)] == [("x1", "A", "said & done")]
    assert [(one.id, one.author, one.text) for one in posts(JSON_FEED)] == [
        ("j1", "住户丙", "漏水")
    ]


@pytest.mark.parametrize(
    "body", [b"", b"<html><p>no feed</p></html>", b"{", b'{"items": 1}', b"\0\xff", b"[" * 9000]
)
def test_what_is_no_feed_brings_nothing_and_says_so(body):
    if body:
        with pytest.raises(UnreadableError):
            posts(body)
    else:
        assert posts(body) == []


def test_a_feed_is_kept_once_and_one_that_is_silent_is_tried_again_later(settings):
    settings.WEBHOOKS_PRIVATE = True
    with http_server() as server:
        server.answer = lambda _asked: (200, RSS)
        opened("feed", url=server.url)
        assert feeds.wake(START) == 2
        assert feeds.wake(START + 1) == 0, "its time has not come"
        feeds.wake(START + sources.EVERY)
        assert [one[0] for one in kept()] == ["a", "b"]
    feeds.wake(START + DAY)
    row = Source.objects.get()
    assert row.failures == 1
    assert row.error
    assert row.next_at > START + DAY


def test_an_address_of_our_own_network_is_not_read():
    opened("feed", url="http://127.0.0.1:9/feed")
    assert feeds.wake(START) == 0
    assert "private network" in Source.objects.get().error


# -- Services that post to us -------------------------------------------------------------------------


def test_a_program_sends_posts_with_a_picture_and_a_person_looks_at_them():
    secret = opened("posts")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    picture = b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()
    told = {
        "posts": [
            {
                "id": "1",
                "text": "电梯又停了",
                "author": "住户甲",
                "link": "https://w.example/1",
                "picture": picture,
            }
        ]
    }
    for _again in range(2):
        assert (
            client.post("/hooks/posts/src", told, content_type="application/json").status_code
            == 200
        )
    assert kept() == [("1", "住户甲", "电梯又停了")]
    row = Received.objects.get()
    content = registry.read("social", received.raw_of(row.digest))
    assert [(one.name, one.kind) for one in content.enclosed] == [("screenshot.png", "image/png")]
    registry.judge_waiting(START)
    row.refresh_from_db()
    assert (row.fate, row.ledger_id is not None) == ("", True), (
        "nobody but a person says what it is"
    )
    for wrong, field in (
        ({"posts": [{"id": "2"}]}, "posts[0].text"),
        ({"id": "3", "text": "x", "picture": "PGh0bWw+"}, "posts[0].picture"),
    ):
        answer = client.post("/hooks/posts/src", wrong, content_type="application/json")
        assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_post_that_cannot_be_stored_is_not_taken_for_kept_and_is_when_it_is_told_again(
    monkeypatch,
):
    secret = opened("posts")
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    told = {"id": "1", "text": "电梯又停了"}

    def full(_raw):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("bihuan.desk.files.keep_raw", full)
        answer = client.post("/hooks/posts/src", told, content_type="application/json")
        assert (answer.status_code, answer.json()["code"], kept()) == (503, "not-stored", [])
    assert client.post("/hooks/posts/src", told, content_type="application/json").status_code == 200
    assert len(kept()) == 1


@pytest.mark.parametrize("kind", ["wechat", "wecom"])
def test_a_sealed_message_of_wechat_is_opened_and_its_address_checked(kind):
    opened(kind)
    echo = seal(b"4711")
    query = {"timestamp": "1772416800", "nonce": "n", "echostr": echo,
             "msg_signature": wechat.signature("a-token", "1772416800", "n", echo)}  # fmt: skip
    assert Client().get("/hooks/posts/src", query).content == b"4711"
    body = (
        "<xml><ToUserName>us</ToUserName><FromUserName>open-1</FromUserName><CreateTime>1772416800</CreateTime>"
        "<MsgType>text</MsgType><Content><![CDATA[空调不制冷]]></Content><MsgId>99</MsgId></xml>"
    )
    sealed = seal(body.encode())
    signed = wechat.signature("a-token", "1772416800", "n", sealed)
    address = f"/hooks/posts/src?timestamp=1772416800&nonce=n&msg_signature={signed}"
    outer = f"<xml><ToUserName>us</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
    for _replayed in range(2):
        answer = Client().post(address, outer, content_type="text/xml")
        assert (answer.status_code, answer.content) == (200, b"success")
    assert kept() == [("99", "open-1", "空调不制冷")]
    other = seal(body.encode(), "wx-somebody-else")
    signed = wechat.signature("a-token", "1772416800", "n", other)
    address = f"/hooks/posts/src?timestamp=1772416800&nonce=n&msg_signature={signed}"
    assert (
        Client()
        .post(address, f"<xml><Encrypt>{other}</Encrypt></xml>", content_type="text/xml")
        .status_code
        == 401
    )


def test_a_plain_message_of_an_official_account_is_taken_where_no_key_was_agreed():
    opened("wechat", aes_key="")
    address = (
        f"/hooks/posts/src?timestamp=1&nonce=2&signature={wechat.signature('a-token', '1', '2')}"
    )
    body = "<xml><FromUserName>o</FromUserName><MsgType>{}</MsgType><Content>你好</Content><MsgId>7</MsgId></xml>"
    assert Client().post(address, body.format("event"), content_type="text/xml").status_code == 200
    assert kept() == [], "a menu that was opened says nothing"
    assert Client().post(address, body.format("text"), content_type="text/xml").status_code == 200
    assert kept() == [("7", "o", "你好")]
    bomb = '<!DOCTYPE x [<!ENTITY a "aa">]><xml><MsgType>text</MsgType></xml>'
    assert Client().post(address, bomb, content_type="text/xml").status_code == 422


def test_a_robot_of_dingtalk_hears_what_is_signed_within_the_hour(monkeypatch):
    opened("dingtalk")
    monkeypatch.setattr("time.time", lambda: START)
    told = {"msgId": "m1", "msgtype": "text", "text": {"content": " 门禁坏了 "}, "senderNick": "住户丁",
            "createAt": START * 1000}  # fmt: skip

    def say(at, secret="robot secret"):
        stamp = str(at * 1000)
        headers = {"timestamp": stamp, "sign": dingtalk.signature(secret, stamp)}
        return (
            Client(headers=headers)
            .post("/hooks/posts/src", told, content_type="application/json")
            .status_code
        )

    assert say(START - 4000) == say(START, "another") == 401
    assert say(START) == 200
    assert kept() == [("m1", "住户丁", "门禁坏了")]


def test_an_app_of_feishu_is_checked_sealed_and_signed():
    opened("feishu", encrypt_key="a key")

    def sealed(told):
        text = json.dumps(told).encode()
        text += bytes([16 - len(text) % 16]) * (16 - len(text) % 16)
        box = Cipher(AES(sha256(b"a key").digest()), CBC(b"v" * 16)).encryptor()
        return json.dumps(
            {"encrypt": b64encode(b"v" * 16 + box.update(text) + box.finalize()).decode()}
        )

    def say(told, key="a key"):
        body = sealed(told)
        headers = {"X-Lark-Request-Timestamp": "1", "X-Lark-Request-Nonce": "2",
                   "X-Lark-Signature": feishu.signature(key, "1", "2", body.encode())}  # fmt: skip
        return Client(headers=headers).post(
            "/hooks/posts/src", body, content_type="application/json"
        )

    challenge = say({"type": "url_verification", "token": "a-token", "challenge": "c-1"})
    assert challenge.json() == {"challenge": "c-1"}
    event = {"schema": "2.0", "header": {"token": "a-token"}, "event": {
        "sender": {"sender_id": {"open_id": "ou_1"}},
        "message": {"message_id": "om_1", "create_time": f"{START}000", "message_type": "text",
                    "content": json.dumps({"text": "快递丢了"})}}}  # fmt: skip
    assert say(event, "another key").status_code == 401
    assert say(event | {"header": {"token": "another"}}).status_code == 401
    assert say(event).status_code == say(event).status_code == 200
    assert kept() == [("om_1", "ou_1", "快递丢了")]
    plain = Client().post("/hooks/posts/src", event, content_type="application/json")
    assert plain.status_code == 401, "where a key was agreed nothing plain is believed"


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.reads])
@pytest.mark.parametrize(
    "body",
    ["", "{", "<xml>", "null", "[[[[", "\ud800".encode(errors="surrogatepass").decode("latin-1")],
)
def test_whatever_is_posted_unproven_is_refused_and_nothing_is_kept(kind, body):
    opened(kind)
    for address in (
        "/hooks/posts/src",
        "/hooks/posts/src?signature=é&timestamp=1&nonce=2",
        "/hooks/posts/nobody",
    ):
        assert Client().post(address, body, content_type="application/json").status_code in (
            401,
            422,
        )
    assert kept() == []


def test_a_source_that_cannot_be_says_which_field_and_ended_hears_nothing():
    refused = sources.open_source(
        "w", "来源", "wecom", "firm", {"token": "t", "app_id": "i"}, now=START
    )
    assert isinstance(refused, Refusal)
    assert refused.field == "aes_key"
    secret = opened("posts")
    assert sources.end_source("src", now=START)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert (
        client.post(
            "/hooks/posts/src", {"id": "1", "text": "x"}, content_type="application/json"
        ).status_code
        == 401
    )
    assert hmac.compare_digest(Source.objects.get().hidden, ""), "its credentials are gone"
