"""What a student with each known wrong program is told, kept as text that a person has read.

`feedback/NN_lesson.txt` shows of each program the first task that it must fail, as `check` does.
The rule: what the kit says is compared: title, Under, Likely, Read, Hint. What happened is there
to be read: it may differ from run to run, as which of two listeners is served first is free.
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.report.failure import failure_text
from grader.results import LessonResult
from tests.known.catalogue import KNOWN, Program

FOLDER = KNOWN / "feedback"
HEAD = re.compile(r"^== (\S+) (.*) ==$", re.MULTILINE)
ENTRY = re.compile(r"^ (Under|Likely|Read|Hint) +(.*(?:\n {11}.*)*)", re.MULTILINE)
FOLDERS = re.compile(r'(?<=File ")/[^"]*/')  # where this machine has its Python


def told(program: Program, result: LessonResult) -> str:
    """Return what is shown of the first task that the program must fail; "" if it passed."""
    for task in result.failed:
        if task.id in program.fails:
            return FOLDERS.sub("", failure_text(program.lesson_id, task))
    return ""


def kept(program: Program) -> str | None:
    """Return what stands in the golden file; None if the program is not in it."""
    return _sections(_path(program.lesson_id)).get(program.id, ("", None))[1]


def story(text: str) -> dict[str, str]:
    """Return what the kit itself says, by the name of the entry, and the title."""
    entries = {name: " ".join(words.split()) for name, words in ENTRY.findall(text)}
    state_and_title = text.partition("\n")[0].strip(" -")
    return entries | {"title": state_and_title.partition(" ")[2]}


def keep(lesson_id: str, texts: dict[str, tuple[str, str]]) -> None:
    """Write these texts, (name, text) by the program's id, into the lesson's golden file."""
    path = _path(lesson_id)
    sections = _sections(path) | texts
    order = sorted(sections, key=_number)
    rows = [f"== {name} {sections[name][0]} ==\n{sections[name][1].strip()}\n" for name in order]
    path.write_text("\n".join(rows), encoding="utf-8", newline="\n")


def _path(lesson_id: str) -> Path:
    return FOLDER / f"{lesson_id}.txt"


def _number(program_id: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", program_id)]


def _sections(path: Path) -> dict[str, tuple[str, str]]:
    if not path.exists():
        return {}
    _, *parts = HEAD.split(path.read_text(encoding="utf-8"))
    return {
        name: (words, text.strip())
        for name, words, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    }
