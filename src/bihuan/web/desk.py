"""One case before one reader: what a page about it is made of."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404

from bihuan.desk import reading, worlds
from bihuan.desk.stored import world_beside
from bihuan.engine.step import Possible
from bihuan.engine.world import World
from bihuan.records.queries.cases import CasePage, case_page
from bihuan.web.addresses import address
from bihuan.web.shell import Reader
from bihuan.web.words import Names


@dataclass
class Desk:
    """One case before one reader: everything a page about it is made of."""

    reader: Reader
    page: CasePage
    world: World
    names: Names

    @cached_property
    def offers(self) -> tuple[Possible, ...]:
        """Every act the reader may think of here, judged now."""
        world = world_beside(self.page.state, self.world, self.reader.now)
        return reading.offers(self.page, self.reader.viewer, world, self.reader.now)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The numbers of the cases this one was ever linked with that the reader may not see."""
        return reading.hidden_from(self.page, self.reader.viewer)

    @property
    def url(self) -> str:
        """The address of the case."""
        return address("case", args=[self.page.number])

    def offer(self, act: str, sheet: int) -> Possible | None:
        """The act as it is offered to the reader, or None where it is none of this case."""
        return next((one for one in self.offers if (one.act, one.sheet) == (act, sheet)), None)


def desk_of(reader: Reader, page: CasePage) -> Desk:
    """The case before the reader."""
    world = worlds.ruling(page.policy_id, reader.now).world
    return Desk(reader, page, world, Names(world.policy, world.organisation, reader.language))


def desk_or_404(reader: Reader, number: str) -> Desk:
    """The case of that number before the reader; a missing permission is a missing page."""
    page = case_page(number, reader.viewer)
    if page is None:
        raise Http404
    return desk_of(reader, page)
