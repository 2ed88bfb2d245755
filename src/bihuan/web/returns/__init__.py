"""Goods traced: what came back and was complained of, by product, batch, serial number and reason."""
