"""The score sheet of one lesson, for a terminal: a line a task, then each failed task's story."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from grader.course.lesson import Lesson
from grader.report.failure import STATE_WORDS, failure_text
from grader.results import MISSING, NOT_RUN, PASSED, LessonResult, TaskResult

TITLE_WIDTH = 50
STYLES = {"PASS": "blue", "WAIT": "dim"}  # any other state: orange; words come first
SHOWN_FAILURES = 3


def show_lesson(console: Console, lesson: Lesson, result: LessonResult) -> None:
    """Print the sheet. The first failures are told in full, the rest by their lines."""
    files = ", ".join(lesson.edited)
    _print(console, Text(f"Lesson {lesson.number:02}  {lesson.title}", style="bold"))
    _print(console, Text(f"           your files: {files}\n", style="dim"))
    if result.state == MISSING:
        _print(console, Text(f" There is no folder {lesson.id} with programs in it.\n"))
        return
    for task in result.tasks:
        _print(console, task_line(task))
    for task in result.failed[:SHOWN_FAILURES]:
        _print(console, Text("\n" + failure_text(lesson.id, task)))
        if task.detail:
            _print(console, Text(task.detail))
    _print(console, Text("\n" + score_line(result)))


def task_line(task: TaskResult) -> Text:
    """Return one line: state, id, title, points."""
    word = STATE_WORDS[task.state]
    title = task.title if len(task.title) <= TITLE_WIDTH else task.title[: TITLE_WIDTH - 2] + ".."
    line = Text(" ")
    line.append(f"{word:5}", style=STYLES.get(word, "dark_orange"))
    mark = f"{task.points}/{task.max_points}"
    line.append(f" {task.id:4} {title:{TITLE_WIDTH}} {mark:>5}")
    if task.needs:
        line.append(f"  needs {task.needs[0]}")
    return line


def score_line(result: LessonResult) -> str:
    """Return the score, what to do next and what it would open."""
    words = f"Score {result.points}/{result.max_points}."
    following = next((task for task in result.tasks if task.state != PASSED), None)
    if following is None:
        return f"{words}  Full marks."
    name = following.needs[0] if following.state == NOT_RUN else following.id
    opened = [task.id for task in result.tasks if name in task.needs]
    more = f"  Mending it also opens {', '.join(opened)}." if opened else ""
    return f"{words}  Next: {name}.{more}"


def _print(console: Console, text: Text) -> None:
    console.print(text, highlight=False, soft_wrap=True)
