"""WAKES: what runs on time without being asked."""
