"""Reads people from a directory server over LDAP (Active Directory, OpenLDAP), page by page."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bihuan.desk.directory import Listed, seats_in

Json = Any
SECONDS = 15
PAGE = 500
# What each of ours may be called, the first that is there counts.
ATTRIBUTES = {
    "id": ("objectGUID", "entryUUID", "employeeNumber", "uid"),
    "name": ("displayName", "cn"),
    "username": ("sAMAccountName", "uid"),
    "phone": ("mobile", "telephoneNumber"),
    "email": ("mail",),
    "language": ("preferredLanguage",),
}
_DISABLED = 2  # of Active Directory's userAccountControl


class NoDirectoryError(Exception):
    """The server can't be reached, does not let us in, or has no such place."""


def people_in(
    url: str, base: str, which: str, *, user: str = "", password: str = "", posts: str = "",
    connection: Json = None,
) -> Iterator[Listed]:  # fmt: skip
    """Everybody below `base` that the filter fits. `connection`: an open one of ldap3, in place of `url`."""
    from ldap3 import NONE, Connection, Server, Tls
    from ldap3.core.exceptions import LDAPException

    names = {name for known in ATTRIBUTES.values() for name in known}
    asked = sorted(names | {"userAccountControl"} | ({posts} if posts else set()))
    try:
        if connection is None:
            tls = Tls(validate=ssl.CERT_REQUIRED)
            # Without its schema: what one server knows (objectGUID) another has never heard of.
            server = Server(url, connect_timeout=SECONDS, tls=tls, get_info=NONE)
            connection = Connection(
                server, user or None, password or None, receive_timeout=SECONDS, read_only=True,
                check_names=False, auto_bind=True,
            )  # fmt: skip
        entries = connection.extend.standard.paged_search(
            base, which, attributes=asked, paged_size=PAGE, generator=True
        )
        for entry in entries:
            if entry.get("type") == "searchResEntry":
                yield person_of(entry["raw_attributes"], posts)
        if said := (connection.result or {}).get("result"):  # an unfinished list is no list
            raise NoDirectoryError(f"{said}: {connection.result.get('description')}")
    except LDAPException as error:
        raise NoDirectoryError(f"{type(error).__name__}: {error}") from error


def person_of(given: Mapping[str, Sequence[bytes]], posts: str = "") -> Listed:
    """One entry of the directory, as it came, as a person."""
    there = {name.casefold(): _words(name, values) for name, values in given.items()}
    said = {
        name: next((words[0] for one in known if (words := there.get(one.casefold()))), "")
        for name, known in ATTRIBUTES.items()
    }
    flags = next(iter(there.get("useraccountcontrol", ())), "")
    language = said["language"].casefold()
    return Listed(
        id=said["id"],
        name=said["name"],
        username=said["username"],
        phone=said["phone"] or None,
        email=said["email"] or None,
        language="en" if language.startswith("en") else "zh-hans" if language else None,
        posts=seats_in(";".join(there.get(posts.casefold(), ()))) if posts else None,
        active=not (flags.isdecimal() and int(flags) & _DISABLED),
    )


def _words(name: str, values: Sequence[bytes]) -> list[str]:
    """The values of an attribute as text; what is no text, an objectGUID, as its digits."""
    if name.casefold() == "objectguid":
        return [value.hex() for value in values if value]
    return [text for value in values if (text := value.decode("utf-8", "replace").strip())]
