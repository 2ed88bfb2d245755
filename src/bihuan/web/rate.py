"""How often somebody may try something, counted in this process's cache."""

from dataclasses import dataclass

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest

from bihuan.web.shell import now


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `seconds`, for each thing that is counted (an address, a person)."""

    name: str
    times: int
    seconds: int

    def spent(self, who: str) -> bool:
        """Whether `who` has used all of it up; asking counts nothing."""
        return int(cache.get(self._key(who), 0)) >= self.times

    def count(self, who: str) -> None:
        """Count one attempt of `who`."""
        key = self._key(who)
        if not cache.add(key, 1, self.seconds):
            cache.set(key, int(cache.get(key, 0)) + 1, self.seconds)

    def clear(self, who: str) -> None:
        """Forget the attempts of `who`."""
        cache.delete(self._key(who))

    def _key(self, who: str) -> str:
        return f"rate:{self.name}:{who}:{now() // self.seconds}".replace(" ", "-")


def address(request: HttpRequest) -> str:
    """The address the request comes from, as the lock on sign-in sees it."""
    return str(get_client_ip_address(request))
