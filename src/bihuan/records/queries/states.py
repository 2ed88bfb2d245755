"""The state of a case as it is kept: text that says the same reads the same, and is read once."""

import json
from functools import lru_cache

from django.db.models import ExpressionWrapper, F, TextField

from bihuan.engine.case import Case as State

AS_TEXT = ExpressionWrapper(F("state"), output_field=TextField())
"""A case's state as the text it is kept in, for `state_of`."""


@lru_cache(maxsize=512)
def state_of(text: str) -> State:
    """The state that was kept as `text`; shared by all who read it, so nobody may change it."""
    return State.from_json(json.loads(text))
