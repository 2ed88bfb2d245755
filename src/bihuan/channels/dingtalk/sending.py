"""DingTalk 钉钉群机器人: a text into one group, signed where the robot asks for it."""

import base64
import hmac
from collections.abc import Mapping

from bihuan.channels.robots import post
from bihuan.desk.ways import Parcel, Way

_REFUSED = (300001, 310000, 400101)  # no such token; not signed as it wants; robot switched off


def send(_told: Mapping[str, str], parcel: Parcel) -> None:
    """Post into the group whose robot has this address."""
    body = {
        "msgtype": "text",
        "text": {"content": f"{parcel.subject}\n{parcel.text}"},
        "msgUuid": parcel.message_id,
    }
    post(parcel.address, body, code="errcode", refused=_REFUSED, params=signed(parcel))


def signed(parcel: Parcel) -> dict[str, str] | None:
    """Time and signature as DingTalk documents them: HMAC-SHA256 over milliseconds, newline, secret."""
    if not parcel.secret:
        return None
    stamp = str(parcel.at * 1000)
    digest = hmac.digest(parcel.secret.encode(), f"{stamp}\n{parcel.secret}".encode(), "sha256")
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


WAY = Way("dingtalk", (), send)
