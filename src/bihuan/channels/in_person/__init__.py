"""What people say to somebody's face, hand over at the counter, or have passed on by others."""

from bihuan.channels.channel import Channel
from bihuan.channels.letter.scans import read
from bihuan.engine.words import Text

CHANNEL = Channel(
    ("in_person", "spoken", "passed_on", "staff"),
    Text("当面", "In person"),
    read=read,
    ending=".zip",
)
