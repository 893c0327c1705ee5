"""The results of grading, as values and as JSON. Reports read nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grader.plain import filled
from grader.wire.transcript import Event

PASSED, FAILED, NOT_RUN = "passed", "failed", "not_run"
TIMEOUT, CRASHED, GRADER_ERROR = "timeout", "crashed", "grader_error"
TASK_STATES = (PASSED, FAILED, NOT_RUN, TIMEOUT, CRASHED, GRADER_ERROR)
GRADED, MISSING, UNGRADED = "graded", "missing", "ungraded"
PUBLIC_SEED = 1  # of the inputs that a student sees too


@dataclass
class TaskResult:
    """What became of one task.

    message: one line, empty if it passed; who: the party that noticed it; likely: the id of
    the known mistake; says: that mistake in words; mend_first: the task before it at which
    another known mistake was named, of which this failure may be a consequence; transcript: see
    wire/transcript.py; tail: the program's last lines of stderr; status: its exit status in
    words; under: what the program had to bear, in words (see wire/hardships); needs: tasks that
    should have passed first; detail: for the instructor, when the grader itself failed.
    """

    id: str
    title: str
    state: str
    points: int
    max_points: int
    seconds: float = 0.0
    message: str = ""
    kind: str = ""
    who: str = ""
    expected: str = ""
    got: str = ""
    likely: str = ""
    says: str = ""
    mend_first: str = ""
    transcript: list[list[Any]] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    status: str = ""
    under: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    read: str = ""
    detail: str = ""

    @property
    def believed(self) -> str:
        """The id of the known mistake, "" where there is none or an earlier one may explain it."""
        return "" if self.mend_first else self.likely


@dataclass
class LessonResult:
    """What became of one lesson of one submission. seconds: of wall time.

    graded_with: all that the result depends on (`files`, `suite`, `kit`, ...), each as a word;
    where they are equal, grading again would say the same.
    """

    id: str
    title: str
    state: str
    points: int
    max_points: int
    seed: int = PUBLIC_SEED
    seconds: float = 0.0
    cached: bool = False
    graded_with: dict[str, str] = field(default_factory=dict)
    tasks: list[TaskResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[TaskResult]:
        """The tasks that the program was judged in and did not pass."""
        return [task for task in self.tasks if task.state not in (PASSED, NOT_RUN, GRADER_ERROR)]

    def to_json(self) -> dict[str, Any]:
        """Return plain values; empty fields of tasks are left out."""
        return vars(self) | {"tasks": [_without_empty(vars(task)) for task in self.tasks]}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> LessonResult:
        """Read back what to_json wrote. Raises TypeError, KeyError or ValueError if it did not."""
        return filled(cls, row | {"tasks": [_task(task) for task in row["tasks"]]})


@dataclass
class SubmissionResult:
    """What became of one submission. notes: what its author and the instructor should know.

    person: who handed it in, as far as the download's names say: `lms`, `name`, `participant`
    (Moodle), `user_id` and `login` (Canvas), `submission` (Gradescope), `login` (GitHub), `email`,
    `submitted` (ISO 8601). late: how lateness changes the mark of a lesson, by its id:
    `submitted`, `days` begun, `percent` taken off, `reason`; a lesson in time is not there.
    submitted: when the platform had each lesson (ISO 8601), by its id: downloads come week by
    week. unfinished: ids of lessons that an interrupted run has not come to.
    """

    id: str
    sha256: str
    lessons: list[LessonResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)
    late: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: dict[str, str] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)

    @property
    def judged(self) -> list[LessonResult]:
        """The lessons that count, for or against: all but those on which the grader failed."""
        return [lesson for lesson in self.lessons if lesson.state != UNGRADED]

    @property
    def points(self) -> int:
        """The points of all lessons together."""
        return sum(lesson.points for lesson in self.judged)

    @property
    def max_points(self) -> int:
        """The points that could be had."""
        return sum(lesson.max_points for lesson in self.judged)

    @property
    def below_half(self) -> bool:
        """Whether it has under half of the points."""
        return 2 * self.points < self.max_points

    @property
    def mark(self) -> float:
        """The points that count: those that were earned, less what lateness takes off."""
        return round(sum(map(self.mark_in, self.judged)), 2)

    def mark_in(self, lesson: LessonResult) -> float:
        """Return the points that count of one of its lessons."""
        percent = self.late.get(lesson.id, {}).get("percent", 0)
        return float(lesson.points * (100 - percent) / 100)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "id": self.id,
            "sha256": self.sha256,
            "points": self.points,
            "max_points": self.max_points,
            "mark": self.mark,
            "notes": self.notes,
            "person": self.person,
            "late": self.late,
            "submitted": self.submitted,
            "unfinished": self.unfinished,
            "lessons": [lesson.to_json() for lesson in self.lessons],
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> SubmissionResult:
        """Read back what to_json wrote. Raises TypeError, KeyError or ValueError if it did not."""
        lessons = [LessonResult.from_json(lesson) for lesson in row["lessons"]]
        one = filled(cls, row | {"lessons": lessons, "notes": row["notes"]})
        for late in one.late.values():
            if type(late) is not dict or not isinstance(late.get("percent", 0), int | float):
                raise TypeError("without a percentage there is no mark")
        return one


def _task(row: dict[str, Any]) -> TaskResult:
    task = filled(TaskResult, row)
    if task.state not in TASK_STATES:
        raise ValueError(f"no task can be {task.state!r}")
    for event in task.transcript:
        Event.from_json(event)
    return task


def _without_empty(task: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in task.items() if value not in ("", [])}
