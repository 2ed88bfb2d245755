"""The token in the address a customer answers to: which case the answer is about; nobody can make one up."""

import hmac
import re
from hashlib import sha256

from django.conf import settings

_TOKEN = re.compile(r"([a-z0-9-]{3,40})\.([a-z2-7]{10})")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def token_of(number: str) -> str:
    """The token of a case, in letters that survive any mail server: `ts20260302-0001.k3j9x2abcd`."""
    name = number.lower()
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"reply\n{name}".encode(), sha256)
    return f"{name}.{''.join(_LETTERS[byte % 32] for byte in digest[:10])}"


def number_of(token: str) -> str:
    """The number of the case a token is of; empty where it is none of ours."""
    found = _TOKEN.fullmatch(token.strip().lower())
    number = found[1].upper() if found else ""
    return number if found and hmac.compare_digest(token_of(number), found[0]) else ""


def address_for(number: str, mailbox: str) -> str:
    """The address to answer to about a case: `box+TOKEN@example.com`."""
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{token_of(number)}@{domain}"


def number_in(address: str) -> str:
    """The number of the case that mail to this address is about; empty where it says none."""
    local = address.rpartition("@")[0]
    return number_of(local.partition("+")[2])
