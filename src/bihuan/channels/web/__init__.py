"""The portal and forms on the organisation's own pages."""

from bihuan.channels.channel import Channel
from bihuan.engine.words import Text

CHANNEL = Channel(("web",), Text("网上", "Web"))
