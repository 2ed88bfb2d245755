"""Policies to read: sentences beside clauses, findings, versions."""
