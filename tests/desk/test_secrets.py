"""What is sealed with the server's secret."""

import pytest

from bihuan.desk import secrets


def test_what_is_sealed_is_read_again_and_not_to_be_seen(settings):
    sealed = secrets.seal({"password": "示例口令"})
    assert "示例口令" not in sealed
    assert secrets.unseal(sealed) == {"password": "示例口令"}
    assert secrets.unseal("") == {}


def test_another_secret_or_an_altered_text_opens_nothing(settings):
    sealed = secrets.seal({"password": "示例口令"})
    with pytest.raises(secrets.UnreadableError):
        secrets.unseal(sealed[:-4] + "AAAA")
    settings.SECRET_KEY = "another secret of this server, long enough"
    with pytest.raises(secrets.UnreadableError):
        secrets.unseal(sealed)
