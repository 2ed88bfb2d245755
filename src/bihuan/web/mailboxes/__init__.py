"""The mailboxes that are read, for administrators."""
