"""Where the lessons are in what somebody handed in: laid out like lessons/ in the end.

The rule: a folder counts as a lesson only if it can be no other, and if its name is not the
lesson's own the author is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from grader.classrun.names import listed, shown
from grader.course.catalogue import lesson_ids

DEEPEST_WRAPPING = 3  # folders around the lessons that are looked through
OF_A_KIT = "lessons"  # the folder of a kit, as it was handed out, in which the lessons are
# 04_broadcast, 04, 4, lesson04, Lesson 4, lesson-4; also a misspelt 04_brodcast
CALLED = re.compile(r"^(?:lesson[ _-]?)?0*(?P<number>[1-9][0-9]?)(?P<rest>_[A-Za-z_]+)?$", re.I)
NEARLY_THE_SAME = 0.6  # of two words, as difflib says it
NEARLY = re.compile(r"^(?:lesson[ _-]?)?0*([1-9][0-9]?)(?![0-9])", re.I)  # 01_echo (1), 4-copy


class Layout:
    """The lessons of one submission below `target`, each in the folder of its id.

    only: the one lesson that is graded, if it is one: then its files may lie at the root.
    """

    def __init__(self, target: Path, only: str = "") -> None:
        self.target = target
        self.only = only
        self.notes: list[str] = []
        self.origin: dict[str, str] = {}
        target.mkdir(parents=True, exist_ok=True)

    def add(self, tree: Path, label: str) -> None:
        """Move the lessons in a folder of plain files here, but for those that are here already."""
        root = _root(tree, has_lessons)
        found = self._lessons_in(root) if root else {}
        if not found and self.only and (root := _root(tree, has_programs)):
            found = {self.only: root}
            self.notes.append(f"graded as {self.only}: the files that are in no lesson folder")
        for lesson, folder in found.items():
            self._place(lesson, folder, label)

    def _place(self, lesson: str, folder: Path, label: str) -> None:
        if lesson in self.origin:
            kept = shown(self.origin[lesson])
            self.notes.append(f"{lesson} was handed in twice: {kept} counts, not {shown(label)}")
            return
        self.origin[lesson] = label
        folder.rename(self.target / lesson)

    def _lessons_in(self, root: Path) -> dict[str, Path]:
        candidates: dict[str, list[str]] = {}
        for folder in _folders(root):
            if lesson := lesson_called(folder.name):
                candidates.setdefault(lesson, []).append(folder.name)
        for folder in _folders(root):
            nearly = NEARLY.match(folder.name)
            lesson = _ids().get(int(nearly[1]), "") if nearly else ""
            if lesson and lesson not in candidates:
                self.notes.append(f"passed over: {shown(folder.name)}; is it {lesson}? call it so")
        chosen = {lesson: self._choose(lesson, names) for lesson, names in candidates.items()}
        return {lesson: root / name for lesson, name in chosen.items() if name}

    def _choose(self, lesson: str, names: list[str]) -> str:
        if lesson in names:
            if others := [name for name in names if name != lesson]:
                self.notes.append(f"{lesson} is graded; passed over: {listed(others)}")
            return lesson
        if len(names) > 1:
            self.notes.append(f"{listed(names)} could each be {lesson}: none of them is graded")
            return ""
        self.notes.append(f"graded as {lesson}: the folder {shown(names[0])}; call it {lesson}")
        return names[0]


def lesson_called(name: str) -> str:
    """Return the id of the lesson that a folder of this name must be, empty if it is none."""
    match = CALLED.match(name)
    return _ids().get(int(match["number"]), "") if match else ""


def has_a_lessons_name(name: str) -> bool:
    """Whether what stands behind a folder's number, if anything, is nearly the lesson's name."""
    match, lesson = CALLED.match(name), lesson_called(name)
    rest = match["rest"] if match and match["rest"] else ""
    own = lesson.partition("_")[2]
    return not rest or SequenceMatcher(None, rest[1:].lower(), own).ratio() >= NEARLY_THE_SAME


def has_lessons(folder: Path) -> bool:
    """Return whether lesson folders are in it."""
    return any(lesson_called(inside.name) for inside in _folders(folder))


def has_programs(folder: Path) -> bool:
    """Return whether Python programs are in it."""
    return any(path.suffix == ".py" for path in folder.iterdir())


def _root(folder: Path, fits: Callable[[Path], bool], depth: int = 0) -> Path | None:
    """Return the folder that fits; folders that hold nothing else are looked through.

    So is the `lessons` of who handed in the whole kit.
    """
    if fits(folder):
        return folder
    inside = [path for path in _folders(folder) if not path.name.startswith((".", "_"))]
    inside = [path for path in inside if path.name.lower() == OF_A_KIT] or inside
    if len(inside) == 1 and depth < DEEPEST_WRAPPING:
        return _root(inside[0], fits, depth + 1)
    return None


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir())


@cache
def _ids() -> dict[int, str]:
    return {int(one.partition("_")[0]): one for one in lesson_ids()}
