"""Letters, faxes and whatever else comes on paper."""

from bihuan.channels.channel import Channel
from bihuan.channels.letter.scans import read
from bihuan.engine.words import Text

CHANNEL = Channel(("letter",), Text("书面", "Letter"), read=read, ending=".zip")
