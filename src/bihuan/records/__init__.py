"""REMEMBERS: the one Django app with tables, and the queries that read them."""
