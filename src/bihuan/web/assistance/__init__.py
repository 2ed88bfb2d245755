"""What a language model proposes for a case; there only where one is set up, and nothing without a person."""
