"""Posts and messages elsewhere on the web: feeds, programs that post, work chats and official accounts."""

from bihuan.channels.channel import Channel
from bihuan.channels.social.posts import read
from bihuan.engine.words import Text

CHANNEL = Channel(("social", "website"), Text("网络社交", "Social media"), None, read, ".json")
