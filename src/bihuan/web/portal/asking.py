"""What a customer is asked, screen by screen: the story, what this kind of matter needs, the wish, who to tell."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bihuan.engine.fields import Field
from bihuan.engine.forms import registration_form
from bihuan.engine.policy import Fact, Policy
from bihuan.engine.sentences import shown_before

WAYS_IN = ("web", "website", "online", "portal", "email")
# What the story, the wish and the way to reach somebody ask for on screens of their own, and files,
# which are added afterwards.
_ELSEWHERE = ("content", "demand", "name", "contact", "anonymous", "category", "about", "written")


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Screen:
    """One question: `name` is story, thing, case, count, wish or reach; `fields` of the policy's own."""

    name: str
    title: str
    fields: tuple[Field, ...] = ()


def plain(text: str) -> str:
    """What was typed, without characters that control a line or turn its direction round."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n")).strip()


def way_in(policy: Policy) -> str:
    """The channel by which the portal's matters come in."""
    known = (name for name in WAYS_IN if name in policy.channels)
    return next(known, next(iter(policy.channels)))


def conditions(policy: Policy, kind: str, language: str) -> tuple[str, ...]:
    """What is shown before somebody applies for this kind; empty where the policy asks for no showing."""
    if kind not in policy.kinds or not policy.channels[way_in(policy)].shows_first:
        return ()
    return shown_before(policy, kind, language)


def screens(policy: Policy, kind: str) -> tuple[Screen, ...]:
    """The questions in their order; those of the kind's own only where the policy has facts for it."""
    own = _own(policy, kind)
    asked = [
        Screen("thing", _("What it is about"), _of(own, "text", "time")),
        Screen("case", _("Which of these fits"), _of(own, "choice", "yes/no")),
        Screen("count", _("How many, and what was paid"), _of(own, "count", "money")),
    ]
    return (
        Screen("story", _("What happened")),
        *(screen for screen in asked if screen.fields),
        Screen("wish", _("What you would like")),
        Screen("reach", _("How we tell you")),
    )


def _of(fields: tuple[Field, ...], *kinds: str) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.kind in kinds)


def _own(policy: Policy, kind: str) -> tuple[Field, ...]:
    facts = policy.facts
    fields = [
        field
        for field in registration_form(policy).fields
        if field.name in facts
        and field.name not in _ELSEWHERE
        and _for_customers(facts[field.name], kind)
    ]
    return tuple(fields) if any(facts[field.name].kinds for field in fields) else ()


def _for_customers(fact: Fact, kind: str) -> bool:
    """Told at registration by whoever asks; what is left open only where it is no judgement."""
    if not fact.concerns(kind):
        return False
    if fact.asked == "registration":
        return fact.set_by != "classify"
    return bool(fact.kinds) and not fact.asked and not fact.set_by
