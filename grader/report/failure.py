"""The view of one failed task: what happened on the wire, what was expected, what to do next."""

from __future__ import annotations

import textwrap

from grader.report.sequence import sequence_text
from grader.results import TaskResult
from grader.visible import visible_ascii
from grader.wire.hardships import HARDSHIPS

WIDTH = 79
LONGEST_LINE = 500  # characters of one line of stderr
STATE_WORDS = {
    "passed": "PASS",
    "failed": "FAIL",
    "not_run": "WAIT",
    "timeout": "TIME",
    "crashed": "CRASH",
    "grader_error": "ERROR",
}


def failure_text(lesson_id: str, task: TaskResult) -> str:
    """Return the view as lines of ASCII text, at most 79 columns wide."""
    title = f"--- {STATE_WORDS[task.state]} {task.id}  {task.title} "
    lines = [title.ljust(WIDTH, "-"), *sequence_text(task.transcript, WIDTH)]
    lines += _entry("Expected", f"{task.who}: {task.expected}")
    lines += _entry("Got", task.got)
    for hardship in hardships_that_matter(task):
        lines += _entry("Under", hardship)
    if guess := the_guess(task):
        lines += _entry(*guess)
    if task.tail:
        lines += _entry("Program", f"its last lines on stderr{_status(task)}:")
        for line in task.tail:
            lines += textwrap.wrap(
                visible_ascii(line, LONGEST_LINE),
                WIDTH,
                initial_indent=" " * 13,
                subsequent_indent=" " * 15,
            )
    elif task.status:
        lines += _entry("Program", f"printed nothing on stderr{_status(task)}")
    lines += _entry("Read", f'lessons/{lesson_id}/README.md, "{task.read}"')
    hint = f"python -m grader hint {task.id}"
    lines += _entry("Hint", f"{hint:29} Again   python -m grader check {task.id}")
    return "\n".join(lines)


def hardships_that_matter(task: TaskResult) -> list[str]:
    """Return what the program had to bear, unless the mistake that is named is another matter."""
    if not task.likely or task.mend_first:
        return task.under
    others = {one.says for one in HARDSHIPS if one.word not in task.says}
    return [says for says in task.under if says not in others]


def the_guess(task: TaskResult) -> tuple[str, str] | None:
    """Return what probably went wrong, and before it a word that says how sure that is."""
    known = f"{task.says} (the same mistake as {task.likely})" if task.likely else ""
    if not task.mend_first:
        return ("Likely", known) if known else None
    goes_with = f"it goes with {task.mend_first}: mend that first."
    return "Perhaps", f"{known} Or {goes_with}" if known else goes_with


def _status(task: TaskResult) -> str:
    return f", {task.status}" if task.status else ""


def _entry(name: str, text: str) -> list[str]:
    return textwrap.wrap(
        visible_ascii(text) or "nothing",
        WIDTH,
        initial_indent=f" {name:9} ",
        subsequent_indent=" " * 11,
        break_on_hyphens=False,
    )
