"""E-mail: complaints that come in by mail, answers that go out."""

from bihuan.channels.channel import Channel
from bihuan.channels.email.judging import judge, read
from bihuan.engine.words import Text

CHANNEL = Channel(("email",), Text("电子邮件", "E-mail"), judge, read, ".eml")
