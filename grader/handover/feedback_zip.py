"""`moodle-feedback.zip`: each student's page, for Moodle's "Upload multiple feedback files".

Moodle splits a folder's name at every underline and takes the second part for the
participant's number, so there is none in the name before it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.document import Document
from grader.report.names import page_name

NOT_IN_A_NAME = re.compile(r"[^\w .,'()-]|_")
PLUGIN = "assignfeedback_file"
LONGEST_NAME = 60
WHEN = (1980, 1, 1, 0, 0, 0)  # the same results make the same file


@dataclass(frozen=True)
class Person:
    """Somebody on Moodle. submission: its id; participant: their number in the assignment."""

    submission: str
    name: str
    participant: str


def moodle_people(document: Document) -> list[Person]:
    """Return the people whose submissions came from Moodle."""
    return [
        Person(one.id, one.person.get("name", ""), one.person["participant"])
        for one in document.submissions
        if one.person.get("participant", "").isdecimal()
    ]


def feedback_zip(feedback: Path, people: Iterable[Person]) -> bytes:
    """Return the zip with the pages in `feedback`; a submission without a page is left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        written: set[str] = set()
        for one in people:
            page = feedback / page_name(one.submission)
            folder = f"{_plain(one.name)}_{one.participant}_{PLUGIN}"
            if page.is_file() and one.participant not in written:
                info = zipfile.ZipInfo(f"{folder}/feedback.html", WHEN)
                archive.writestr(info, page.read_bytes(), zipfile.ZIP_DEFLATED)
                written.add(one.participant)
    return target.getvalue()


def _plain(name: str) -> str:
    plain = NOT_IN_A_NAME.sub(" ", name)[:LONGEST_NAME].strip(" .")
    return plain or "Participant"
