"""Bringing a policy in force with what that makes people owe: its ledgers, its approval by three."""

from django.db import transaction

from bihuan.desk import packs, reply_templates
from bihuan.desk.ledgers import ensure_ledgers, open_ledger
from bihuan.desk.numbering import ledger_number
from bihuan.desk.perform import perform
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Case, PolicyVersion


def put_in_force(
    code: str, by: int | None, now: int, *, unit: str = "", kinds: tuple[str, ...] = ()
) -> PolicyVersion | Refusal:
    """Adopt a shipped pack (`packs.adopt`), open its ledgers and keep its reply templates, all or nothing.

    From then on its approval by three is owed, and the filling of its vacant posts.
    """
    with transaction.atomic():
        version = packs.adopt(code, by, now, unit=unit, kinds=kinds)
        if isinstance(version, Refusal):
            return version
        number = ledger_number(version.code, version.number, "")
        if not Case.objects.filter(number=number).exists():
            open_ledger(version, "", now)
        ensure_ledgers(now)
        reply_templates.add_shipped(code, now)
        return version


def sign_adoption(
    version_id: int, by: str, author: int, reviewer: int, approver: int, text_hash: str, now: int
) -> PolicyVersion | Refusal:
    """Record that three people signed an adopted version, and keep the obligation to have it signed.

    `by` is the id of who records it, and must be who owes it or stand above them; `text_hash` is of
    the text that was signed.
    """
    with transaction.atomic():
        version = packs.approve(version_id, author, reviewer, approver, text_hash, now)
        if isinstance(version, Refusal):
            return version
        signers = {"author": str(author), "reviewer": str(reviewer), "approver": str(approver)}
        done = perform(
            Act("approve_adoption", by, now, signers),
            case_number=ledger_number(version.code, version.number, ""),
            now=now,
        )
        if done.refusal:
            transaction.set_rollback(True)
            return done.refusal
        return version
