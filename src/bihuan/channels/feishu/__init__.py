"""Feishu: the robot of a group."""
