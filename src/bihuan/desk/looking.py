"""Who has a case before them just now: told to the others who have it too."""

from bihuan.desk import permissions
from bihuan.records.models import Case, Looking
from bihuan.records.queries.visibility import Viewer, facts_of, may_see, reach

STILL = 75  # seconds; a page that is looked at says so every thirty
FORGOTTEN = 86400


def look(viewer: Viewer, case_id: int, now: int) -> list[str]:
    """Note that the viewer has the case before them; the ids of the others who do, newest first.

    Only those are named who may see the case, and only to who sees it whole.
    """
    Looking.objects.bulk_create(
        [Looking(case_id=case_id, person_id=int(viewer.person_id), at=now)],
        update_conflicts=True,
        unique_fields=["person", "case"],
        update_fields=["at"],
    )
    case = Case.objects.get(pk=case_id)
    facts = facts_of(case)
    if not may_see(viewer, facts):
        return []
    rows = Looking.objects.filter(case=case, at__gt=now - STILL).exclude(
        person_id=int(viewer.person_id)
    )
    people = [str(person) for person in rows.order_by("-at").values_list("person_id", flat=True)]
    return [one for one in people if reach(permissions.viewer(one, now), facts)]


def leave(viewer: Viewer, case_id: int, now: int) -> None:
    """Note that the viewer has put the case aside, and forget who looked at anything days ago."""
    Looking.objects.filter(case_id=case_id, person_id=viewer.person_id).delete()
    Looking.objects.filter(person_id=viewer.person_id, at__lt=now - FORGOTTEN).delete()
