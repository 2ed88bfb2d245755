"""Webhooks: other programs are told of events by a request to their address."""
