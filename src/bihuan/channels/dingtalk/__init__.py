"""DingTalk: the robot of a group."""
