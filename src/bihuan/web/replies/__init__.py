"""Texts to answer with, looked after by administrators."""
