"""Forms on paper: what stands on each, and how it becomes a PDF or a Word file."""
