"""Plain values, as JSON has them, made into dataclasses again.

The rule: a file may have been edited by hand or come from elsewhere, so each value is of the
type that its field says, or nothing is made of it. What a list or a dict holds is not looked into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, get_origin, get_type_hints

Value = TypeVar("Value")
Kind = type | tuple[type, ...]


def filled(cls: type[Value], row: Mapping[str, Any]) -> Value:
    """Return a dataclass with the values of a row; names that it does not know are passed over.

    Raises TypeError when one is missing or of another type.
    """
    kinds = _kinds(cls)  # type: ignore[arg-type]  # mypy: a class has no hash
    known = {name: row[name] for name in row if name in kinds}
    _expect(known, {name: kinds[name] for name in known})
    return cls(**known)


def checked(rows: Iterable[dict[str, Any]], **kinds: Kind) -> list[dict[str, Any]]:
    """Return the rows. Raises TypeError or KeyError unless each has values of these types."""
    whole = list(rows)
    for row in whole:
        _expect(row, kinds)
    return whole


def _expect(row: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    for name, kind in kinds.items():
        if not isinstance(row[name], kind):
            raise TypeError(f"{name} is {row[name]!r}")


@cache
def _kinds(cls: type) -> dict[str, Kind]:
    hints = get_type_hints(cls)
    return {one.name: _kind(hints[one.name]) for one in fields(cls)}


def _kind(hint: Any) -> Kind:
    return (int, float) if hint is float else get_origin(hint) or hint
