"""A year of working time at a glance, and the loading of another year's holidays."""
