"""Plain values, as JSON has them, made into dataclasses again.

The rule: a file may have been edited by hand or come from elsewhere, so each value is of the
type that its field says, what lists and dicts hold included, or nothing is made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Kind = type | tuple[type, ...]
Fits = Callable[[Any], bool]


def filled(cls: type[Value], row: Mapping[str, Any]) -> Value:
    """Return a dataclass with the values of a row; names that it does not know are passed over.

    Raises TypeError when one is missing or of another type.
    """
    fits = _fields(cls)  # type: ignore[arg-type]  # mypy: a class has no hash
    known = {name: row[name] for name in row if name in fits}
    for name, value in known.items():
        if not fits[name](value):
            raise TypeError(f"{name} is {value!r}")
    return cls(**known)


def checked(rows: Iterable[dict[str, Any]], **kinds: Kind) -> list[dict[str, Any]]:
    """Return the rows. Raises TypeError or KeyError unless each has values of these types."""
    whole = list(rows)
    for row in whole:
        for name, kind in kinds.items():
            if not isinstance(row[name], kind):
                raise TypeError(f"{name} is {row[name]!r}")
    return whole


@cache
def _fields(cls: type) -> dict[str, Fits]:
    """Return for each field of a dataclass what tells whether a value is of its type."""
    hints = get_type_hints(cls)
    return {one.name: _fits(hints[one.name]) for one in fields(cls)}


def _fits(hint: Any) -> Fits:
    if hint is Any:
        return lambda value: True
    if get_origin(hint) is list:
        inside = _fits(get_args(hint)[0])
        return lambda value: isinstance(value, list) and all(map(inside, value))
    if get_origin(hint) is dict:  # keys are words: JSON has no others
        inside = _fits(get_args(hint)[1])
        return lambda value: isinstance(value, dict) and all(map(inside, value.values()))
    kind: Kind = (int, float) if hint is float else hint
    return lambda value: isinstance(value, kind)
