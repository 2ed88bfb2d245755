"""People: their accounts, posts, absences; and the invitation by which they choose a password."""
