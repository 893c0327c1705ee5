"""`summary.md`: the class for somebody who reads a CI run, in GitHub's Markdown.

The rule: GitHub drops a summary over 1024 KiB as a whole, so it is cut here, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.document import Document
from grader.handover.escaping import table_code
from grader.handover.stories import number
from grader.results import GRADED, UNGRADED, SubmissionResult

MOST_BYTES = 1024 * 1024
SPARE_BYTES = 512  # for the line that says what was left out


def summary_md(document: Document, most: int = MOST_BYTES) -> str:
    """Return the page, at most so many bytes of UTF-8; too few for anything: an empty page."""
    heads = " | ".join(lesson["id"] for lesson in document.lessons)
    lines = ["## From Echo to Chat", "", f"{_count(document)}, sandbox: {document.sandbox}.", ""]
    lines += [f"| submission | {heads} | mark |", "|---|" + "--:|" * (len(document.lessons) + 1)]
    rows = [_row(document, one) for one in document.submissions]
    return _cut(lines, rows, most)


def _count(document: Document) -> str:
    total, most = len(document.submissions), sum(one["points"] for one in document.lessons)
    return f"{total} submission{'s' if total != 1 else ''}, {most} points at the most"


def _row(document: Document, one: SubmissionResult) -> str:
    cells = [_lesson_cell(one, lesson["id"]) for lesson in document.lessons]
    cells.append(f"{number(one.mark)}/{one.max_points}" if one.max_points else "-")
    return f"| {table_code(one.id)} | {' | '.join(cells)} |"


def _lesson_cell(one: SubmissionResult, lesson_id: str) -> str:
    for lesson in one.lessons:
        if lesson.id == lesson_id and lesson.state == GRADED:
            return f"{lesson.points}/{lesson.max_points}"
        if lesson.id == lesson_id and lesson.state == UNGRADED:
            return "not graded"
    return "missing"


def _cut(lines: list[str], rows: list[str], most: int) -> str:
    left = most - SPARE_BYTES - _size(lines)
    if left < 0:
        return ""
    kept = 0
    for row in rows:
        left -= _size([row])
        if left < 0:
            break
        kept += 1
    if kept < len(rows):
        missing = len(rows) - kept
        rows = [*rows[:kept], "", f"**{missing} more are not shown here: see gradebook.csv.**"]
    return "\n".join([*lines, *rows]) + "\n"


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
