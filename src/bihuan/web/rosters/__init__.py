"""The roster: who is on duty in which seat on which day."""
