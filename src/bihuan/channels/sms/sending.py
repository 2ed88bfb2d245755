"""Text messages through an HTTP gateway: a plain one of one's own, or one that speaks as Aliyun or Tencent Cloud do.

The last two send nothing but templates they have approved: which of theirs stands for which kind of
news is told line by line, `registered = SMS_123`. Their variables are ours, or for Tencent a list of
names in the order of its places: `registered = 123456: case, due`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from bihuan.channels.asking import ask
from bihuan.desk.ways import GatewayDownError, NotAcceptedError, Parcel, Setting, TryLaterError, Way
from bihuan.engine.calendar import utc_text
from bihuan.engine.words import Text

Json = Any
SETTINGS = (
    Setting(
        "protocol", Text("接口", "Protocol"), "choice",
        choices=(("plain", Text("通用 JSON", "Plain JSON")), ("aliyun", Text("阿里云", "Aliyun")),
                 ("tencent", Text("腾讯云", "Tencent Cloud"))),
    ),
    Setting(
        "url", Text("接口地址", "Address"), "url",
        hint=Text("如 https://dysmsapi.aliyuncs.com、https://sms.tencentcloudapi.com 或自建网关",
                  "https://dysmsapi.aliyuncs.com, https://sms.tencentcloudapi.com, or a gateway of your own"),
    ),
    Setting("key", Text("密钥编号", "Key id"), required=False),
    Setting("secret", Text("密钥", "Key"), "secret"),
    Setting("sign", Text("短信签名", "Signature before the text"), required=False),
    Setting("app", Text("应用编号(腾讯云)", "App id (Tencent)"), required=False),
    Setting("region", Text("地域(腾讯云)", "Region (Tencent)"), required=False),
    Setting(
        "templates", Text("模板", "Templates"), "long", required=False,
        hint=Text("每行一个，如 registered = SMS_123；腾讯云另写变量次序：registered = 123456: case, due",
                  "One a line: registered = SMS_123; for Tencent with the order: registered = 123456: case, due"),
    ),
)  # fmt: skip


def send(told: Mapping[str, str], parcel: Parcel) -> None:
    """Hand one message to the gateway in the way it wants."""
    {"plain": _plain, "aliyun": _aliyun, "tencent": _tencent}[told["protocol"]](told, parcel)


def _plain(told: Mapping[str, str], parcel: Parcel) -> None:
    sign = f"【{told['sign']}】" if told.get("sign") else ""
    body = {
        "id": parcel.message_id, "phone": parcel.address, "kind": parcel.kind,
        "text": sign + " ".join(parcel.text.split()), "values": dict(parcel.values),
    }  # fmt: skip
    headers = {
        "Authorization": f"Bearer {told['secret']}",
        "Idempotency-Key": parcel.message_id,
    }
    ask("POST", told["url"], json=body, headers=headers)


def template_for(told: Mapping[str, str], kind: str) -> tuple[str, tuple[str, ...]]:
    """The gateway's template for a kind of news, and the names of its places in their order."""
    for line in told.get("templates", "").splitlines():
        name, _equals, rest = line.partition("=")
        if name.strip() == kind and rest.strip():
            code, _colon, names = rest.partition(":")
            return code.strip(), tuple(one.strip() for one in names.split(",") if one.strip())
    raise NotAcceptedError(f"no template of the gateway for '{kind}'")


# -- Aliyun: RPC signature, HMAC-SHA1 over the sorted parameters ------------------------------------


def _aliyun(told: Mapping[str, str], parcel: Parcel) -> None:
    code, _names = template_for(told, parcel.kind)
    params = {
        "Action": "SendSms", "Version": "2017-05-25", "Format": "JSON",
        "AccessKeyId": told.get("key", ""), "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0", "SignatureNonce": parcel.message_id + str(parcel.at),
        "Timestamp": utc_text(parcel.at),
        "PhoneNumbers": parcel.address, "SignName": told.get("sign", ""), "TemplateCode": code,
        "TemplateParam": json.dumps(dict(parcel.values), ensure_ascii=False),
        "OutId": parcel.message_id,
    }  # fmt: skip
    params["Signature"] = aliyun_signature("GET", params, told["secret"])
    answer = ask("GET", told["url"].rstrip("/") + "/", params=params)
    _aliyun_said(str(answer.get("Code", "")), str(answer.get("Message", "")))


