"""What a student does next: at most three things, the first that the course comes to."""

from __future__ import annotations

from dataclasses import dataclass

from grader.results import MISSING, NOT_RUN, LessonResult, SubmissionResult, TaskResult

AT_MOST = 3


@dataclass(frozen=True)
class NextThing:
    """anchor: where the page tells more; title, why: one line each."""

    anchor: str
    title: str
    why: str


def next_things(one: SubmissionResult) -> list[NextThing]:
    """Return failed tasks in the order of the course, then lessons that were not handed in."""
    things = [_mend(lesson, task) for lesson in one.lessons for task in lesson.failed]
    things += [_hand_in(lesson) for lesson in one.lessons if lesson.state == MISSING]
    return things[:AT_MOST]


def _mend(lesson: LessonResult, task: TaskResult) -> NextThing:
    opened = [
        other.id for other in lesson.tasks if other.state == NOT_RUN and task.id in other.needs
    ]
    why = task.says if task.believed else task.message
    if opened:
        why = f"{why.rstrip('.')}. Mending it also opens {', '.join(opened)}."
    return NextThing(f"t{task.id}", f"{task.id} {task.title}", why)


def _hand_in(lesson: LessonResult) -> NextThing:
    title = f"Hand in {lesson.id}"
    return NextThing(lesson.id, title, f"{lesson.title}: {lesson.max_points} points are waiting.")
