"""Customers as whoever takes a complaint in finds them again: by phone number, handle or name, or one taken over."""

from collections.abc import Collection
from typing import Any

from bihuan.records.models import Handle, Party
from bihuan.records.queries.cases import Customer, Filters, case_list
from bihuan.records.queries.visibility import Viewer, visible_cases

MOST = 5


def customers_called(name: str, viewer: Viewer) -> list[Customer]:
    """Customers of exactly this name of whom the viewer may see a case, the latest first."""
    return _seen(viewer, name=name.strip()) if name.strip() else []


def customers_by(values: Collection[str], viewer: Viewer) -> list[Customer]:
    """Customers of a case that holds one of these handles, of whom the viewer may see one; the latest first."""
    if not values:
        return []
    holding = Handle.objects.filter(value__in=values)
    return _seen(viewer, cases__in=visible_cases(viewer).filter(handles__in=holding).values("id"))


def customer_seen(party: int, viewer: Viewer) -> Customer | None:
    """One customer, if the viewer may see a case of theirs."""
    return next(iter(_seen(viewer, pk=party)), None)


def _seen(viewer: Viewer, **wanted: Any) -> list[Customer]:
    seen = visible_cases(viewer).filter(complainant_id__isnull=False)
    rows = Party.objects.filter(**wanted, pk__in=seen.values("complainant_id")).distinct()
    return [
        Customer(
            party.pk,
            party.name,
            party.phone,
            party.address,
            party.caller,
            tuple(case_list(viewer, Filters(complainant=party.pk), limit=MOST)[0]),
        )
        for party in rows.order_by("-id")[:MOST]
    ]
