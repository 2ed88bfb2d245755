"""Who has a case before them just now: told to the others who have it too."""

from bihuan.desk import permissions
from bihuan.records.models import Case, Looking
from bihuan.records.queries.visibility import Viewer, facts_of, may_see, reach

STILL = 75  # seconds; a page that is looked at says so every thirty
NOTED = 20  # seconds for which a look that was noted need not be noted again
FORGOTTEN = 86400


def look(viewer: Viewer, case_id: int, now: int) -> list[str]:
    """Note that the viewer has the case before them; the ids of the others who do, newest first.

    Only those are named who may see the case, and only to who sees it whole.
    """
    rows = Looking.objects.filter(case_id=case_id, at__gt=now - STILL).order_by("-at")
    looks = {str(person): at for person, at in rows.values_list("person_id", "at")}
    if looks.pop(viewer.person_id, 0) <= now - NOTED:
        _note(viewer, case_id, now)
    if not looks:
        return []
    facts = facts_of(Case.objects.defer("state").get(pk=case_id))
    if not may_see(viewer, facts):
        return []
    return [one for one in looks if reach(permissions.viewer(one, now), facts)]


def _note(viewer: Viewer, case_id: int, now: int) -> None:
    Looking.objects.bulk_create(
        [Looking(case_id=case_id, person_id=int(viewer.person_id), at=now)],
        update_conflicts=True,
        unique_fields=["person", "case"],
        update_fields=["at"],
    )


def leave(viewer: Viewer, case_id: int, now: int) -> None:
    """Note that the viewer has put the case aside, and forget who looked at anything days ago."""
    Looking.objects.filter(case_id=case_id, person_id=viewer.person_id).delete()
    Looking.objects.filter(person_id=viewer.person_id, at__lt=now - FORGOTTEN).delete()
