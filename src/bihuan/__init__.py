"""Bihuan 闭环 runs an organisation's written complaint-handling policy."""

__version__ = "0.1.0"
