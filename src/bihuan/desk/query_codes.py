"""The query codes of customers: made from what only the server can make them from, kept as a hash, renewed."""

import hmac
import re
import unicodedata
from hashlib import sha256

from django.conf import settings
from django.db import connection

RENEW = "renew_code"
TRIED, TRIES, WITHIN = "query code", 12, 900  # wrong codes from one address, within seconds
# Without letters and digits that are mistaken for others when read aloud or written by hand.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 13  # 30^13 is more than 2^63
_BY_CODE = (
    "SELECT id FROM records_case "
    "WHERE query_code_hash = %s AND query_code_hash <> '' AND number = %s"
)


def code_for(by: str, act_id: str, told: str) -> str:
    """The query code that comes of an act, the same whenever it is sent again.

    Only who holds the server's secret can make it from what was sent.
    """
    sent = f"query code\n{by}\n{act_id}\n{told}".encode(errors="surrogatepass")
    number = int.from_bytes(hmac.digest(settings.SECRET_KEY.encode(), sent, "sha256"))
    signs: list[str] = []
    for _ in range(_LENGTH):
        number, sign = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(signs)


def renewed(number: str, by: str, act_id: str) -> str:
    """The code that a renewal brought, to be shown now; empty where it is none or was renewed since."""
    code = code_for(by, act_id, f"{RENEW} {number}")
    return code if find_by_code(number, code) else ""


def find_by_code(number: str, code: str) -> int | None:
    """The id of the case of that number, if this is its query code."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_CODE, (hash_of(code), number.strip().upper()))
        row = cursor.fetchone()
    return row[0] if row else None


def normal_code(text: str) -> str:
    """A query code as it is hashed: capitals, without the spaces and dashes people type."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


def hash_of(code: str) -> str:
    """How a query code is stored; it is random enough not to need salt."""
    return sha256(normal_code(code).encode()).hexdigest()
