"""How the organisation shows itself, which channels are open, how news is told."""
