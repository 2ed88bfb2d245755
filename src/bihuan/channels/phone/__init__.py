"""Telephone: complaints told to a call taker, and the calls that a telephone system tells of."""

from bihuan.channels.channel import Channel
from bihuan.channels.phone.calls import judge, read
from bihuan.engine.words import Text

CHANNEL = Channel(("phone", "hotline"), Text("电话", "Telephone"), judge, read, ".json")
