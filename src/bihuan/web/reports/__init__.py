"""Reports of figures: issued and taken again, as page and file, each figure with the cases behind it."""
