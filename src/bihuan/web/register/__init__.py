"""Taking a complaint in."""
