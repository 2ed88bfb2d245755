"""Which addresses the server may be sent to by what somebody typed: none of its own network, unless so set."""

import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings


class Refused(Exception):  # noqa: N818
    """The address is not one we send to."""


def reachable(url: str) -> tuple[str, str]:
    """The address with its host's number in place of the name, and the host. Raises Refused.

    The name is looked up once, here, and the connection goes to what was found: a name cannot point
    elsewhere a moment later.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(f"no such host: {name}") from None
    numbers = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not settings.WEBHOOKS_PRIVATE and not all(map(is_public, numbers)):
        raise Refused(f"{name} is an address of a private network (see BIHUAN_WEBHOOKS_PRIVATE)")
    number = f"[{numbers[0]}]" if ":" in numbers[0] else numbers[0]
    place = urlunsplit((parts.scheme, f"{number}:{port}", parts.path or "/", parts.query, ""))
    return place, parts.netloc


def is_public(number: str) -> bool:
    """Whether an address is one of the world's: not this machine's, not a private network's."""
    address = ipaddress.ip_address(number.partition("%")[0])
    inside = getattr(address, "ipv4_mapped", None)
    return (inside or address).is_global and not address.is_multicast
