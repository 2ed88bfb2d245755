"""Finding cases by what people remember of them, and those that look alike."""

from collections.abc import Collection

from django.db.models import Q

from bihuan.records.models import Case
from bihuan.records.queries.cases import (
    Filters,
    Key,
    Listed,
    _by_due,
    _filtered,
    _page,
    case_page,
    walk,
)
from bihuan.records.queries.visibility import Viewer, reachable_cases, visible, visible_cases


def found_cases(
    viewer: Viewer,
    words: str,
    filters: Filters,
    *,
    by_due: bool,
    after: Key | None = None,
    limit: int = 50,
) -> tuple[list[Listed], Key | None]:
    """The cases whose number, outside number, title or complainant fits `words`, and where to go on.

    Four digits also mean the end of a phone number, eight or more the whole of one. Outside parties
    find those they have a note of, by the number alone: show no more of them (`seen_whole`).
    """
    notes_too = any(viewer.seats & line.own_only for line in viewer.lines.values())
    seen = reachable_cases(viewer) if notes_too else visible_cases(viewer)
    rows = _filtered(seen, filters, walk(viewer, by_due=by_due))
    if words:
        fits = _fits(words)
        rows = rows.filter((visible(viewer) & fits) | _has_number(words) if notes_too else fits)
    if by_due:
        return _by_due(rows, filters, after, limit)
    if after:
        rows = rows.filter(registered_at__lte=after.at).exclude(
            registered_at=after.at, id__gte=after.id
        )
    return _page(rows.order_by("-registered_at", "-id"), "registered_at", limit)


def found_sheet(viewer: Viewer, words: str) -> tuple[str, int] | None:
    """The case and the sheet of a note's number (CL-TS20260302-0001-2), if the viewer may see that sheet."""
    body, _dash, serial = words.strip().rpartition("-")
    if not body or not serial.isdecimal() or len(serial) > 4:
        return None
    numbers = Q(number__iexact=body) | Q(number__iexact=body.partition("-")[2])
    for number in reachable_cases(viewer).filter(numbers).values_list("number", flat=True)[:2]:
        page = case_page(number, viewer)
        if page is not None and int(serial) in page.sheets:
            return number, int(serial)
    return None


def seen_whole(viewer: Viewer, ids: Collection[int]) -> frozenset[int]:
    """Those of these cases that the viewer may see whole."""
    return frozenset(visible_cases(viewer).filter(pk__in=ids).values_list("pk", flat=True))


def complainants(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and phone number of who complained, by the cases' ids."""
    rows = Case.objects.filter(pk__in=ids, complainant__isnull=False)
    return {
        pk: (name, phone)
        for pk, name, phone in rows.values_list("pk", "complainant__name", "complainant__phone")
    }


def open_alike(viewer: Viewer, about_unit: str, category: str, limit: int = 4) -> list[Listed]:
    """Open cases about the same unit (and of the same category, where one is given), newest first."""
    if not about_unit:
        return []
    rows = visible_cases(viewer).filter(is_open=True, ledger=False, about_unit=about_unit)
    if category:
        rows = rows.filter(Q(category=category) | Q(category=""))
    return _page(rows.order_by("-registered_at", "-id"), "registered_at", limit)[0]


def _fits(words: str) -> Q:
    fits = _has_number(words)
    fits |= Q(title__icontains=words) | Q(complainant__name__icontains=words)
    fits |= Q(outside_numbers__icontains=words)
    digits = "".join(sign for sign in words if sign.isdecimal())
    if digits == words and len(digits) == 4:
        fits |= Q(complainant__phone_end=digits)
    elif len(digits) >= 7 and len(digits) >= len(words) - 3:
        fits |= Q(complainant__phone=digits)
    return fits


def _has_number(words: str) -> Q:
    return Q(number__istartswith=words) | Q(number__iendswith=words)
