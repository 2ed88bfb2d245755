"""WeCom: messages of an app to members."""
