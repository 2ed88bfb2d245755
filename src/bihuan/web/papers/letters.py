"""The letter that goes out with a written answer: the printed form, made without a reader before it."""

from django.conf import settings
from django.utils import translation

from bihuan.desk import worlds
from bihuan.desk.ways import Attachment
from bihuan.records.queries.accounts import Account, house_of
from bihuan.records.queries.cases import case_of_customer
from bihuan.records.queries.visibility import Viewer
from bihuan.web.desk import Desk
from bihuan.web.papers import content, offered
from bihuan.web.papers.typeset import typeset
from bihuan.web.papers.views import PDF, as_of
from bihuan.web.shell import Reader
from bihuan.web.words import Names


def letter(number: str, entry: int, language: str) -> Attachment:
    """The written answer that stands at this entry of the history, as PDF; always the same bytes."""
    page = case_of_customer(number)
    if page is None:
        raise LookupError(number)
    page = as_of(page, entry)
    at = page.history[-1].at
    world = worlds.ruling(page.policy_id, at).world
    house = house_of()
    nobody = Account("", house.name, "", language, is_administrator=False, is_auditor=False)
    zone = str(world.policy.calendars["usual"].get("zone", settings.TIME_ZONE))
    with translation.override(language):
        reader = Reader(nobody, Viewer(""), at, language, zone, world.organisation, {}, house)
        desk = Desk(reader, page, world, Names(world.policy, world.organisation, language))
        paper = content.paper(desk, offered.LETTER, entry, clear=True)
        if paper is None:
            raise LookupError(f"{number} {entry}")
        return Attachment(f"{paper.title} {number}.pdf", PDF, typeset(paper))
