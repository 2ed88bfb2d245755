"""Everything else that Apprise can tell."""
