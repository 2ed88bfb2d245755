"""The caller's working page."""
