"""How the organisation shows itself: name, colour, logo, letters; the channels that are open; how news is told."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from bihuan.desk import changes, files
from bihuan.desk.news import NEWS
from bihuan.desk.organisation import adopted_policies, site
from bihuan.desk.preferences import bad_hours
from bihuan.desk.ways import HERE, TO_CUSTOMERS, TO_PEOPLE
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.records.models import Site

Json = Any
LONGEST_LINE = 200
LARGEST_LOGO = 300_000
LEAST_CONTRAST = 4.5  # of text against its ground (WCAG 1.4.3)
LIGHT, DARK = (255, 255, 255), (24, 29, 37)  # the grounds of the two themes
WEAK = 0.12  # how much of the colour is in the ground of what is selected
LETTERS = ("head", "foot")
_LOGOS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
Colour = tuple[int, int, int]


def channels() -> dict[str, Text]:
    """Every channel of the adopted policies."""
    return {
        name: one.text for policy in adopted_policies() for name, one in policy.channels.items()
    }


def set_look(
    name: str, colour: str, letters: Mapping[str, str], logo: bytes = b"", *, now: int
) -> Site | Refusal:
    """Name, colour (`#1f5aa6`, empty: ours), head and foot of letters, a logo where one is sent."""
    name, colour = name.strip(), colour.strip().lower()
    if not 0 < len(name) <= LONGEST_LINE:
        return refuse_field(
            "no-name",
            "organisation_name",
            "请写单位名称，至多 200 字",
            "write the organisation's name, at most 200 characters",
        )
    if colour and (wrong := _unreadable(colour)):
        return wrong
    for part in LETTERS:
        if len(letters.get(part, "")) > LONGEST_LINE:
            return refuse_field("too-long", part, "至多 200 字", "at most 200 characters")
    kept = _kept_logo(logo) if logo else ""
    if isinstance(kept, Refusal):
        return kept
    with transaction.atomic():
        row = Site.objects.select_for_update().get(pk=site().pk)
        look = dict(row.look) | {part: letters.get(part, "").strip() for part in LETTERS}
        look |= {"colour": colour} | ({"logo": kept} if kept else {})
        before = {"name": row.organisation_name, **row.look}
        row.organisation_name, row.look = name, look
        row.save(update_fields=["organisation_name", "look"])
        _note("look", before, {"name": name, **look}, now)
    return row


def set_doors(doors: Mapping[str, Mapping[str, str]], *, now: int) -> Site | Refusal:
    """By channel: `open` (yes or no) and the address customers are told, in `zh` and `en`."""
    known = channels()
    made: dict[str, dict[str, str]] = {}
    for name, told in doors.items():
        if name not in known:
            return refuse_field("unknown-channel", name, "没有这一渠道", "there is no such channel")
        row = {key: told.get(key, "").strip() for key in ("open", "zh", "en")}
        if any(len(row[key]) > LONGEST_LINE for key in ("zh", "en")):
            return refuse_field("too-long", name, "至多 200 字", "at most 200 characters")
        made[name] = row | {"open": "no" if row["open"] == "no" else "yes"}
    if made and all(row["open"] == "no" for row in made.values()):
        return refuse_field(
            "all-closed",
            next(iter(made)),
            "至少开放一个渠道，否则无人能投诉",
            "at least one channel stays open, or nobody can complain",
        )
    return _kept("doors", made, now)


def set_notices(
    told_by: Mapping[str, Sequence[str]],
    quiet_from: str,
    quiet_until: str,
    *,
    quiet_on_rest_days: bool = False,
    now: int,
) -> Site | Refusal:
    """By kind of news the ways it is told, and the hours in which what can wait does."""
    if wrong := bad_hours(quiet_from, quiet_until):
        return wrong
    made: dict[str, Json] = {
        "quiet_from": quiet_from, "quiet_until": quiet_until,
        "quiet_on_rest_days": "yes" if quiet_on_rest_days else "no",
    }  # fmt: skip
    for kind, one in NEWS.items():
        offered = TO_CUSTOMERS if one.to_customer else TO_PEOPLE
        chosen = [way for way in (HERE, *offered) if way in told_by.get(kind, ())]
        if HERE not in chosen:
            return refuse_field(
                "always-here",
                kind,
                "站内通知不能取消，其他方式可加可减",
                "news is always told here; other ways come on top",
            )
        made[kind] = chosen
    return _kept("notices", made, now)


def closed_channels() -> frozenset[str]:
    """The channels by which nothing is taken in at present."""
    doors = site().doors
    return frozenset(name for name, row in doors.items() if row.get("open") == "no")


def logo() -> tuple[bytes, str] | None:
    """The logo and its type, or None."""
    kept = str(site().look.get("logo", ""))
    content = files.read(kept.partition(":")[0]) if kept else None
    if content is None:
        return None
    return content, next(kind for mark, kind in _LOGOS.items() if content.startswith(mark))


def colours(colour: str) -> dict[str, str]:
    """The accent and its weak ground for both themes; the dark one is lightened until it can be read."""
    light = _rgb(colour)
    dark = light
    while _contrast(dark, _mixed(dark, DARK)) < LEAST_CONTRAST:
        dark = _mixed(LIGHT, dark)
    return {
        "accent": _hex(light),
        "weak": _hex(_mixed(light, LIGHT)),
        "dark_accent": _hex(dark),
        "dark_weak": _hex(_mixed(dark, DARK)),
    }


def _unreadable(colour: str) -> Refusal | None:
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        return refuse_field("bad-colour", "colour", "应写成 #1f5aa6", "written as #1f5aa6")
    ground = _mixed(_rgb(colour), LIGHT)
    if _contrast(_rgb(colour), ground) < LEAST_CONTRAST:
        return refuse_field(
            "too-pale",
            "colour",
            "颜色太浅，按钮和链接上的字会看不清，请选深一些的",
            "too pale to read on buttons and links; choose a darker one",
        )
    return None


def _kept_logo(content: bytes) -> str | Refusal:
    kind = next((kind for mark, kind in _LOGOS.items() if content.startswith(mark)), "")
    if not kind or len(content) > LARGEST_LOGO:
        return refuse_field(
            "bad-logo",
            "logo",
            "标识应为不超过 300 KB 的 PNG 或 JPEG 图片",
            "a logo is a PNG or JPEG picture of at most 300 KB",
        )
    return files.keep([content], f"logo.{kind.partition('/')[2]}")


def _kept(field: str, value: dict[str, Json], now: int) -> Site:
    with transaction.atomic():
        row = Site.objects.select_for_update().get(pk=site().pk)
        before = dict(getattr(row, field))
        setattr(row, field, value)
        row.save(update_fields=[field])
        _note(field, before, value, now)
    return row


def _note(area: str, before: Mapping[str, Json], after: Mapping[str, Json], now: int) -> None:
    """What differs, each name once."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if names:
        changes.note(
            area, "change", changes.AREAS[area].en, now,
            before=[{name: before[name]} for name in names if before.get(name)],
            after=[{name: after.get(name, "")} for name in names],
        )  # fmt: skip


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _mixed(colour: Colour, ground: Colour) -> Colour:
    red, green, blue = (
        round(part * WEAK + under * (1 - WEAK)) for part, under in zip(colour, ground, strict=True)
    )
    return red, green, blue


def _contrast(one: Colour, other: Colour) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [part / 255 for part in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
