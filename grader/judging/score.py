"""Turns the records of a suite into the result of a lesson: points, titles, likely mistakes."""

from collections.abc import Iterable, Mapping

from grader.course.lesson import Lesson
from grader.judging.likely import likely_mistake
from grader.judging.records import Record
from grader.results import (
    GRADED,
    GRADER_ERROR,
    PASSED,
    UNGRADED,
    LessonResult,
    TaskResult,
)


def scored(lesson: Lesson, record: Record, states: Mapping[str, str]) -> TaskResult:
    """Return the result of one task; only a record that says passed earns points."""
    task = lesson.by_id[record.task]
    known = likely_mistake(lesson, record, states) if record.kind else None
    return TaskResult(
        task.id,
        task.title,
        record.state,
        task.points if record.state == PASSED else 0,
        task.points,
        seconds=record.seconds,
        message=record.message,
        kind=record.kind,
        who=record.who,
        expected=record.expected,
        got=record.got,
        likely=known.id if known else "",
        says=known.says if known else "",
        transcript=record.transcript,
        tail=record.tail,
        status=record.status,
        under=record.under,
        needs=record.needs,
        read=task.read,
        detail=record.detail,
    )


def _say_what_to_mend_first(tasks: Iterable[TaskResult]) -> None:
    """Doubt whatever failed behind the first task that has the name of a mistake.

    One mistake shows in many ways, and in another one's way too: only the same name is believed.
    """
    first: TaskResult | None = None
    for task in tasks:
        if first and task.kind and task.likely != first.likely:
            task.mend_first = first.id
        elif not first and task.likely:
            first = task


def lesson_result(
    lesson: Lesson, records: Mapping[str, Record], wanted: Iterable[str], seed: int
) -> LessonResult:
    """Return the result of a lesson from the records of its suite.

    wanted: ids of the tasks that were to be run. One without a record was not judged: that is
    an error of the grader, and leaves the lesson ungraded.
    """
    states = {name: record.state for name, record in records.items()}
    missing = "the suite ended before it had judged this task"
    tasks = [
        scored(lesson, records.get(name) or Record(name, GRADER_ERROR, message=missing), states)
        for name in wanted
    ]
    _say_what_to_mend_first(tasks)
    whole = all(task.state != GRADER_ERROR for task in tasks)
    left = sum(record.left_running for record in records.values())
    return LessonResult(
        lesson.id,
        lesson.title,
        GRADED if whole else UNGRADED,
        sum(task.points for task in tasks),
        sum(task.max_points for task in tasks),
        seed,
        tasks=tasks,
        notes=[f"processes left running, and ended by us: {left}"] if left else [],
    )
