"""How passwords are kept under the settings that people run; the other tests have a quicker way."""

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from bihuan.site.settings import PASSWORD_HASHERS

WORD = "grain-in-ear-1205"


@pytest.mark.django_db
def test_a_password_kept_another_way_still_signs_in_and_is_then_kept_by_argon2() -> None:
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS[1:]):
        user = User.objects.create_user("guyu", password=WORD)
    assert user.password.startswith("pbkdf2_sha256$")
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        assert not user.check_password("grain-in-beard")
        assert user.check_password(WORD)
        user.refresh_from_db()
        assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
        assert user.check_password(WORD)
