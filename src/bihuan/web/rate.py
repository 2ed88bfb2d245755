"""How often somebody may try something; counted in the database, so that all processes hold together."""

from dataclasses import dataclass

from axes.helpers import get_client_ip_address
from django.http import HttpRequest

from bihuan.desk import limits
from bihuan.web.shell import now


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `seconds`, for each thing that is counted (an address, a person)."""

    name: str
    times: int
    seconds: int

    def spent(self, who: str) -> bool:
        """Whether `who` has used all of it up; asking counts nothing."""
        return limits.tried(self._key(who)) >= self.times

    def count(self, who: str) -> None:
        """Count one attempt of `who`."""
        self.take(who)

    def take(self, who: str) -> bool:
        """Count one attempt of `who` and say whether it was still allowed, also among many at once."""
        at = now()
        until = (at // self.seconds + 1) * self.seconds
        return limits.count(self._key(who), until=until, now=at) <= self.times

    def give_back(self, who: str) -> None:
        """What was taken last came to nothing."""
        limits.give_back(self._key(who))

    def clear(self, who: str) -> None:
        """Forget the attempts of `who`."""
        limits.forget(self._key(who))

    def _key(self, who: str) -> str:
        return f"{self.name}:{who}:{now() // self.seconds}"[:200]


def address(request: HttpRequest) -> str:
    """The address the request comes from, as the lock on sign-in sees it."""
    return str(get_client_ip_address(request))
