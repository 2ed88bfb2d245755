"""Pages of what is kept how long, and of what was purged."""
