"""Lighthouse against the running demo: the customer's pages, and my page."""
