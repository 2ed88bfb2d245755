"""DOES: one transaction per act, through one door."""
