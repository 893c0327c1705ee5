"""Takes a class in: whoever handed in whatever, a clean copy each, laid out like lessons/.

The rule: nothing in a submission stops the class. What cannot be taken is a note for its
author; only a class folder that is none is an error.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.classrun import gradescope
from grader.classrun.classfolder import METADATA, Entry, entries_of
from grader.classrun.cleancopy import CleanCopy
from grader.classrun.layout import Layout
from grader.classrun.names import encodable, listed, readable, unique
from grader.classrun.parcels import sources_of, that_count
from grader.classrun.platforms import Piece, pieces_of
from grader.classrun.sources import Refused
from grader.course.catalogue import lesson_ids
from grader.course.lesson import Lesson
from grader.errors import UserError

NO_LESSON = "there is no lesson folder in it, such as 01_echo"


@dataclass
class Submission:
    """One submission. folder: laid out like lessons/, None if it was refused.

    person: who handed it in, see SubmissionResult.
    """

    id: str
    folder: Path | None
    notes: list[str] = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)


def take_in(
    class_folder: Path,
    workshop: Path,
    lessons: Sequence[Lesson] = (),
    tell: Callable[[str], None] = lambda line: None,
    *,
    look_through: bool = True,
) -> list[Submission]:
    """Return the submissions of a class, sorted by id, as clean copies below `workshop`.

    class_folder: a folder, or a zip of one as learning platforms hand it out. lessons: those
    that are graded; if it is one, its files may be handed in without a lesson folder. Of two by
    the same person the newer one counts. tell: is given a line about files that are nobody's.
    look_through: a folder that is alone in there may be one around the class.
    Raises UserError when class_folder is not there, is a single submission, or holds none.
    """
    only = lessons[0].id if len(lessons) == 1 else ""
    with entries_of(class_folder, workshop, look_through) as entries:
        _refuse_no_class(class_folder, entries)
        found = pieces_of(entries, _metadata(entries), class_folder.resolve().name)
        if not found:
            raise UserError(f"{class_folder} holds no submissions: a folder or zip each is needed")
        if loose := _loose(entries, found):
            tell(f"Passed over, since each is neither a folder nor a zip: {listed(loose)}")
        people = _by_person(found)
        ids = unique([(readable(pieces[0].id), pieces[0].id) for pieces in people])
        taken = [
            _taken(one, pieces, workshop / f"{number:04}", only)
            for number, (one, pieces) in enumerate(zip(ids, people, strict=True))
        ]
    return sorted(taken, key=lambda one: one.id)


def _by_person(pieces: Iterable[Piece]) -> list[list[Piece]]:
    groups: dict[tuple[str, ...], list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece.key, []).append(piece)
    return [groups[key] for key in sorted(groups)]


def _loose(entries: Iterable[Entry], found: Iterable[Piece]) -> list[str]:
    """Return the names that became part of no submission, but for what is no student's."""
    known = {piece.entry.name for piece in found} | {METADATA}
    names = [entry.name for entry in entries if entry.name not in known]
    return [name for name in names if Path(name).stem.lower() != "readme"]


def _refuse_no_class(class_folder: Path, entries: Iterable[Entry]) -> None:
    if any(entry.is_folder and entry.name in lesson_ids() for entry in entries):
        raise UserError(
            f"{class_folder} is one submission, not a class; use: check --submission {class_folder}"
        )


def _metadata(entries: Iterable[Entry]) -> dict[str, dict[str, str]]:
    for entry in entries:
        if entry.name == METADATA and not entry.is_folder and not entry.refused:
            try:
                data = entry.members()[0].read(gradescope.MOST_BYTES)
            except Refused as refused:
                raise UserError(f"{METADATA}: {refused}") from None
            return gradescope.read_metadata(data.decode("utf-8", "replace"))
    return {}


def _taken(one: str, pieces: Sequence[Piece], place: Path, only: str) -> Submission:
    submission = Submission(one, None)
    shutil.rmtree(place, ignore_errors=True)  # of a run before this one
    copy, layout = CleanCopy(place / "copy"), Layout(place / "lessons", only)
    counting, notes = that_count(pieces)
    for piece in counting:
        submission.person |= {key: encodable(text) for key, text in piece.person.items()}
    refusals = []
    for number, source in enumerate(sources_of(counting)):
        try:
            layout.add(copy.take(source.members(), str(number), source.packed), source.label)
        except Refused as refused:
            refusals.append(str(refused))
    if layout.origin:
        submission.folder = layout.target
        notes += [f"passed over: {refusal}" for refusal in refusals]
    else:
        notes.insert(0, f"not graded: {'; '.join(refusals) or NO_LESSON}")
    submission.notes = [*notes, *layout.notes, *copy.notes()]
    shutil.rmtree(place / "copy", ignore_errors=True)
    return submission
