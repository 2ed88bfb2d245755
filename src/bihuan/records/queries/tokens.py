"""The keys of programs, as their owners and administrators see them."""

from dataclasses import dataclass

from bihuan.records.models import ApiToken


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A key: whose, what for, how long; never the key itself."""

    id: int
    person_id: str
    person: str
    name: str
    ending: str
    scopes: tuple[str, ...]
    made_at: int
    until_at: int
    used_at: int
    revoked_at: int | None

    def state(self, now: int) -> str:
        """In use, ended, or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "in use" if now < self.until_at else "ended"


def tokens(person: str = "", limit: int = 200) -> tuple[TokenRow, ...]:
    """The keys of one person, or of everybody, newest first."""
    found = ApiToken.objects.select_related("person").order_by("-id")
    if person:
        found = found.filter(person_id=int(person))
    return tuple(
        TokenRow(
            one.pk,
            str(one.person_id),
            one.person.name,
            one.name,
            one.ending,
            tuple(one.scopes.split()),
            one.made_at,
            one.until_at,
            one.used_at,
            one.revoked_at,
        )
        for one in found[:limit]
    )
