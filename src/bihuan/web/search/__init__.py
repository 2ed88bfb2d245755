"""Whatever was said of anything: cases, customers and documents by their words."""
