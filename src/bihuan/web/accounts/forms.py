"""The second step of signing in, tried a few times only."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bihuan.web.rate import Limit

TRIES = Limit("second step", 10, 900)


class _Counted:
    """Ten wrong codes in a quarter of an hour; the password was right, so nobody else can use them up."""

    user: Any

    def clean_code(self) -> str:
        who = str(self.user.pk)
        if TRIES.spent(who):
            raise ValidationError(_("Too many wrong codes. Try again in a quarter of an hour."))
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            TRIES.count(who)
            raise
        TRIES.clear(who)
        return code


class SecondStep(_Counted, AuthenticateForm):
    """The code at sign-in."""


class SecondStepAgain(_Counted, ReauthenticateForm):
    """The code before something that must not be done by whoever finds the desk unattended."""
