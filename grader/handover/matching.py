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
}
NAME_KEYS = ("login", "email", "sis")
Pair = tuple[SubmissionResult, Student]


@dataclass
class Matches:
    """pairs: one to one; clashes: students with more than one submission; lost: of nobody."""

    pairs: list[Pair] = field(default_factory=list)
    clashes: list[tuple[Student, list[SubmissionResult]]] = field(default_factory=list)
    lost: list[SubmissionResult] = field(default_factory=list)
    absent: list[Student] = field(default_factory=list)


def match(submissions: Sequence[SubmissionResult], students: Sequence[Student]) -> Matches:
    """Return who belongs to whom; submissions and students in their own orders."""
    matches = Matches()
    known = [Known(student) for student in students]
    found: dict[int, list[SubmissionResult]] = defaultdict(list)
    for one in submissions:
        student = _student_of(one, known)
        if student is None:
            matches.lost.append(one)
        else:
            found[student.row].append(one)
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


def _student_of(one: SubmissionResult, known: Sequence[Known]) -> Student | None:
    for key, places in PERSON_KEYS.items():
        if key == "login" and one.person.get("lms", "").lower() == "github":
            continue  # a name at GitHub is none on the learning platform
        wanted = _folded(one.person.get(key, ""))
        fitting = [s for s in known if wanted in [s.keys.get(place) for place in places]]
        if wanted and len(fitting) == 1:
            return fitting[0].student
    for name in (one.id, one.person.get("name", "")):
        wanted = _folded(name)
        fitting = [s for s in known if wanted in s.names]
        if wanted and len(fitting) == 1:
            return fitting[0].student
    return None


def _folded(word: str) -> str:
    """One spelling for each name: macOS takes letters with accents apart in file names."""
    return unicodedata.normalize("NFC", word.strip()).casefold()
