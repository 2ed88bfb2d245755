"""HEARS AND SPEAKS: the ways complaints come in and answers go out."""
