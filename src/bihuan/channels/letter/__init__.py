"""Letters, faxes and whatever else comes on paper."""

from bihuan.channels.channel import Channel
from bihuan.engine.words import Text

CHANNEL = Channel(("letter",), Text("书面", "Letter"))
