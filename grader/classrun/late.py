"""How late is it, and what does that cost? Times in, percent out; nothing is read here.

The rule: only a time that the platform or the instructor gave counts, never a file's date.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count
from typing import Any, TypeVar

from grader.results import MISSING, SubmissionResult

Value = TypeVar("Value")
DAY = timedelta(days=1)
NOTE = "lateness: "  # what notes of this kind begin with
KEYS = ("participant", "user_id", "login", "email", "sid", "submission")  # of a person


@dataclass(frozen=True)
class Waiver:
    """More time for one person: until a moment (UTC), or extra days after the deadline."""

    reason: str = ""
    until: datetime | None = None
    extra_days: int = 0


@dataclass(frozen=True)
class Rules:
    """What lateness costs. deadline: a moment (UTC); zone: whose wall clock counts the days.

    Who is later than the grace (at the deadline only) is late from the deadline on. A day ends
    when the clock shows the deadline's time again, so that it has 23 or 25 hours when clocks
    change. percent_per_day: for each day begun; most_percent: never more, but nothing counts
    after nothing_after_days, if given. waivers, submitted (moments): by a submission's id, or
    by one of its person's KEYS.
    """

    deadline: datetime
    zone: tzinfo
    percent_per_day: float
    most_percent: float = 100
    grace: timedelta = timedelta()
    nothing_after_days: int | None = None
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    submitted: Mapping[str, datetime] = field(default_factory=dict)


def moment(wall: datetime, zone: tzinfo) -> datetime:
    """Return the moment (UTC) when a wall clock in `zone` shows this time.

    Of a time that comes twice, when clocks go back, the later one is meant; one with an offset
    is a moment already.
    """
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def late_for(names: Iterable[str], submitted: datetime, rules: Rules) -> dict[str, Any]:
    """Return what lateness does to a submission, empty if it was in time.

    names: the id and whatever else a waiver may call the person. The result has `submitted`
    and `deadline` (ISO 8601), `days` begun, `percent` taken off and the `reason` in words.
    """
    waiver = _first(names, rules.waivers) or Waiver()
    deadline = _days_after(rules.deadline, waiver.extra_days, rules.zone)
    deadline = max(deadline, waiver.until or deadline)
    if submitted <= deadline + rules.grace:
        return {}
    days = _days_begun(deadline, submitted, rules.zone)
    percent, why = _percent(days, rules)
    given = f"; more time was given: {waiver.reason}" if deadline > rules.deadline else ""
    return {
        "submitted": _iso(submitted, rules),
        "deadline": _iso(deadline, rules),
        "days": days,
        "percent": percent,
        "reason": f"{days} day{'s' if days > 1 else ''} late: {why}{given}".removesuffix(": "),
    }


def apply(rules: Rules, results: Iterable[SubmissionResult], lessons: Container[str]) -> list[str]:
    """Fill `late` of each result for these lessons, and add a note where no time is known.

    What an earlier application said of them is replaced. Return the names in the rules that are
    nobody's, sorted: somebody should look at them.
    """
    unknown = {*rules.waivers, *rules.submitted}
    for one in results:
        names = names_of(one)
        unknown -= set(names)
        one.late = {name: late for name, late in one.late.items() if name not in lessons}
        handed_in = [lesson.id for lesson in one.lessons if lesson.state != MISSING]
        here = [name for name in handed_in if name in lessons]
        if not here:
            continue
        one.notes = [note for note in one.notes if not note.startswith(NOTE)]
        given = _first(names, rules.submitted)
        times = {name: given or _by_platform(one, name, rules) for name in here}
        if None in times.values():
            flag = "the platform marks it late, but " if "flag" in one.person else ""
            one.notes.append(f"{NOTE}{flag}no time of submission is known; nothing was taken off")
        for name, submitted in times.items():
            if submitted and (late := late_for(names, submitted, rules)):
                one.late[name] = late
    return sorted(unknown)


def names_of(one: SubmissionResult) -> list[str]:
    """Return what a waiver may call this submission, its id first; people of a group each."""
    found = [one.id]
    for key in KEYS:
        found += [name for name in one.person.get(key, "").split("; ") if name]
    return found


def _by_platform(one: SubmissionResult, lesson: str, rules: Rules) -> datetime | None:
    try:
        return moment(datetime.fromisoformat(one.submitted.get(lesson, "")), rules.zone)
    except ValueError:
        return None


def _days_begun(deadline: datetime, submitted: datetime, zone: tzinfo) -> int:
    sure = (submitted - deadline) // DAY - 1  # a day may have 25 hours
    return next(day for day in count(max(sure, 1)) if submitted <= _days_after(deadline, day, zone))


def _days_after(when: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the moment (UTC) when the wall clock shows the same time, that many days later."""
    if not days:
        return when
    return moment(when.astimezone(zone).replace(tzinfo=None) + days * DAY, zone)


def _percent(days: int, rules: Rules) -> tuple[float, str]:
    if rules.nothing_after_days is not None and days > rules.nothing_after_days:
        return 100, f"nothing counts after {rules.nothing_after_days} days"
    percent = min(days * rules.percent_per_day, rules.most_percent)
    return percent, f"{percent:g} % off"


def _first(names: Iterable[str], table: Mapping[str, Value]) -> Value | None:
    return next((table[name] for name in names if name in table), None)


def _iso(when: datetime, rules: Rules) -> str:
    return when.astimezone(rules.zone).isoformat(timespec="seconds")
