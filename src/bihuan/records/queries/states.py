"""The state of a case as it is kept: text that says the same reads the same, and is read once."""

import json
from functools import lru_cache

from bihuan.engine.case import Case as State


@lru_cache(maxsize=512)
def state_of(text: str) -> State:
    """The state that is kept as `text` (`as_text`); shared by all who read it, so nobody may change it."""
    return State.from_json(json.loads(text))
