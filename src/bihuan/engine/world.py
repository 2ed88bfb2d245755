"""What an act is judged in: the policy of the case, the organisation, the calendars, the library."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bihuan.engine.calendar import Calendar
from bihuan.engine.case import Case
from bihuan.engine.clock import Span
from bihuan.engine.library import Library
from bihuan.engine.organisation import Organisation
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Owing


@dataclass(frozen=True)
class World:
    """One policy version, one snapshot of the organisation, the policy's calendars by their names,
    and the documents that are published.

    `awaits` is what the command case of a collective complaint still owes before it has decided.
    """

    policy: Policy
    organisation: Organisation
    calendars: Mapping[str, Calendar]
    library: Library = field(default_factory=Library)
    awaits: tuple[Owing, ...] = ()

    def count(self, name: str, case: Case) -> int:
        """The count or amount of a number, as in force when the case was registered."""
        value = self.policy.numbers[name].value(self._day(name, case))
        return value if isinstance(value, int) else 0

    def span(self, name: str, case: Case) -> Span:
        """The span of a number, as in force when the case was registered."""
        value = self.policy.numbers[name].value(self._day(name, case))
        assert not isinstance(value, int | str), f"{name} is no span"
        return value

    def _day(self, name: str, case: Case) -> str:
        if len(self.policy.numbers[name].values) == 1:
            return ""
        return self.calendars["usual"].day_of(case.registered).isoformat()
