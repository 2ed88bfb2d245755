"""Text messages and work chats as real servers hear them, with their signatures checked."""

import base64
import hashlib
import hmac
from urllib.parse import quote

import pytest

from bihuan.channels.apprise.sending import send as send_apprise
from bihuan.channels.dingtalk.sending import send as send_dingtalk
from bihuan.channels.feishu.sending import send as send_feishu
from bihuan.channels.registry import ways_out
from bihuan.channels.sms.sending import send as send_sms
from bihuan.channels.wecom.sending import send as send_wecom
from bihuan.channels.wecom_robot.sending import send as send_robot
from bihuan.desk.ways import (
    WAYS,
    GatewayDownError,
    NotAcceptedError,
    Parcel,
    TryLaterError,
)
from tests.channels.servers import free_port, http_server
from tests.desk.firm import START


def parcel(**more):
    given = {
        "message_id": "a1b2c3", "address": "13800000001", "secret": "", "language": "zh-hans",
        "kind": "registered", "subject": "已收到您的投诉", "text": "编号 TS1。\n10:00 前联系您。",
        "values": {"case": "TS1", "due": "2026-03-02 10:00"}, "case": "TS1", "to_customer": True,
        "at": START,
    }  # fmt: skip
    return Parcel(**given | more)


def test_every_way_out_but_the_one_in_the_house_has_a_sender_that_names_no_host_of_its_own():
    assert sorted(ways_out()) == sorted(way for way in WAYS if way != "here")


def test_a_gateway_of_ones_own_gets_json_with_an_id_it_can_know_a_repeat_by():
    with http_server() as server:
        told = {"protocol": "plain", "url": f"{server.url}/sms", "secret": "s3", "sign": "测试公司"}
        send_sms(told, parcel())
    [asked] = server.asked
    assert asked.headers["authorization"] == "Bearer s3"
    assert asked.headers["idempotency-key"] == asked.json["id"] == "a1b2c3"
    assert asked.json["phone"] == "13800000001"
    assert asked.json["text"] == "【测试公司】编号 TS1。 10:00 前联系您。"


def test_aliyun_gets_the_template_for_the_kind_of_news_with_its_signature():
    def answer(asked):
        params = dict(asked.params)
        given = params.pop("Signature")
        said = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}"
            for name, value in sorted(params.items())
        )
        text = f"GET&%2F&{quote(said, safe='~')}"
        mac = hmac.new(b"s3&", text.encode(), hashlib.sha1)
        right = given == base64.b64encode(mac.digest()).decode()
        return 200, {"Code": "OK" if right else "SignatureDoesNotMatch", "Message": ""}

    with http_server() as server:
        server.answer = answer
        told = {
            "protocol": "aliyun", "url": server.url, "key": "k1", "secret": "s3", "sign": "测试公司",
            "templates": "owed = SMS_1\nregistered = SMS_2",
        }  # fmt: skip
        send_sms(told, parcel())
        assert server.asked[0].params["TemplateCode"] == "SMS_2"
        assert server.asked[0].params["OutId"] == "a1b2c3"
        with pytest.raises(GatewayDownError, match="Signature"):
            send_sms({**told, "secret": "wrong"}, parcel())
        with pytest.raises(NotAcceptedError, match="visit"):
            send_sms(told, parcel(kind="visit"))
        server.answer = lambda _asked: (200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "x"})
        with pytest.raises(NotAcceptedError):
            send_sms(told, parcel())
        server.answer = lambda _asked: (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "x"})
        with pytest.raises(TryLaterError):
            send_sms(told, parcel())


