"""First run: the one page there is before an organisation was named."""
