"""Passwords and keys of other systems: sealed with the server's secret before they are kept."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bihuan.records.models.json_text import canonical


class UnreadableError(Exception):
    """What was sealed can't be opened: the server's secret is another one now, or the text was altered."""


def seal(values: Mapping[str, str]) -> str:
    """The values as text that only who holds the server's secret can read, and nobody can alter."""
    return _box(settings.SECRET_KEY).encrypt(canonical(dict(values)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """The values that `seal` was given; empty text holds none."""
    if not sealed:
        return {}
    try:
        found = json.loads(_box(settings.SECRET_KEY).decrypt(sealed.encode()))
    except (InvalidToken, ValueError) as wrong:
        raise UnreadableError from wrong
    return {str(name): str(value) for name, value in found.items()}


@lru_cache(maxsize=2)
def _box(secret: str) -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"bihuan: credentials of other systems")
    return Fernet(urlsafe_b64encode(key.derive(secret.encode())))
