"""The trail of administration."""
