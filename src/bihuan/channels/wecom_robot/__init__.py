"""WeCom: the robot of a group."""
