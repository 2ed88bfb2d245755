"""The organisation's own templates of printed forms, in use and of old."""

from dataclasses import dataclass

from bihuan.records.models import PaperTemplate


@dataclass(frozen=True, slots=True)
class Template:
    """A template: the kept file, who put it in use and when, and until when it was (None: still)."""

    policy: str
    form: str
    file: str
    by: str
    from_at: int
    until_at: int | None


def templates(*, also_old: bool = False) -> list[Template]:
    """The templates in use, or all there ever were, newest first."""
    rows = PaperTemplate.objects.select_related("by").order_by("-from_at", "-id")
    if not also_old:
        rows = rows.filter(until_at=None)
    return [
        Template(row.policy_code, row.form, row.file, row.by.name, row.from_at, row.until_at)
        for row in rows
    ]


def template_of(policy: str, form: str) -> str:
    """The kept file that the form is filled into; empty where it is our own grid."""
    found = PaperTemplate.objects.filter(policy_code=policy, form=form, until_at=None)
    return found.values_list("file", flat=True).first() or ""
