"""Reads survivors.toml: mutants that no suite kills, each with the reason.

An entry names lesson, file, function, the text of the line (nth: if it is not the first with that
text) and the change, so that it survives what is edited elsewhere. An entry that fits no mutant any
more is an error.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutants.mutator import Mutant

LIST = Path(__file__).with_name("survivors.toml")
CONTRACT = "contract"
DIFFERS = (CONTRACT, "memory", "moment", "disk")  # what they mean stands in LIST
Key = tuple[str, str, str, str, int, str]


@dataclass(frozen=True)
class Survivor:
    """Why a mutant lives. differs: one of DIFFERS; empty if it does nothing else."""

    reason: str
    differs: str = ""


def key_of(lesson_id: str, file: str, mutant: Mutant) -> Key:
    """Return by what a mutant is recognised."""
    return lesson_id, file, mutant.function, mutant.text, mutant.nth, mutant.what


def survivors() -> dict[Key, Survivor]:
    """Return why each mutant lives that is listed."""
    kinds = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return {
        (lesson_id, *_where(entry), what): Survivor(entry["reason"], entry.get("differs", ""))
        for entries in kinds.values()
        for entry in entries
        for lesson_id in entry["lessons"]
        for what in entry["changes"]
    }


def _where(entry: dict[str, Any]) -> tuple[str, str, str, int]:
    return entry["file"], entry["function"], entry["text"], entry.get("nth", 1)
