"""Who complains: found again by phone number or e-mail address."""

from django.db import models


class Party(models.Model):
    """A complainant. `phone` holds digits only, a mainland number without its country code; `email` small letters."""

    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    phone_end = models.CharField(max_length=4, blank=True)
    email = models.CharField(max_length=254, blank=True, default="", db_default="")
    address = models.CharField(max_length=500, blank=True)
    caller = models.CharField(max_length=60, blank=True)
    since_at = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["phone"], name="party_phone", condition=~models.Q(phone="")),
            models.Index(fields=["email"], name="party_email", condition=~models.Q(email="")),
            models.Index(
                fields=["phone_end"], name="party_phone_end", condition=~models.Q(phone_end="")
            ),
        ]

    def __str__(self) -> str:
        return f"party {self.pk}"


class Handle(models.Model):
    """A plate, an order or a house that a case's customer is found again by; rebuilt from the state."""

    case = models.ForeignKey("records.Case", on_delete=models.CASCADE, related_name="handles")
    value = models.CharField(max_length=80)  # letters and digits only, as `handle` leaves them

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["value", "case"], name="a_case_has_a_handle_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.value}"
