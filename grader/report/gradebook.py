"""The gradebook: as a table for a terminal, and as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from rich.console import Console
from rich.text import Text

from grader.document import Document
from grader.report.numbers import any_late, class_numbers, lesson_mark
from grader.report.people import needs_a_person
from grader.results import SubmissionResult
from grader.spreadsheet import cell
from grader.visible import visible_line

NAME_WIDTH = 22
MOST_HARDEST = 5
MOST_LINES = 10


def show_gradebook(console: Console, document: Document, out: Path) -> None:
    """Print the gradebook, the class in numbers, who needs a person, and where all is written."""
    numbers = class_numbers(document)
    late = any_late(document)
    lines = ["", _header(document, late)]
    lines += [*(_row(document, one, late) for one in document.submissions), ""]
    lines.append(
        f" Class    median {numbers.median:g}   mean {numbers.mean:.1f}   "
        f"full marks {numbers.full}   below half {numbers.below_half}"
    )
    for place, task in enumerate(numbers.hardest[:MOST_HARDEST]):
        alike = f"  {task.alike[1]} alike ({task.alike[0]})" if task.alike else ""
        title = task.title if len(task.title) <= 40 else task.title[:38] + ".."
        word = "Hardest" if place == 0 else ""
        lines.append(f" {word:8} {task.id:5} {title:40} {task.failed}/{task.tried} failed{alike}")
    people = needs_a_person(document)
    for place, one in enumerate(people[:MOST_LINES]):
        lines.append(f" {'Look at' if place == 0 else '':8} {one.id}: {one.why}")
    if len(people) > MOST_LINES:
        lines.append(f"          and {len(people) - MOST_LINES} more in index.html")
    lines.append(
        f" Wrote    {out}/index.html  gradebook.csv  results.json  feedback/"
        f"   ({document.seconds:.0f} s, sandbox: {document.sandbox})"
    )
    for line in lines:
        console.print(Text(visible_line(line)), highlight=False, soft_wrap=True)


def _header(document: Document, late: bool) -> str:
    columns = "".join(f"{'L' + lesson['id'][:2]:>5}" for lesson in document.lessons)
    return f" {'Submission':{NAME_WIDTH}}{columns}    Total{'    Mark' if late else ''}  Note"


def _row(document: Document, one: SubmissionResult, late: bool) -> str:
    name = one.id if len(one.id) < NAME_WIDTH else one.id[: NAME_WIDTH - 3] + ".."
    marks = "".join(f"{lesson_mark(one, lesson['id']):>5}" for lesson in document.lessons)
    total = f"{one.points}/{one.max_points}"
    mark = f"{one.mark:>8g}" if late else ""
    note = one.notes[0] if one.notes else ""
    return f" {name:{NAME_WIDTH}}{marks} {total:>8}{mark}  {note}".rstrip()


def gradebook_csv(document: Document) -> str:
    """Return a row a submission: id, a column a lesson, total, maximum, mark, notes.

    mark: the total less what lateness takes off.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    lessons = [lesson["id"] for lesson in document.lessons]
    writer.writerow(["submission", *lessons, "total", "maximum", "mark", "notes"])
    for one in document.submissions:
        marks = [lesson_mark(one, lesson).replace("-", "") for lesson in lessons]
        row = [one.id, *marks, one.points, one.max_points, f"{one.mark:g}", "; ".join(one.notes)]
        writer.writerow([_cell(value) for value in row])
    return target.getvalue()


def _cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return cell(visible_line(str(value)))
