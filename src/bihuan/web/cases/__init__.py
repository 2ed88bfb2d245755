"""Cases: their list, their page, what is done in them."""
