"""Puts an organisation's own Word template in use for a printed form, and takes it out again."""

from django.db import transaction

from bihuan.desk import changes
from bihuan.records.models import PaperTemplate, Person


def use(policy: str, form: str, file: str, by: int, now: int) -> None:
    """From now on the form is filled into the kept file; the one before is kept as withdrawn."""
    with transaction.atomic():
        withdraw(policy, form, by, now)
        PaperTemplate.objects.create(
            policy_code=policy,
            form=form,
            file=file,
            by=Person.objects.get(pk=by),
            from_at=now,
        )
        changes.note("papers", "use", f"{policy} {form}", now, after=[{"file": file}])


def withdraw(policy: str, form: str, by: int, now: int) -> bool:
    """From now on the form is printed as shipped; whether another was in use."""
    found = PaperTemplate.objects.filter(policy_code=policy, form=form, until_at=None)
    before = [{"file": one.file} for one in found]
    changes.note("papers", "withdraw", f"{policy} {form}", now, before=before)
    return bool(found.update(until_at=now, withdrawn_by_id=by))
