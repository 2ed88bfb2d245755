"""Each test of the desk adopts policies of its own; what a process remembers of them ends with it."""

import pytest

from bihuan.desk import worlds


@pytest.fixture(autouse=True)
def nothing_remembered():
    """No version of a policy outlives the test that adopted it."""
    worlds.forget()
    yield
    worlds.forget()
