"""Where people and customers are reached: found in what they gave, checked before it is used."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

Json = Any
LONGEST = 254
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}"
)
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")


def normal_phone(text: str) -> str:
    """The digits of a phone number; +86, 0086 and 86 before a mainland number are left out."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) in (10, 11):
            return digits[len(prefix) :]
    return digits[:40]


def email_in(text: str) -> str:
    """The first e-mail address in a text; empty where there is none."""
    found = EMAIL.search(text)
    return found[0] if found and len(found[0]) <= LONGEST else ""


def mobile_in(text: str) -> str:
    """The first mainland mobile number in a text, eleven digits; empty where there is none."""
    found = _MOBILE.search(text)
    return "".join(found.groups()) if found else ""


def of_customer(facts: Mapping[str, Json], phone: str = "") -> dict[str, str]:
    """By way, where the customer of a case is reached; `phone`: the complainant's on record."""
    contact = f"{facts.get('contact') or ''} {facts.get('email') or ''}"
    found = {
        "email": email_in(contact),
        "sms": mobile_in(normal_phone(phone)) or mobile_in(contact),
    }
    return {way: address for way, address in found.items() if address}


def of_person(given: Mapping[str, str], phone: str) -> dict[str, str]:
    """By way, where a member of staff is reached; `given`: what they or an administrator wrote down."""
    found = {
        "email": email_in(given.get("email", "")),
        "sms": mobile_in(normal_phone(phone)),
        "wecom": given.get("wecom", ""),
    }
    return {way: address for way, address in found.items() if address}
