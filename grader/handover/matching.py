"""Which submission is whose: by what the download said of a person, then by the submission's name.

The rule: exact, case aside, and only where one single student fits.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.handover.roster import Student
from grader.results import SubmissionResult

PERSON_KEYS = {
    "participant": ("participant",),
    "user_id": ("user_id",),
    "login": ("login",),
    "email": ("email", "login"),  # many people log in with their address
    "sid": ("sis",),
}
DECISIVE = ("user_id",)  # whoever has one and is not on the roster is nobody there
GROUP = "; "  # between the people of one submission
NAME_KEYS = ("login", "email", "sis")
Pair = tuple[SubmissionResult, Student]


@dataclass
class Matches:
    """Who belongs to whom.

    pairs: a student and their one submission; clashes: students with more than one; lost: the
    submissions of nobody on the roster; absent: students without any.
    """

    pairs: list[Pair] = field(default_factory=list)
    clashes: list[tuple[Student, list[SubmissionResult]]] = field(default_factory=list)
    lost: list[SubmissionResult] = field(default_factory=list)
    absent: list[Student] = field(default_factory=list)


def match(submissions: Sequence[SubmissionResult], students: Sequence[Student]) -> Matches:
    """Return who belongs to whom; a group's submission belongs to each of its people."""
    matches = Matches()
    known = [Known(student) for student in students]
    found: dict[int, list[SubmissionResult]] = defaultdict(list)
    for one in submissions:
        theirs = _students_of(one, known)
        if not theirs:
            matches.lost.append(one)
        for row in {student.row for student in theirs}:
            found[row].append(one)
    for student in students:
        mine = found.get(student.row, [])
        if not mine:
            matches.absent.append(student)
        elif len(mine) == 1:
            matches.pairs.append((mine[0], student))
        else:
            matches.clashes.append((student, mine))
    return matches


class Known:
    """A student, with everything about them in one spelling."""

    def __init__(self, student: Student) -> None:
        self.student = student
        self.keys = {key: _folded(value) for key, value in student.keys.items()}
        self.names = {self.keys.get(key, "") for key in NAME_KEYS}
        self.names |= {_folded(name) for name in student.names}


def _students_of(one: SubmissionResult, known: Sequence[Known]) -> list[Student]:
    person = one.person
    for key, places in PERSON_KEYS.items():
        if key == "login" and person.get("lms", "").lower() == "github":
            continue  # a name at GitHub is none on the learning platform
        found = [_one(known, word, places) for word in person.get(key, "").split(GROUP)]
        if any(found):
            return [student for student in found if student]
        if key in DECISIVE and person.get(key) and any(s.keys.get(key) for s in known):
            return []
    words = [one.id, *person.get("name", "").split(GROUP)]
    named = [_one_named(known, word) for word in words]
    return [student for student in named if student]


def _one(known: Sequence[Known], word: str, places: Sequence[str]) -> Student | None:
    wanted = _folded(word)
    fitting = [s for s in known if wanted in [s.keys.get(place) for place in places]]
    return fitting[0].student if wanted and len(fitting) == 1 else None


def _one_named(known: Sequence[Known], word: str) -> Student | None:
    wanted = _folded(word)
    fitting = [s for s in known if wanted in s.names]
    return fitting[0].student if wanted and len(fitting) == 1 else None


def _folded(word: str) -> str:
    """One spelling for each name: macOS takes letters with accents apart in file names."""
    return unicodedata.normalize("NFC", word.strip()).casefold()
