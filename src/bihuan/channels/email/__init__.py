"""E-mail: complaints that come in by mail."""

from bihuan.channels.channel import Channel
from bihuan.engine.words import Text

CHANNEL = Channel(("email",), Text("电子邮件", "E-mail"), ending=".eml")
