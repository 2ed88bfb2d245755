"""What was received: whether it adds up, what waits, one message and what it is."""
