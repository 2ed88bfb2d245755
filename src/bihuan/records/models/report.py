"""Reports as they were issued: the figures, what they were about, and a hash over both."""

from django.db import models

from bihuan.records.models.json_text import JsonText


class IssuedReport(models.Model):
    """One report of one period, for the whole or for one unit (`unit`). Never changed.

    `case` is the ledger whose row of rhythm it belongs to, `event` that row's opening there.
    `readers` are the seats that were sent it; `names` what units were called then.
    """

    case = models.ForeignKey("records.Case", on_delete=models.PROTECT, related_name="reports")
    event = models.BigIntegerField()
    sheet = models.IntegerField(default=0)
    name = models.CharField(max_length=60)
    policy = models.ForeignKey(
        "records.PolicyVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.CharField(max_length=60, blank=True)
    period = models.CharField(max_length=10)
    as_of = models.BigIntegerField()
    issued_at = models.BigIntegerField()
    figures = JsonText()
    names = JsonText()
    readers = JsonText()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name", "unit"], name="a_report_is_issued_once"
            )
        ]
        indexes = [models.Index(fields=["unit", "-as_of", "-id"], name="report_by_unit")]

    def __str__(self) -> str:
        return f"{self.name} {self.period} {self.unit}"
