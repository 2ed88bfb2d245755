"""Proves that nothing acknowledged is lost: kills the server at random moments under load."""
