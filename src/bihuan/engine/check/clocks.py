"""P8: what is promised outside can be kept if everybody inside acts at the last moment allowed.

Every path to a promise is walked from every instant of a published year, on the calendars that will run.
Between two bends the time to spare is a straight line, so nothing is missed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bihuan.engine.acts import ACTS
from bihuan.engine.calendar import BadTime, Calendar, instant_text
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.pieces import FOREVER, Course, pairs
from bihuan.engine.check.promises import Path, Promise, Year, promises, sums
from bihuan.engine.check.story import Story, found, who_text
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Duty, Policy, Step
from bihuan.engine.words import Text

MOST_DATES = 5
RARELY_LATE = (
    90  # per cent in time: then the days on which it is not are told, not the times of day
)


@dataclass(frozen=True, slots=True)
class Spare:
    """What a year shows: the least time to spare, its arrival, and when arrivals are in time."""

    least: int
    arrival: int
    good: tuple[tuple[int, int], ...]
    first: int
    looked_at: int  # seconds of arrivals whose promise does not reach into unpublished years

    def late(self) -> tuple[tuple[int, int], ...]:
        """The arrivals for which the promise does not hold."""
        edges = [self.first, *(edge for each in self.good for edge in each)]
        edges.append(self.first + self.looked_at)
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return tuple((start, end) for start, end in gaps if start < end)


@dataclass(frozen=True, slots=True)
class Judged:
    """A promise looked at over the year: its worst path, and on how many paths it is not safe."""

    promise: Promise
    path: Path
    seen: Spare
    late: int
    looked_at: int


def check_clocks(
    policy: Policy, cells: Cells, calendars: Mapping[str, Calendar]
) -> Iterator[Finding]:
    """For each promise: whether the clocks before it fit, and how narrowly."""
    year = published_year(policy, calendars)
    for promise in promises(policy, cells):
        judged = judge(promise, year, calendars)
        if judged is None:
            continue
        if promise.chosen:
            yield from _chosen(judged, policy, calendars)
        elif judged.seen.least < 0:
            yield _late(judged, policy, calendars)
        elif promise.kind is not None or sums(judged.path):
            yield _fits(judged, policy, calendars)


def judge(promise: Promise, year: Year, calendars: Mapping[str, Calendar]) -> Judged | None:
    """The worst path of a promise (the best one where a note is drawn up at will); None without a clock."""
    seen: list[tuple[int, Path, Spare]] = []
    for path in promise.paths:
        try:
            spare = spare_of(path, year, calendars)
        except BadTime:
            continue
        if spare is not None:
            seen.append((spare.least, path, spare))
    if not seen:
        return None
    choose = max if promise.chosen else min
    _, path, spare = choose(seen, key=lambda each: each[0])
    return Judged(promise, path, spare, sum(least < 0 for least, _, _ in seen), len(seen))


def year_of(policy: Policy, calendars: Mapping[str, Calendar]) -> int:
    """The last year whose holidays are published in every calendar, else that of coming in force."""
    through = [each.published.through for each in calendars.values() if each.published]
    return min(through) if through else int(policy.in_force[:4])


def published_year(policy: Policy, calendars: Mapping[str, Calendar]) -> Year:
    """Every arrival of that year, and what was reckoned for it when a policy with these calendars was checked last."""
    return _arrivals(year_of(policy, calendars), tuple(sorted(calendars.items(), key=_name)))


def _name(named: tuple[str, Calendar]) -> str:
    return named[0]


@lru_cache(maxsize=4)
def _arrivals(year: int, named: tuple[tuple[str, Calendar], ...]) -> Year:
    calendars = dict(named)
    first, last = (calendars["usual"].at(date(each, 1, 1)) for each in (year, year + 1))
    return Year(first, last, calendars)


def spare_of(path: Path, year: Year, calendars: Mapping[str, Calendar]) -> Spare | None:
    """The whole year along one path, bend by bend; None where all of it is provisional."""
    edges = [each.provisional_from for each in calendars.values() if each.provisional_from]
    edge = min(edges, default=FOREVER)

    def spare(inner: Course, outer: Course) -> Spare | None:
        return _between(inner, outer, year.begin[0].value, edge)

    return year.once("spare", spare, *path.courses(year))


def _between(inner_course: Course, outer_course: Course, first: int, edge: int) -> Spare | None:
    least, arrival, looked_at = FOREVER, 0, 0
    good: list[tuple[int, int]] = []
    for passed, inner, outer in pairs(inner_course, outer_course):
        if max(inner.value, outer.value) > edge:
            break
        at, lasts = first + passed, inner.lasts
        time, slope = outer.value - inner.value, outer.slope - inner.slope
        last = time + slope * (lasts - 1)
        if min(time, last) < least:
            least, arrival = min((time, at), (last, at + lasts - 1))
        if time >= 0 or last >= 0:
            begins, after = at, at + lasts
            if time < 0:
                begins = at - time
            elif last < 0:
                after = at + time + 1
            if good and good[-1][1] == begins:
                good[-1] = (good[-1][0], after)
            else:
                good.append((begins, after))
        looked_at += lasts
    return Spare(least, arrival, tuple(good), first, looked_at) if looked_at else None


# What is said of them


def _clauses(promise: Promise) -> tuple[str, ...]:
    rows = [promise.outer.at, promise.at]
    rows += [step.at for step in promise.kind.steps] if promise.kind else []
    return tuple(dict.fromkeys(clause for at in rows for clause in at.clauses))


def _what(promise: Promise) -> Text:
    if promise.kind is not None:
        return promise.kind.text
    if promise.duty is not None:
        return ACTS[promise.duty.act].text
    return Text("主线上前面各步", "the steps before")


def _fits(judged: Judged, policy: Policy, calendars: Mapping[str, Calendar]) -> Finding:
    promise, seen = judged.promise, judged.seen
    what, act = _what(promise), ACTS[promise.outer.act].text
    when, year = instant_text(seen.arrival, calendars["usual"]), year_of(policy, calendars)
    return found(
        Level.NOTE,
        "clocks-fit",
        promise.at,
        f"{year} 年任何时刻收到，{what.zh}都能在“{act.zh}”的期限前办完；"
        f"最少余 {_length(seen.least).zh}({when.zh} 收到)",
        f"whenever it comes in during {year}, '{what.en}' is done before '{act.en}' is due; "
        f"the least to spare is {_length(seen.least).en} (coming in at {when.en})",
        place=promise.place,
        clauses=_clauses(promise),
        story=tuple(told(judged.path, seen.arrival, calendars, policy)),
    )


def _late(judged: Judged, policy: Policy, calendars: Mapping[str, Calendar]) -> Finding:
    promise, seen = judged.promise, judged.seen
    what, act = _what(promise), ACTS[promise.outer.act].text
    when, year = instant_text(seen.arrival, calendars["usual"]), year_of(policy, calendars)
    share = 100 * sum(end - start for start, end in seen.good) // seen.looked_at
    rare = share >= RARELY_LATE and dates(seen, calendars)
    times = rare[0] if rare else windows(judged.path, seen, calendars)
    return found(
        Level.WARNING,
        "clocks-do-not-fit",
        promise.at,
        f"{what.zh}的各步期限合起来超过“{act.zh}”的期限：{when.zh} 收到的，差 {_length(-seen.least).zh}；"
        f"{year} 年 {share}% 的时刻收到能按期({times.zh})；{judged.looked_at} 种情形中 {judged.late} 种不能保证",
        f"the clocks of '{what.en}' do not fit '{act.en}': what comes in at {when.en} is "
        f"{_length(-seen.least).en} short; in {year} the promise holds for {share} % of arrivals "
        f"({times.en}); {judged.late} of {judged.looked_at} paths are not safe",
        place=promise.place,
        clauses=_clauses(promise),
        story=(*told(judged.path, seen.arrival, calendars, policy), *dates(seen, calendars)),
    )


def _chosen(judged: Judged, policy: Policy, calendars: Mapping[str, Calendar]) -> Iterator[Finding]:
    """A note drawn up at will: never in time, however early; or by when it must be drawn up."""
    promise, seen = judged.promise, judged.seen
    what, act = _what(promise), ACTS[promise.outer.act].text
    if seen.least < 0:
        yield _late(judged, policy, calendars)
        return
    left = _length(seen.least)
    none = (
        Text(
            f"；{judged.looked_at} 种情形中 {judged.late} 种即使立即开出也来不及",
            f"; in {judged.late} of {judged.looked_at} kinds of case even at once is too late",
        )
        if judged.late
        else Text("", "")
    )
    yield found(
        Level.NOTE,
        "clocks-fit",
        promise.at,
        f"另开的{what.zh}，期限最宽的情形下至迟在起算后 {left.zh}开出，才赶得上“{act.zh}”{none.zh}",
        f"a '{what.en}' drawn up beside the line must, where there is most time, be out within "
        f"{left.en} to be back for '{act.en}'{none.en}",
        place=promise.place,
        clauses=_clauses(promise),
        story=tuple(told(judged.path, seen.arrival, calendars, policy)),
    )


def told(
    path: Path, arrival: int, calendars: Mapping[str, Calendar], policy: Policy
) -> Iterator[Text]:
    """One arrival, dated, clock by clock."""
    calendar = calendars["usual"]
    moment = Year(arrival, arrival + 1, calendars)
    said = instant_text(arrival, calendar)
    yield Text(f"{said.zh} 收到", f"comes in at {said.en}")
    for number, leg in enumerate(path.legs, 1):
        outer = replace(path.outer, waits=leg.beside)
        inner, _ = Path(path.legs[:number], outer).courses(moment)
        ends = instant_text(inner[0].value, calendar)
        what = _row_text(leg.row, policy)
        yield Text(f"{what.zh}，最迟 {ends.zh}", f"{what.en}, at the latest at {ends.en}")
    due = instant_text(path.courses(moment)[1][0].value, calendar)
    what = _row_text(path.outer.row, policy)
    yield Text(f"{what.zh}，期限 {due.zh}", f"{what.en}, promised for {due.en}")


def _row_text(row: Step | Duty, policy: Policy) -> Text:
    act = ACTS[row.act].text
    if row.owes is None:
        return act
    who = who_text(row.owes, policy)
    return Text(f"{who.zh}：{act.zh}", f"{who.en}: {act.en}")


def dates(seen: Spare, calendars: Mapping[str, Calendar]) -> Story:
    """When it does not hold, as dates: the longest stretches, in their order."""
    late, calendar = seen.late(), calendars["usual"]
    longest = sorted(late, key=lambda each: each[0] - each[1])[:MOST_DATES]
    said = [
        (instant_text(start, calendar), instant_text(end, calendar))
        for start, end in sorted(longest)
    ]
    if not said:
        return ()
    more = len(late) - len(said)
    zh = "；".join(f"{start.zh} – {end.zh}" for start, end in said)
    en = "; ".join(f"{start.en} – {end.en}" for start, end in said)
    return (
        Text(
            f"不能保证的收到时段：{zh}" + (f"；另有 {more} 段较短的" if more else ""),
            f"it does not hold for what comes in {en}"
            + (f"; and {more} shorter stretches" if more else ""),
        ),
    )


def _length(seconds: int) -> Text:
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min"), (rest, "秒", "s")]
    said = [each for each in parts if each[0]] or [(0, "分", "min")]
    return Text(
        "".join(f"{n}{zh}" for n, zh, _ in said), " ".join(f"{n} {en}" for n, _, en in said)
    )


def windows(path: Path, seen: Spare, calendars: Mapping[str, Calendar]) -> Text:
    """The times of day at which the promise holds on every working day, and on every day of rest."""
    names = {leg.span.on or leg.usual for leg in (*path.legs, path.outer)} & set(calendars)
    first = seen.good[0][0] if seen.good else seen.arrival
    narrow = min(
        (calendars[name] for name in sorted(names)),
        key=lambda each: each.working_between(first, first + 28 * 86400),
    )
    start = narrow.day_of(seen.arrival).replace(month=1, day=1)
    end = narrow.at(start) + seen.looked_at
    always: dict[bool, list[tuple[int, int]]] = {}
    number, good = 0, seen.good
    midnight = narrow.at(start)
    while midnight < end:
        day = narrow.day_of(midnight)
        over = min(narrow.end_of_day(day), end)
        while number < len(good) and good[number][1] <= midnight:
            number += 1
        today, n = [], number
        while n < len(good) and good[n][0] < over:
            today.append((max(good[n][0], midnight) - midnight, min(good[n][1], over) - midnight))
            n += 1
        works = narrow.works(day)
        before = always.get(works, [(0, 86400)])
        always[works] = [
            (max(a, c), min(b, d)) for a, b in before for c, d in today if max(a, c) < min(b, d)
        ]
        midnight = narrow.end_of_day(day)
    zh, en = [], []
    for works, zh_day, en_day in (
        (True, "工作日", "working days"),
        (False, "休息日", "days of rest"),
    ):
        if works in always:
            said = ", ".join(f"{_clock(a)}–{_clock(b)}" for a, b in always[works])
            zh.append(f"每个{zh_day}：{said or '没有'}")
            en.append(f"on all {en_day}: {said or 'never'}")
    return Text("；".join(zh), "; ".join(en))


def _clock(seconds: int) -> str:
    minutes = seconds // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
