"""SCIM 2.0: an identity provider keeps people and who holds which post (RFC 7643, 7644)."""
