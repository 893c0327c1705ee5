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
GITHUB = "github"
GROUP = "; "  # between the people of one submission
NAME_KEYS = ("login", "email", "sis")
Pair = tuple[SubmissionResult, Student]


@dataclass
class Matches:
    """Who belongs to whom.

    pairs: a student and their one submission; clashes: students with more than one; doubtful:
    submissions that more than one student fits; lost: those of nobody on the roster; absent:
    students without any.
    """

    pairs: list[Pair] = field(default_factory=list)
    clashes: list[tuple[Student, list[SubmissionResult]]] = field(default_factory=list)
    doubtful: list[tuple[SubmissionResult, list[Student]]] = field(default_factory=list)
    lost: list[SubmissionResult] = field(default_factory=list)
    absent: list[Student] = field(default_factory=list)


def match(submissions: Sequence[SubmissionResult], students: Sequence[Student]) -> Matches:
    """Return who belongs to whom; a group's submission belongs to each of its people."""
    matches = Matches()
    known = [Known(student) for student in students]
    found: dict[int, list[SubmissionResult]] = defaultdict(list)
    maybe: set[int] = set()
    for one in submissions:
        theirs, perhaps = _students_of(one, known)
        if not theirs and perhaps:
            matches.doubtful.append((one, perhaps))
            maybe |= {student.row for student in perhaps}
        elif not theirs:
            matches.lost.append(one)
        for row in {student.row for student in theirs}:
            found[row].append(one)
    for student in students:
        mine = found.get(student.row, [])
        if not mine and student.row not in maybe:
            matches.absent.append(student)
        elif not mine:
            continue  # told of with the submission that may be theirs
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


def _students_of(
    one: SubmissionResult, known: Sequence[Known]
) -> tuple[list[Student], list[Student]]:
    """Return whose it is; if that is nobody, also the students who fit equally well."""
    person, perhaps = one.person, list[Student]()
    for key, places in PERSON_KEYS.items():
        if key == "login" and person.get("lms", "").lower() == GITHUB:
            continue  # a name at GitHub is none on the learning platform
        found = [_by_keys(known, word, places) for word in person.get(key, "").split(GROUP)]
        if sure := _only_ones(found):
            return sure, []
        perhaps = perhaps or max(found, key=len)
        if key in DECISIVE and person.get(key) and any(s.keys.get(key) for s in known):
            return [], perhaps
    words = person.get("name", "").split(GROUP)
    if person.get("lms", "").lower() != GITHUB:  # there it is made of a login
        words.insert(0, one.id)
    named = [_by_name(known, word) for word in words]
    return _only_ones(named), perhaps or max(named, key=len)


def _only_ones(found: Sequence[list[Student]]) -> list[Student]:
    return [fitting[0] for fitting in found if len(fitting) == 1]


def _by_keys(known: Sequence[Known], word: str, places: Sequence[str]) -> list[Student]:
    wanted = _folded(word)
    fitting = [s.student for s in known if wanted in [s.keys.get(place) for place in places]]
    return fitting if wanted else []


def _by_name(known: Sequence[Known], word: str) -> list[Student]:
    wanted = _folded(word)
    return [s.student for s in known if wanted in s.names] if wanted else []


def _folded(word: str) -> str:
    """One spelling for each name: macOS takes letters with accents apart in file names."""
    return unicodedata.normalize("NFC", word.strip()).casefold()
