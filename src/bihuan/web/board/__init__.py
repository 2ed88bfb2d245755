"""The manager's board: how every unit and post stands now, and what will be late."""
