"""Pages about programs that use the API: their tokens, the operations, webhooks."""
