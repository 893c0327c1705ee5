"""Finds near-identical submissions, for a person to look at; it accuses nobody.

The rule: only what students wrote is compared. Functions that stand in the kit's own files for
the lesson count nothing, so untouched starters have nothing to be alike in. Names, numbers,
strings, comments, layout and the order of functions count nothing either: they change first.

RapidFuzz compares: one wheel without dependencies, released every few weeks, the same answer in
every run. copydetect (winnowing, the idea behind MOSS) was weighed: it brings NumPy and
Matplotlib, and its fingerprints come from Python's salted hash(), so its shares differ from run
to run. Without RapidFuzz nothing is found and nothing is said.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path

from grader.course.lesson import Lesson
from grader.submission import lesson_files

ALIKE = 0.9  # the share from which two are named
FEWEST = 100  # tokens: two short answers to one question are alike by themselves
MOST = 8_000  # tokens of one lesson that are compared
LONGEST_FILE = 200_000  # bytes that are read
TOKEN = re.compile(r"[rbfuRBFU]{0,2}(?:\"[^\"]*\"|'[^']*')|[^\W\d]\w*|\d[\w.]*|#.*|[^\w\s]")
DOCSTRING = re.compile(r"(?s)\"\"\".*?\"\"\"|'''.*?'''")
BLOCK = re.compile(r"(?m)^[ \t]*(?:async[ \t]+)?(?:def|class)\b")
Pair = tuple[str, str, float]
Found = tuple[str, float, int] | None  # what RapidFuzz says: the text, its share, its place
KEYWORDS = {word: chr(0x100 + place) for place, word in enumerate(keyword.kwlist)}


@dataclass(frozen=True)
class Alike:
    """Two submissions that are near-identical in a lesson. share: 0 to 1, of both texts."""

    a: str
    b: str
    lesson: str
    share: float


def can_compare() -> bool:
    """Whether what compares is installed."""
    return find_spec("rapidfuzz") is not None


def find_alike(folders: Mapping[str, Path], lessons: Iterable[Lesson]) -> list[Alike]:
    """Return each submission with the one that it is nearest to, lesson by lesson.

    folders: id -> a folder laid out like lessons/. Each is named with at most one that comes
    before it, so a class of n gives fewer than n pairs a lesson. Broken source does no harm.
    """
    try:
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import extractOne
    except ImportError:
        return []
    found = []
    for lesson in lessons:
        kits = _kit_blocks(lesson)
        texts = {name: _own_text(folder, lesson, kits) for name, folder in folders.items()}
        long_enough = {name: text for name, text in texts.items() if len(text) >= FEWEST}
        find = partial(extractOne, scorer=Indel.normalized_similarity, score_cutoff=ALIKE)
        found += [Alike(a, b, lesson.id, share) for a, b, share in _nearest(long_enough, find)]
    return found


def _nearest(texts: Mapping[str, str], find: Callable[[str, list[str]], Found]) -> Iterator[Pair]:
    """Yield who is alike, the nearest before it, how near. The same text counts once."""
    first: dict[str, str] = {}
    for name, text in texts.items():
        if text in first:
            yield first[text], name, 1.0
            continue
        near = find(text, list(first))
        first[text] = name
        if near:
            yield first[near[0]], name, int(near[1] * 1000) / 1000


def _kit_blocks(lesson: Lesson) -> frozenset[str]:
    """Return all functions that the kit hands out for the lesson."""
    return frozenset(block for name in lesson.files for block in _blocks(lesson.folder / name))


def _own_text(folder: Path, lesson: Lesson, kits: frozenset[str]) -> str:
    """Return what was written for the lesson, one character a token, in an order of its own."""
    paths = [path for path in lesson_files(folder, lesson) if path.suffix == ".py"]
    blocks = [block for path in paths for block in _blocks(path) if block not in kits]
    return "".join(sorted(blocks))[:MOST]


def _blocks(path: Path) -> Iterator[str]:
    """Yield the tokens of each function; what stands before the first is a block, too."""
    try:
        with path.open("rb") as file:
            source = file.read(LONGEST_FILE).decode("utf-8", "replace")
    except OSError:
        return
    for block in BLOCK.split(DOCSTRING.sub("", source)):
        yield "".join(map(_letter, TOKEN.findall(block)))


@lru_cache(maxsize=50_000)
def _letter(token: str) -> str:
    """Return one character for a token: all names are one, all numbers, all strings."""
    if token.startswith("#"):
        return ""
    if token in KEYWORDS:
        return KEYWORDS[token]
    if len(token) == 1 and not token.isalnum() and token != "_":
        return token
    if token[-1] in "\"'":
        return "S"
    return "0" if token[0].isdigit() else "N"
