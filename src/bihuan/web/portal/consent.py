"""What a customer agrees to: the words on the page, and a record of which words they were."""

from django.utils.translation import gettext as _

from bihuan.desk import files
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.say_time import say_span
from bihuan.records.queries.accounts import organisation_name

FILE = "consent.txt"


def words(policy: Policy, language: str, *, complaint: bool) -> tuple[str, str]:
    """The sentence that is ticked, and what it means, in the reader's language (switched on)."""
    named = {"organisation": organisation_name()}
    agreed = (
        _("I agree that %(organisation)s uses what I wrote to deal with this complaint.") % named
        if complaint
        else _("I agree that %(organisation)s uses what I wrote to deal with this matter.") % named
    )
    if kept := kept_for(policy, language):
        used = _("It is read by those who deal with it, and deleted %(time)s after it is closed.")
        used %= {"time": kept}
    else:
        used = _("It is read only by those who deal with it.")
    meant = _(
        "This means your name, your number, what you tell and the files you add. You can see it, add to "
        "it and take your consent back at any time with number and code; then nobody works on it any "
        "more, and it is closed."
    )
    return f"{agreed} {used}" if language == "en" else agreed + used, meant


def keep(said: tuple[str, ...]) -> str:
    """Keep the words once, however many agree to them; the answer names them by their hash."""
    kept = files.keep(["\n".join(said).encode()], FILE)
    assert not isinstance(kept, Refusal)
    return kept


def read(kept: str) -> list[str]:
    """The words that were kept under this name; none where they were not."""
    found = files.read(kept.partition(":")[0])
    return found.decode().split("\n") if found else []


def kept_for(policy: Policy, language: str) -> str:
    """How long what was written is kept, in words; empty where the policy sets no time."""
    rows = sorted(policy.keep, key=lambda row: not row.covers_cases)
    for row in rows:
        value = policy.numbers[row.number].value()
        if value is not None and not isinstance(value, int | str):
            return say_span(value, language)
    return ""
