"""Feishu 飞书群机器人: a text into one group, signed where the robot asks for it."""

import base64
import hmac
from collections.abc import Mapping

from bihuan.channels.robots import post
from bihuan.desk.ways import Parcel, Way

_REFUSED = (
    19001,
    19021,
    19022,
    19024,
)  # bad address; bad signature; not from here; without its keyword


def send(_told: Mapping[str, str], parcel: Parcel) -> None:
    """Post into the group whose robot has this address."""
    body = {
        "msg_type": "text",
        "content": {"text": f"{parcel.subject}\n{parcel.text}"},
        "uuid": parcel.message_id,
        **signed(parcel),
    }
    post(parcel.address, body, code="code", refused=_REFUSED)


def signed(parcel: Parcel) -> dict[str, str]:
    """Time and signature as Feishu documents them: HMAC-SHA256 of nothing, under seconds, newline, secret."""
    if not parcel.secret:
        return {}
    key = f"{parcel.at}\n{parcel.secret}"
    digest = hmac.digest(key.encode(), b"", "sha256")
    return {"timestamp": str(parcel.at), "sign": base64.b64encode(digest).decode()}


WAY = Way("feishu", (), send)
