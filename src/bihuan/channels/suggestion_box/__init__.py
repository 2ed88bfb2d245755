"""The suggestion box that is emptied on a schedule."""

from bihuan.channels.channel import Channel
from bihuan.channels.letter.scans import read
from bihuan.engine.words import Text

CHANNEL = Channel(("suggestion_box",), Text("意见箱", "Suggestion box"), read=read, ending=".zip")
