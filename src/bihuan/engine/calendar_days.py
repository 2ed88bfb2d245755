"""What single days of a calendar are: published days off, overrides, and why a day is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bihuan.engine.opening_hours import BadTime, Hours, tidy_hours


class DayKind(StrEnum):
    """Why a day is open or not."""

    ORDINARY = "ordinary"
    MAKE_UP = "make-up"
    EXTRA = "extra"
    REST = "rest"
    HOLIDAY = "holiday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Published:
    """Days off and make-up working days as published, complete up to the end of `through`."""

    through: int
    off: Mapping[date, str] = field(default_factory=dict, hash=False)
    work: Mapping[date, str] = field(default_factory=dict, hash=False)
    notices: Mapping[int, tuple[str, ...]] = field(default_factory=dict, hash=False)
    english: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        both = sorted(set(self.off) & set(self.work))
        if both:
            raise BadTime(
                f"{both[0]} 既是放假又是调休上班，只能是其一",
                f"{both[0]} is both a day off and a make-up working day; it can be only one",
            )

    def followed_by(self, later: "Published") -> "Published":
        """This and a later publication as one; on a day both name, the later one holds."""
        if later.notices and min(later.notices) > self.through + 1:
            raise BadTime(
                f"{self.through + 1} 年的放假安排还没有，请先载入那一年",
                f"the year {self.through + 1} is not there yet; load that year first",
            )
        off = {day: name for day, name in self.off.items() if day not in later.work}
        work = {day: name for day, name in self.work.items() if day not in later.off}
        return Published(
            through=max(self.through, later.through),
            off=off | dict(later.off),
            work=work | dict(later.work),
            notices=dict(self.notices) | dict(later.notices),
            english=dict(self.english) | dict(later.english),
        )


@dataclass(frozen=True, slots=True)
class Override:
    """One day of a company or site that differs: its hours (none = closed), and why."""

    hours: Hours
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", tidy_hours(self.hours))


@dataclass(frozen=True, slots=True)
class Day:
    """What one day of a calendar is; `works` when it has any opening hours."""

    on: date
    kind: DayKind
    hours: Hours
    name: str = ""
    name_en: str = ""

    @property
    def works(self) -> bool:
        """Whether the calendar opens on this day at all."""
        return bool(self.hours)
