"""The library of published documents: searched, read, published and withdrawn."""
