"""What a mark depends on besides the submission: kit, suites, Python, limits, sandbox, secret.

The rule: where all of it is the same, grading again would say the same, so nobody does.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from functools import cache

from grader import __version__
from grader.classrun.seeds import seed_for
from grader.course.lesson import Lesson
from grader.document import suite_hash
from grader.judging.limits import limits_hash

SEED_GIVEN = "seed "  # in the place of the secret, when the seed does not come from it
Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Conditions:
    """The conditions of one class run. sandbox: the level at which submissions run.

    seed: for every lesson; None: one each, from the secret, the submission and the suite.
    """

    secret: bytes
    sandbox: str
    seed: int | None = None

    def graded_with(self, lesson: Lesson, files: str) -> dict[str, str]:
        """Return what LessonResult.graded_with says. files: a sha256 of the submission's."""
        return {
            "files": files,
            "suite": _suite(lesson),
            "kit": __version__,
            "python": platform.python_version(),
            "limits": limits_hash(),
            "sandbox": self.sandbox,
            "secret": f"{SEED_GIVEN}{self.seed}" if self.seed else _short(self.secret),
        }

    def seed_of(self, lesson: Lesson, files: str) -> int:
        """Return the seed for this lesson of a submission with these files."""
        return self.seed or seed_for(self.secret, files, _suite(lesson))


def key_of(lesson_id: str, graded_with: dict[str, str]) -> Key:
    """Return a lesson and what it was graded with as one value that can be compared."""
    return (("lesson", lesson_id), *sorted(graded_with.items()))


SUITES: dict[str, str] = {}  # by lesson; nobody changes them under a run


def _suite(lesson: Lesson) -> str:
    if lesson.id not in SUITES:
        SUITES[lesson.id] = suite_hash([lesson])
    return SUITES[lesson.id]


@cache
def _short(secret: bytes) -> str:
    return hashlib.sha256(b"echo-to-chat\0" + secret).hexdigest()[:16]
