"""How people come to have an account: somebody who may gives it to them."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from bihuan.records.queries.accounts import user_of


class Backend(AuthenticationBackend):
    """The sign-in library's, with a quicker look for who is signed in already."""

    def get_user(self, user_id: Any) -> User | None:
        user = user_of(int(user_id))
        return user if user and self.user_can_authenticate(user) else None


class StaffAccounts(DefaultAccountAdapter):
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def add_message(self, *_args: object, **_more: object) -> None:
        """Pages say what is now true by themselves."""
