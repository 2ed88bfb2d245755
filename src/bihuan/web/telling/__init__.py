"""How one is told: one's own addresses, ways, quiet hours and calendar feed."""
