"""My page: what I owe."""
