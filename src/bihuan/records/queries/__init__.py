"""What pages and commands read: every query stands here, and finds only what may be seen."""
