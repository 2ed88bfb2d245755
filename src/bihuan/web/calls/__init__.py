"""Calls that a telephone system tells of, and its lines."""
