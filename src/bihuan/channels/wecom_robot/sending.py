"""WeCom 企业微信群机器人: a text into one group. At most 20 a minute are taken: what waits goes as one."""

from collections.abc import Mapping

from bihuan.channels.robots import post
from bihuan.channels.wecom.sending import shortened
from bihuan.desk.ways import Parcel, Way

LONGEST = 2000
_REFUSED = (93000, 40058)  # no such robot; bad address


def send(_told: Mapping[str, str], parcel: Parcel) -> None:
    """Post into the group whose robot has this address."""
    content = shortened(f"{parcel.subject}\n{parcel.text}", LONGEST)
    body = {"msgtype": "text", "text": {"content": content}}
    post(parcel.address, body, code="errcode", refused=_REFUSED)


WAY = Way("wecom_robot", (), send)
