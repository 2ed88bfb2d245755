"""How often something was tried within a time: wrong codes, complaints from one address."""

from django.db import models


class Attempt(models.Model):
    """What was tried, by whom, in which stretch of time, and how often; of no meaning after `until_at`."""

    what = models.CharField(max_length=200, primary_key=True)
    times = models.IntegerField()
    until_at = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.what} {self.times}"
