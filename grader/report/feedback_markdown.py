"""The Markdown twin of a student's page: the same facts, for places that take only text."""

from __future__ import annotations

from grader.document import Document
from grader.report.failure import STATE_WORDS, failure_text
from grader.report.late import late_words
from grader.report.next_things import next_things
from grader.report.replay import replay_command
from grader.report.safe_markdown import code, fenced
from grader.results import GRADED, MISSING, LessonResult, SubmissionResult


def feedback_markdown(document: Document, one: SubmissionResult) -> str:
    """Return the whole file."""
    parts = [f"# {code(one.id)}: {one.points} of {one.max_points} points"]
    if one.late:
        parts.append(code(late_words(one)))
    if one.notes:
        parts.append("\n".join(f"- {code(note)}" for note in one.notes))
    things = next_things(one)
    if things:
        parts.append("## What to do next")
        lines = [f"{n}. {code(t.title)}: {code(t.why)}" for n, t in enumerate(things, 1)]
        parts.append("\n".join(lines))
    for lesson in one.lessons:
        parts += _lesson(one, lesson)
    parts.append(f"Graded at the sandbox level {code(document.sandbox)}.")
    return "\n\n".join(parts) + "\n"


def _lesson(one: SubmissionResult, lesson: LessonResult) -> list[str]:
    parts = [f"## {code(lesson.id)}: {lesson.points} of {lesson.max_points} points"]
    if lesson.state == MISSING:
        return [*parts, "Not handed in."]
    if lesson.state != GRADED:
        parts.append("Not graded yet: the grader itself failed here. No points are lost by that.")
    rows = [
        f"{STATE_WORDS[t.state]:5} {t.id:5} {t.points}/{t.max_points}  {t.title}"
        for t in lesson.tasks
    ]
    if rows:
        parts.append(fenced(rows))
    parts += [fenced(failure_text(lesson.id, task).splitlines()) for task in lesson.failed]
    parts.append(f"To grade it again with the same inputs: {code(replay_command(one.id, lesson))}")
    return parts
