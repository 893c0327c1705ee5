"""Near-identical submissions as the results name them, gathered into groups.

The rule: this says who should be looked at, never who copied: the kit's text may be all that
two share, or one may have helped the other with leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Group:
    """Submissions that hang together in these lessons. share: of the least alike pair named."""

    ids: tuple[str, ...]
    lessons: tuple[str, ...]
    share: float


def groups_alike(pairs: Iterable[Mapping[str, Any]]) -> list[Group]:
    """Return the groups, largest first; lessons with the same members are one group.

    pairs: `a`, `b`, `lesson`, `share`, as in results.json.
    """
    found: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    by_lesson: dict[str, list[Mapping[str, Any]]] = {}
    for pair in pairs:
        by_lesson.setdefault(pair["lesson"], []).append(pair)
    for lesson, its_pairs in sorted(by_lesson.items()):
        for ids, share in _hanging_together(its_pairs):
            found.setdefault(ids, []).append((lesson, share))
    groups = [
        Group(ids, tuple(lesson for lesson, _ in rows), min(share for _, share in rows))
        for ids, rows in found.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.ids), -len(group.lessons), group.ids))


def percent(share: float) -> str:
    """Return a share as a whole number of percent, rounded down: only the same is 100 %."""
    return f"{int(100 * share)} %"


def _hanging_together(pairs: Iterable[Mapping[str, Any]]) -> list[tuple[tuple[str, ...], float]]:
    """Return the members of each connected group, and the smallest share in it."""
    leader: dict[str, str] = {}
    for pair in pairs:
        a, b = _first(leader, pair["a"]), _first(leader, pair["b"])
        leader[max(a, b)] = min(a, b)
    members: dict[str, set[str]] = {}
    share: dict[str, float] = {}
    for pair in pairs:
        head = _first(leader, pair["a"])
        members.setdefault(head, set()).update((pair["a"], pair["b"]))
        share[head] = min(share.get(head, 1.0), pair["share"])
    return [(tuple(sorted(ids)), share[head]) for head, ids in members.items()]


def _first(leader: dict[str, str], name: str) -> str:
    """Return whom the name's group is known by so far."""
    leader.setdefault(name, name)
    while leader[name] != name:
        name = leader[name]
    return name
