"""Reads the rules for lateness, and the lists that belong to them.

What the files say stands in lessons/INSTRUCTORS.md, "Late work".
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from grader.classrun.late import DAY, Rules, Waiver, moment
from grader.errors import UserError

Value = TypeVar("Value")
Row = dict[str, str]
KNOWN = {
    "deadline", "timezone", "grace_minutes", "percent_per_day", "most_percent",
    "nothing_after_days", "waivers",
}  # fmt: skip
EXAMPLE = "2026-11-22T23:59:00"
MOST_NUMBER = 10_000  # days or minutes; more is a slip of the pen
YEARS = range(1900, 9900)  # before and behind them Python's clocks have no room for more days


def read_rules(path: Path, times: Path | None = None) -> Rules:
    """Return the rules in a late.toml. times: a CSV `id,submitted`. Raises UserError."""
    facts = _facts(path)
    deadline, zone = _deadline(facts, path)
    waivers = facts.get("waivers")
    return Rules(
        deadline,
        zone,
        _number(facts, "percent_per_day", path, 100),
        _number(facts, "most_percent", path, 100, default=100),
        timedelta(minutes=_number(facts, "grace_minutes", path, default=0)),
        _whole(facts, "nothing_after_days", path),
        read_waivers(path.parent / str(waivers), zone) if waivers else {},
        read_times(times, zone) if times else {},
    )


def read_waivers(path: Path, zone: tzinfo) -> dict[str, Waiver]:
    """Return who has more time. Raises UserError that names the file and the line."""

    def waiver(row: Row) -> Waiver:
        until, days = row.get("until", ""), row.get("extra_days", "") or "0"
        if not days.isdecimal() or int(days) > MOST_NUMBER:
            raise ValueError(f"extra_days {days!r} is not a number of days")
        until_then = _time(until, zone, whole_day=True) if until else None
        return Waiver(row.get("reason", ""), until_then, int(days))

    return _table(path, waiver, "id,until,reason", {"until", "extra_days"})


def read_times(path: Path, zone: tzinfo) -> dict[str, datetime]:
    """Return when each was submitted. Raises UserError that names the file and the line."""
    return _table(path, lambda row: _time(row["submitted"], zone), "id,submitted", {"submitted"})


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:  # no TOML, or no UTF-8
        raise UserError(f"{path} cannot be read: {error}") from None
    if strange := sorted(set(facts) - KNOWN):
        raise UserError(
            f"{path}: {strange[0]!r} is not known; there are {', '.join(sorted(KNOWN))}"
        )
    return facts


def _deadline(facts: dict[str, Any], path: Path) -> tuple[datetime, tzinfo]:
    deadline = facts.get("deadline")
    if not isinstance(deadline, datetime) or deadline.year not in YEARS:
        raise UserError(f"{path}: deadline must be a date and a time, such as {EXAMPLE}")
    zone = _zone(str(facts["timezone"]), path) if "timezone" in facts else deadline.tzinfo
    if zone is None:
        raise UserError(f'{path}: the deadline has no offset; add timezone = "Europe/Berlin"')
    return moment(deadline, zone), zone


def _zone(name: str, path: Path) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, sly, or a folder of zones
        raise UserError(
            f"{path}: no time zone is called {name!r} here; give the deadline with an offset"
        ) from None


def _number(
    facts: dict[str, Any],
    name: str,
    path: Path,
    most: int = MOST_NUMBER,
    default: int | None = None,
) -> float:
    value = facts.get(name, default)
    if value is None:
        raise UserError(f"{path}: {name} is missing; it is a number from 0 to {most}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise UserError(f"{path}: {name} must be a number from 0 to {most}, not {value!r}")
    return value


def _whole(facts: dict[str, Any], name: str, path: Path) -> int | None:
    if name not in facts:
        return None
    if isinstance(facts[name], float):
        raise UserError(f"{path}: {name} must be a whole number, not {facts[name]!r}")
    return int(_number(facts, name, path))


def _time(text: str, zone: tzinfo, *, whole_day: bool = False) -> datetime:
    """Return a moment. whole_day: a date alone means its end. Raises ValueError."""
    try:
        when = datetime.fromisoformat(text)
        if when.year not in YEARS or (_is_date(text) and not whole_day):
            raise ValueError
        return moment(when + DAY if _is_date(text) else when, zone)
    except ValueError:
        raise ValueError(f"{text!r} is no time such as {EXAMPLE}") from None


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _table(
    path: Path, read: Callable[[Row], Value], columns: str, needed: set[str]
) -> dict[str, Value]:
    """Return a CSV's rows by `id`. needed: columns of which one must be there."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f'{path} is not UTF-8: save it as "CSV UTF-8" in a spreadsheet') from None
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    rows = csv.DictReader(lines, delimiter=separator, restval="", skipinitialspace=True)
    names = {name.strip() for name in rows.fieldnames or ()}
    if "id" not in names or not needed & names:
        raise UserError(f"{path} needs the columns {columns} in its first line")
    table: dict[str, Value] = {}
    for row in rows:
        words = {key.strip(): value.strip() for key, value in row.items() if isinstance(key, str)}
        try:
            _add(table, words.get("id", ""), read(words))
        except ValueError as error:
            raise UserError(f"{path}, line {rows.line_num}: {error}") from None
    return table


def _add(table: dict[str, Value], name: str, value: Value) -> None:
    if not name:
        raise ValueError("the id is missing")
    if name in table:
        raise ValueError(f"{name!r} is there twice")
    table[name] = value
