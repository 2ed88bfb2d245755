"""SHOWS: pages for staff and customers."""
