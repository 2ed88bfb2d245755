"""A fictional organisation to look at: people, posts, cases played through the one door in the past."""

from importlib import resources
from importlib.resources.abc import Traversable

from django.db import transaction

from bihuan.desk import organisation, people
from bihuan.desk.demo_house import (
    HOUR,
    DemoPerson,
    Made,
    Texts,
    password,
    post_text,
    since_midnight,
    staff,
)
from bihuan.desk.demo_play import SPAN, Play
from bihuan.desk.policy_files import read_nodes
from bihuan.desk.sweep import sweep
from bihuan.engine.nodes import plain
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import Case as CaseRow
from bihuan.records.models import Person

PACK = "mall"  # unless another is asked for
CASES = 140


def packs() -> tuple[str, ...]:
    """The policies there is a demo of, in the order of the alphabet."""
    return tuple(
        sorted(
            file.name.removesuffix(".yaml")
            for file in _demos().iterdir()
            if file.name.endswith(".yaml")
        )
    )


def make(now: int, pack: str = PACK, cases: int = CASES) -> Made | Refusal:
    """Fill an empty database with an organisation under `pack`, its last hundred days and so many cases.

    Again, it adds nothing. Refused where there is an organisation of another name, or no such demo.
    """
    if pack not in packs():
        return Refusal(
            "no-demo",
            Text(
                f"没有“{pack}”的演示；有 {'、'.join(packs())}",
                f"there is no demo of '{pack}'; there are {', '.join(packs())}",
            ),
            field="policy",
        )
    texts = told_in(pack)
    name = str(texts["name"])
    site = organisation.site()
    if site.set_up_at is not None and site.organisation_name != name:
        return Refusal(
            "has-organisation",
            Text(
                f"此数据目录已有单位“{site.organisation_name}”；演示请用另一个 BIHUAN_HOME",
                f"this data folder holds the organisation '{site.organisation_name}'; give the demo "
                "another BIHUAN_HOME",
            ),
        )
    since = site.set_up_at or _morning(now - SPAN)
    made = Made(name, since)
    before = CaseRow.objects.filter(ledger=False).count()
    with transaction.atomic():  # all of it or nothing, and one wait for the disk
        refusal = staff(texts, pack, made, since)
        if refusal:
            transaction.set_rollback(True)
            return refusal
        Play(texts, pack, since, now, cases).run()
        sweep(now)
    made.cases = CaseRow.objects.filter(ledger=False).count()
    made.added = made.cases - before
    return made


def new_passwords(now: int) -> list[DemoPerson] | Refusal:
    """New passwords for everybody of the demo. Refused where there is no demo."""
    name = organisation.site().organisation_name
    texts = next((texts for texts in map(told_in, packs()) if texts["name"] == name), None)
    if texts is None:
        return Refusal(
            "no-demo",
            Text(
                "这里没有演示；先运行 bihuan demo",
                "there is no demo here; run bihuan demo first",
            ),
        )
    found: list[DemoPerson] = []
    for username, words in texts["people"].items():
        person = Person.objects.filter(user__username=username, active=True).first()
        if person:
            word = password()
            people.accept_invitation(people.invite(person.pk, now=now), word, now=now)
            found.append(DemoPerson(username, person.name, post_text(words), word))
    return found


def _morning(at: int) -> int:
    """08:30 of that day in China: nobody sets up a house at night."""
    return at - since_midnight(at) + 8 * HOUR + HOUR // 2


def _demos() -> Traversable:
    return resources.files("bihuan") / "desk" / "demos"


def told_in(pack: str) -> Texts:
    """What the demo of a policy tells: its file."""
    node, findings = read_nodes((_demos() / f"{pack}.yaml").read_bytes())
    if node is None:
        raise AssertionError(findings)
    found: Texts = plain(node)
    return found
