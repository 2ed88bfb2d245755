"""WeCom 企业微信: a message of our app to one member, in the public service or a private deployment."""

from collections.abc import Mapping
from typing import Any

from bihuan.channels.asking import ask
from bihuan.desk.ways import GatewayDownError, NotAcceptedError, Parcel, Setting, Way
from bihuan.engine.words import Text

Json = Any
LONGEST = 2000  # bytes of a text message: 2048, with room for what is cut
SETTINGS = (
    Setting(
        "url", Text("接口地址", "Address"), "url",
        hint=Text("公有云为 https://qyapi.weixin.qq.com", "The public service: https://qyapi.weixin.qq.com"),
    ),
    Setting("corp", Text("企业 ID", "Corp id")),
    Setting("agent", Text("应用 AgentId", "Agent id"), "number"),
    Setting("secret", Text("应用 Secret", "Secret of the app"), "secret"),
)  # fmt: skip
_TOKEN_OLD = (40014, 41001, 42001)
_NOBODY = (60111, 81013, 40003)
_tokens: dict[
    tuple[str, str, str], str
] = {}  # by address, corp and secret; each is good for two hours


def send(told: Mapping[str, str], parcel: Parcel) -> None:
    """Send to one member; the same message within half an hour is told apart by WeCom itself."""
    body = {
        "touser": parcel.address,
        "msgtype": "text",
        "agentid": int(told["agent"]),
        "text": {"content": shortened(f"{parcel.subject}\n{parcel.text}", LONGEST)},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 1800,
    }
    answer = _sent(told, body, anew=False)
    if answer.get("errcode") in _TOKEN_OLD:
        answer = _sent(told, body, anew=True)
    _judge(answer)


def _sent(told: Mapping[str, str], body: Json, *, anew: bool) -> Json:
    url = f"{told['url'].rstrip('/')}/cgi-bin/message/send"
    return ask("POST", url, params={"access_token": _token(told, anew=anew)}, json=body)


def _token(told: Mapping[str, str], *, anew: bool) -> str:
    key = (told["url"], told["corp"], told["secret"])
    if anew or key not in _tokens:
        params = {"corpid": told["corp"], "corpsecret": told["secret"]}
        answer = ask("GET", f"{told['url'].rstrip('/')}/cgi-bin/gettoken", params=params)
        if answer.get("errcode") != 0:
            raise GatewayDownError(f"{answer.get('errcode')}: {answer.get('errmsg')}")
        _tokens[key] = str(answer["access_token"])
    return _tokens[key]


def _judge(answer: Json) -> None:
    code = answer.get("errcode")
    if code in _NOBODY or (code == 0 and answer.get("invaliduser")):
        raise NotAcceptedError(f"{code}: no such member ({answer.get('errmsg')})")
    if code != 0:
        raise GatewayDownError(f"{code}: {answer.get('errmsg')}")


def shortened(text: str, most: int) -> str:
    """The text cut to so many bytes, never within a character."""
    coded = text.encode()
    if len(coded) <= most:
        return text
    return coded[: most - 3].decode(errors="ignore") + "…"


WAY = Way("wecom", SETTINGS, send)
