"""Puts the rooms together: settings, addresses and the WSGI application."""
