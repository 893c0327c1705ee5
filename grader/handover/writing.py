"""Writes everything that other systems read, from the results alone."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.document import Document, write_bytes, write_whole
from grader.errors import UserError
from grader.handover.classroom import classroom_results, step_output
from grader.handover.feedback_zip import Person, feedback_zip, moodle_people
from grader.handover.gradescope import gradescope_results
from grader.handover.junit import junit_xml
from grader.handover.marking import mark_roster
from grader.handover.roster import Roster
from grader.handover.summary import MOST_BYTES, summary_md
from grader.report.names import FEEDBACK, GRADESCOPE, page_name


def write_handover(document: Document, out: Path, roster: Roster | None = None) -> list[str]:
    """Write all of it below `out`, after the reports; return what the user should be told.

    In a CI run on GitHub the summary, and the result of a single submission, are handed to
    the step too. Raises UserError when something cannot be written.
    """
    _write_gradescope(document, out)
    write_whole(out / "junit.xml", junit_xml(document))
    write_whole(out / "summary.md", summary_md(document))
    _add_to_step_summary(document)
    if len(document.submissions) == 1:
        results = classroom_results(document.submissions[0])
        write_whole(out / "classroom.json", _json(results))
        _append("GITHUB_OUTPUT", step_output(results))
    people = moodle_people(document)
    lines: list[str] = []
    if roster is not None:
        lines, pairs = mark_roster(document, out, roster)
        for one, student in pairs:
            if "participant" in student.keys:
                name, number = " ".join(student.names[:1]), student.keys["participant"]
                people.append(Person(one.id, name, number))
    _write_feedback_zip(out, people)
    return lines


def _write_gradescope(document: Document, out: Path) -> None:
    folder = out / GRADESCOPE
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror}") from None
    for one in document.submissions:
        write_whole(folder / page_name(one.id, ".json"), _json(gradescope_results(document, one)))


def _write_feedback_zip(out: Path, people: Sequence[Person]) -> None:
    if people:
        write_bytes(out / "moodle-feedback.zip", feedback_zip(out / FEEDBACK, people))


def _add_to_step_summary(document: Document) -> None:
    name = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if name:
        taken = Path(name).stat().st_size if Path(name).exists() else 0
        _append("GITHUB_STEP_SUMMARY", summary_md(document, MOST_BYTES - taken))


def _append(variable: str, text: str) -> None:
    """Add to the file that a CI run names in its environment, if it does."""
    name = os.environ.get(variable, "")
    if not name:
        return
    try:
        with open(name, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"cannot write to {name} (${variable}): {error.strerror}") from None


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row) + "\n"
