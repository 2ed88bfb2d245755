"""A stretch of a calendar laid out as sorted numbers, so that questions are bisections."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Track:
    """A stretch of days laid out for bisection. The lists are never changed once built."""

    first: int  # ordinal of day 0
    low: int
    high: int
    midnights: list[int]  # one more than there are days
    workdays: list[int]  # numbers of the working days
    workdays_before: list[int]  # one more than there are days
    closings: list[int]  # one for each working day
    openings: list[int]  # one for each interval
    worked: list[int]  # working seconds before each interval, and the sum

    def joined(self, later: "Track") -> "Track":
        """This stretch and the one that follows it as one."""
        days, works, total = len(self.midnights) - 1, len(self.workdays), self.worked[-1]
        return Track(
            first=self.first,
            low=self.low,
            high=later.high,
            midnights=self.midnights[:-1] + later.midnights,
            workdays=self.workdays + [n + days for n in later.workdays],
            workdays_before=self.workdays_before[:-1] + [n + works for n in later.workdays_before],
            closings=self.closings + later.closings,
            openings=self.openings + later.openings,
            worked=self.worked[:-1] + [n + total for n in later.worked],
        )


NOTHING = Track(0, 0, 0, [0], [], [0], [], [], [0])


def position(openings: list[int], worked: list[int], instant: int) -> int:
    """Working seconds from the track's beginning to the instant."""
    n = bisect_right(openings, instant) - 1
    if n < 0:
        return 0
    at = worked[n] + instant - openings[n]
    return at if at < worked[n + 1] else worked[n + 1]
