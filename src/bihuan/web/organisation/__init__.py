"""The tree of units, and who holds which post in them."""
