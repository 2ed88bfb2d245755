"""Posts and messages elsewhere on the web."""

from bihuan.channels.channel import Channel
from bihuan.engine.words import Text

CHANNEL = Channel(("social", "website"), Text("网络社交", "Social media"))
