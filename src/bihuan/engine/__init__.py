"""DECIDES: pure functions over facts and an instant; only the standard library."""
