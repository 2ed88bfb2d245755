"""The customer's pages: complain, keep the number, follow what happens."""
