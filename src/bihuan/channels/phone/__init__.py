"""Telephone: complaints told to a call taker."""

from bihuan.channels.channel import Channel
from bihuan.engine.words import Text

CHANNEL = Channel(("phone", "hotline"), Text("电话", "Telephone"))