def aliyun_signature(method: str, params: Mapping[str, str], secret: str) -> str:
    """The signature of a request, as Aliyun's RPC interface reckons it."""
    said = "&".join(f"{_percent(name)}={_percent(params[name])}" for name in sorted(params))
    text = f"{method}&{_percent('/')}&{_percent(said)}"
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")).decode()


def _percent(text: str) -> str:
    return quote(text, safe="~")


def _aliyun_said(code: str, words: str) -> None:
    if code == "OK":
        return
    if code.startswith(("isv.MOBILE_NUMBER", "isv.BLACK_KEY", "isv.MOBILE_COUNT")):
        raise NotAcceptedError(f"{code}: {words}")
    if code.startswith(("isv.ACCOUNT", "isv.AMOUNT", "isp.", "InvalidAccessKeyId", "Signature")):
        raise GatewayDownError(f"{code}: {words}")
    raise TryLaterError(f"{code}: {words}")


# -- Tencent Cloud: TC3-HMAC-SHA256 over the body -----------------------------------------------------


def _tencent(told: Mapping[str, str], parcel: Parcel) -> None:
    code, names = template_for(told, parcel.kind)
    body = json.dumps(
        {
            "PhoneNumberSet": [f"+86{parcel.address}"], "SmsSdkAppId": told.get("app", ""),
            "SignName": told.get("sign", ""), "TemplateId": code,
            "TemplateParamSet": [parcel.values.get(name, "") for name in names],
            "SessionContext": parcel.message_id,
        },
        ensure_ascii=False,
    ).encode()  # fmt: skip
    host = urlsplit(told["url"]).netloc
    headers = {
        "Content-Type": "application/json; charset=utf-8", "Host": host,
        "X-TC-Action": "SendSms", "X-TC-Version": "2021-01-11",
        "X-TC-Timestamp": str(parcel.at), "X-TC-Region": told.get("region", ""),
        "Authorization": tencent_authorization(
            told.get("key", ""), told["secret"], host, parcel.at, body
        ),
    }  # fmt: skip
    answer = ask("POST", told["url"].rstrip("/") + "/", content=body, headers=headers)
    _tencent_said(answer.get("Response", {}))


def tencent_authorization(key: str, secret: str, host: str, at: int, body: bytes) -> str:
    """What stands in the header of a request, as Tencent Cloud's signature 3 reckons it."""
    kind = "application/json; charset=utf-8"
    digest = hashlib.sha256(body).hexdigest()
    request = f"POST\n/\n\ncontent-type:{kind}\nhost:{host}\n\ncontent-type;host\n{digest}"
    day = utc_text(at)[:10]
    scope = f"{day}/sms/tc3_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{hashed}"
    signing = f"TC3{secret}".encode()
    for part in (day, "sms", "tc3_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.digest(signing, text.encode(), "sha256").hex()
    return (
        f"TC3-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=content-type;host, "
        f"Signature={signature}"
    )


def _tencent_said(answer: Mapping[str, Json]) -> None:
    if error := answer.get("Error"):
        raise GatewayDownError(f"{error.get('Code')}: {error.get('Message')}")
    for one in answer.get("SendStatusSet", ()):
        code, words = str(one.get("Code")), str(one.get("Message"))
        if code == "Ok":
            continue
        if code.startswith(
            ("InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumber")
        ):
            raise NotAcceptedError(f"{code}: {words}")
        raise TryLaterError(f"{code}: {words}")


WAY = Way("sms", SETTINGS, send)
