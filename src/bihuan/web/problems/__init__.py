"""Common problems: what many complain of, what is new or surges, whom it concerns, what is done about it."""
