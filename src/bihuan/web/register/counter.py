"""Where and under which policy a complaint is taken in, and what is typed there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from bihuan.desk import packs, permissions, worlds
from bihuan.desk.foresight import what_follows
from bihuan.engine.case import Act
from bihuan.engine.dues import latest_promise
from bihuan.engine.fields import Field
from bihuan.engine.forms import registration_form
from bihuan.engine.policy import Policy
from bihuan.engine.rules import facts_of
from bihuan.engine.step import Decision
from bihuan.engine.words import Text
from bihuan.engine.world import World
from bihuan.records.queries.customers import customer_seen
from bihuan.web import forms
from bihuan.web.shell import Reader
from bihuan.web.words import Names

Json = Any
ABOUT_UNIT = Field("about_unit", "unit", Text("涉及单位", "Unit concerned"), required=False)
ABOUT_PERSON = Field("about_person", "person", Text("涉及人员", "Person concerned"), required=False)


@dataclass(frozen=True)
class Counter:
    """Where and under which policy a complaint is taken in now."""

    reader: Reader
    unit: str
    version: int
    world: World
    names: Names

    @property
    def policy(self) -> Policy:
        """The policy that will rule over the case."""
        return self.world.policy

    @property
    def agrees_time(self) -> bool:
        """Whether the policy's first step agrees a feedback time with the customer."""
        first = self.policy.steps[0] if self.policy.steps else None
        return bool(first and first.act == "acknowledge" and "feedback time agreed" in first.needs)

    @property
    def tells_channel(self) -> bool:
        """Whether the first step tells the customer on the channel they came by."""
        first = self.policy.steps[0] if self.policy.steps else None
        return bool(
            first
            and first.act == "acknowledge"
            and "customer told on the same channel" in first.needs
        )


def counter(reader: Reader, kind: str = "") -> Counter:
    """The counter this reader sits at; nobody's is a missing page."""
    if not reader.may_register:
        raise Http404
    unit = permissions.receiving_unit(reader.person, reader.organisation)
    versions = packs.policies_in_force(reader.now)
    version = packs.policy_for(unit, kind, reader.now) or packs.policy_for(unit, "", reader.now)
    if version is None:
        version = next(iter(versions.values()), None)
    if version is None:
        raise Http404
    world = worlds.ruling(version.pk, reader.now).world
    return Counter(
        reader, unit, version.pk, world, Names(world.policy, reader.organisation, reader.language)
    )


def asked_kind(request: HttpRequest) -> str:
    """The kind that is chosen, or asked for by the address."""
    return request.POST.get("kind") or request.GET.get("kind", "")


def wanted(at: Counter) -> list[tuple[str, Field]]:
    """The fields of the form by name: the engine's, with the categories offered, and the agreed time."""
    fields = {one.name: one for one in registration_form(at.policy).fields}
    fields["about_unit"], fields["about_person"] = ABOUT_UNIT, ABOUT_PERSON
    if at.agrees_time:
        fields["agreed_time"] = Field("agreed_time", "time", AGREED, required=False)
    if not any(one.kind == "file" for one in fields.values()):
        fields[ATTACHED.name] = ATTACHED
    return list(fields.items())


ATTACHED = Field("attached", "file", Text("附件", "Attachments"), required=False)
AGREED = Text("约定反馈时间", "Agreed feedback time")


def read(request: HttpRequest, at: Counter) -> tuple[forms.Typed, dict[str, Json]]:
    fields = dict(wanted(at))
    typed = forms.read(request, fields.values(), at.names, at.reader.clock)
    quick = request.POST.get("agreed_quick", "")
    if quick.isdecimal() and "agreed_time" not in typed.data:
        typed.data["agreed_time"] = int(quick)
    data = {name: value for name, value in typed.data.items() if name != "agreed_time"}
    known = {one.name for one in registration_form(at.policy).fields}
    data = {name: value for name, value in data.items() if name in known}
    if phone := request.POST.get("phone", "").strip()[:40]:
        data["phone"] = phone
        if "*" in phone:
            _take_over(request, at, typed, data)
    if address := request.POST.get("address", "").strip()[:500]:
        data["address"] = address
    data.setdefault("kind", next(iter(at.policy.kinds), ""))
    data.setdefault("channel", next(iter(at.policy.channels), ""))
    return typed, data


def decide(at: Counter, data: Mapping[str, Json]) -> Decision:
    """What registering this now would lead to."""
    first = {"kind": next(iter(at.policy.kinds), ""), "channel": next(iter(at.policy.channels), "")}
    told = {name: value for name, value in data.items() if name not in ("phone", "address")}
    if data.get("phone") and "contact" in at.policy.facts:
        told.setdefault("contact", data["phone"])
    act = Act("register", at.reader.person, at.reader.now, {**first, **told, "unit": at.unit})
    return what_follows(act, policy=at.version, now=at.reader.now)


def latest(at: Counter, decision: Decision) -> int:
    case = decision.case
    return latest_promise(case, at.world, facts_of(case), at.reader.now) if case else 0


def _take_over(
    request: HttpRequest, at: Counter, typed: forms.Typed, data: dict[str, Json]
) -> None:
    """A number with stars is that of the customer taken over, who stays as they are known."""
    party = request.POST.get("customer", "")
    known = party.isdecimal() and len(party) < 19
    found = customer_seen(int(party), at.reader.viewer) if known else None
    if found is None or permissions.mask_phone(found.phone) != data["phone"]:
        del data["phone"]
        typed.errors["phone"] = _("Choose the customer again, or type the whole number.")
        return
    data["phone"] = found.phone
    if found.address:
        data.setdefault("address", found.address)