def test_tencent_gets_the_places_of_its_template_in_order_with_its_signature():
    def answer(asked):
        digest = hashlib.sha256(asked.body).hexdigest()
        kind, host = asked.headers["content-type"], asked.headers["host"]
        request = f"POST\n/\n\ncontent-type:{kind}\nhost:{host}\n\ncontent-type;host\n{digest}"
        at, day = asked.headers["x-tc-timestamp"], "2026-03-02"
        scope = f"{day}/sms/tc3_request"
        text = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = b"TC3s3"
        for part in (day, "sms", "tc3_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        if not asked.headers["authorization"].endswith(f"Signature={signature}"):
            return 200, {"Response": {"Error": {"Code": "AuthFailure", "Message": ""}}}
        status = "Ok" if "+8613800000001" in asked.json["PhoneNumberSet"] else (
            "InvalidParameterValue.IncorrectPhoneNumber"
        )  # fmt: skip
        return 200, {"Response": {"SendStatusSet": [{"Code": status, "Message": ""}]}}

    with http_server() as server:
        server.answer = answer
        told = {
            "protocol": "tencent", "url": server.url, "key": "k1", "secret": "s3", "app": "14",
            "sign": "测试公司", "templates": "registered = 12345: due, case",
        }  # fmt: skip
        send_sms(told, parcel())
        assert server.asked[0].json["TemplateParamSet"] == ["2026-03-02 10:00", "TS1"]
        with pytest.raises(NotAcceptedError):
            send_sms(told, parcel(address="13800000002"))
        with pytest.raises(GatewayDownError, match="AuthFailure"):
            send_sms({**told, "secret": "wrong"}, parcel())


def test_a_member_is_told_by_the_wecom_app_and_an_old_token_is_fetched_anew():
    good = ["t1"]

    def answer(asked):
        if asked.path == "/cgi-bin/gettoken":
            right = asked.params == {"corpid": "c", "corpsecret": "s3"}
            return 200, {"errcode": 0 if right else 40001, "access_token": good[0]}
        if asked.params["access_token"] != good[0]:
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}
        return 200, {"errcode": 0, "invaliduser": "" if asked.json["touser"] == "wang" else "x"}

    with http_server() as server:
        server.answer = answer
        told = {"url": server.url, "corp": "c", "agent": "7", "secret": "s3"}
        send_wecom(told, parcel(address="wang"))
        good[0] = "t2"
        send_wecom(told, parcel(address="wang", text="很长" * 2000))
        assert [asked.path for asked in server.asked].count("/cgi-bin/gettoken") == 2
        last = server.asked[-1].json
        assert last["enable_duplicate_check"] == 1
        assert len(last["text"]["content"].encode()) <= 2048
        with pytest.raises(NotAcceptedError):
            send_wecom(told, parcel(address="nobody"))
        with pytest.raises(GatewayDownError):
            send_wecom({**told, "secret": "wrong"}, parcel(address="wang"))


def test_the_dingtalk_robot_checks_time_and_signature():
    def answer(asked):
        text = f"{asked.params['timestamp']}\nSEC9"
        mac = hmac.new(b"SEC9", text.encode(), hashlib.sha256)
        right = asked.params["sign"] == base64.b64encode(mac.digest()).decode()
        return 200, {"errcode": 0 if right else 310000, "errmsg": "sign not match"}

    with http_server() as server:
        server.answer = answer
        address = f"{server.url}/robot/send?access_token=t"
        send_dingtalk({}, parcel(address=address, secret="SEC9"))
        assert server.asked[0].params["access_token"] == "t"
        assert server.asked[0].params["timestamp"] == str(START * 1000)
        with pytest.raises(NotAcceptedError, match="sign not match"):
            send_dingtalk({}, parcel(address=address, secret="SEC8"))


def test_the_feishu_robot_checks_time_and_signature():
    def answer(asked):
        key = f"{asked.json['timestamp']}\nSEC9"
        mac = hmac.new(key.encode(), b"", hashlib.sha256)
        right = asked.json["sign"] == base64.b64encode(mac.digest()).decode()
        return 200, {"code": 0 if right else 19021, "msg": "sign match fail"}

    with http_server() as server:
        server.answer = answer
        address = f"{server.url}/open-apis/bot/v2/hook/t"
        send_feishu({}, parcel(address=address, secret="SEC9"))
        assert server.asked[0].json["content"]["text"].startswith("已收到您的投诉\n编号")
        with pytest.raises(NotAcceptedError, match="sign match fail"):
            send_feishu({}, parcel(address=address, secret="SEC8"))


def test_a_group_that_hears_too_much_is_told_later_and_a_robot_that_is_gone_never():
    with http_server() as server:
        address = f"{server.url}/cgi-bin/webhook/send?key=k"
        send_robot({}, parcel(address=address))
        assert server.asked[0].json["msgtype"] == "text"
        server.answer = lambda _asked: (200, {"errcode": 45009, "errmsg": "too often"})
        with pytest.raises(TryLaterError, match="too often"):
            send_robot({}, parcel(address=address))
        server.answer = lambda _asked: (200, {"errcode": 93000, "errmsg": "invalid webhook"})
        with pytest.raises(NotAcceptedError):
            send_robot({}, parcel(address=address))
    with pytest.raises(TryLaterError):
        send_robot({}, parcel(address=f"http://127.0.0.1:{free_port()}/"))


def test_a_gateway_that_answers_badly_is_down_and_one_that_refuses_is_not():
    with http_server() as server:
        told = {"protocol": "plain", "url": server.url, "secret": "s3"}
        for status, error in (
            (500, GatewayDownError), (503, GatewayDownError), (401, GatewayDownError),
            (302, GatewayDownError), (429, GatewayDownError), (400, NotAcceptedError),
        ):  # fmt: skip
            server.answer = lambda _asked, status=status: (status, {})
            with pytest.raises(error):
                send_sms(told, parcel())


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_what_apprise_knows_is_told_through_it():
    with http_server() as server:
        address = server.url.replace("http://", "json://") + "/hook"
        send_apprise({}, parcel(address=address))
        assert server.asked[0].json["message"].startswith("编号 TS1")
        server.answer = lambda _asked: (500, {})
        with pytest.raises(TryLaterError):
            send_apprise({}, parcel(address=address))
    with pytest.raises(NotAcceptedError):
        send_apprise({}, parcel(address="no such service"))
