"""How people come to have an account: somebody who may gives it to them."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from bihuan.records.queries.accounts import signed_in


class Backend(AuthenticationBackend):
    """The sign-in library's; who is signed in already is looked up with all that a page asks of them."""

    def get_user(self, user_id: Any) -> User | None:
        found = signed_in(int(user_id))
        if found is None or not self.user_can_authenticate(found.user):
            return None
        found.user.signed_in = found
        return found.user


class StaffAccounts(DefaultAccountAdapter):
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def add_message(self, *_args: object, **_more: object) -> None:
        """Pages say what is now true by themselves."""
