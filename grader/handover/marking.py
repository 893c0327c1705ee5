"""Fills the marks into a roster, and says whom it could not mark and why."""

from __future__ import annotations

from pathlib import Path

from grader.document import Document, write_bytes, write_whole
from grader.handover.canvas import is_excused
from grader.handover.matching import Matches, Pair, match
from grader.handover.moodle import may_replace
from grader.handover.roster import Roster, Student
from grader.handover.stories import mark_of, number, short_story, why_no_mark
from grader.results import SubmissionResult
from grader.visible import visible_line

REPORT = "roster-report.txt"


def mark_roster(document: Document, out: Path, roster: Roster) -> tuple[list[str], list[Pair]]:
    """Write the roster with marks, and the report. Return its lines, and who is who."""
    matches = match(document.submissions, roster.students)
    marked, left = [], []
    for one, student in matches.pairs:
        reason = why_no_mark(one, roster.lesson) or _refusal(roster, student)
        if reason:
            left.append(f"left as it is: {_who(student)} ({visible_line(one.id)}): {reason}")
        else:
            _fill(roster, student, one)
            marked.append(student.row)
    target = out / f"{roster.path.stem}-marked{roster.path.suffix}"
    write_bytes(target, roster.table.to_bytes(_rows(roster, marked)))
    place = (
        f'{roster.lesson or "the whole course"} in column "{visible_line(roster.column.header)}"'
    )
    first = f"{target}: a {roster.platform}, {len(marked)} marks of {place}"
    lines = [first, *_warnings(roster, document), *_problems(matches), *left, *_absent(matches)]
    write_whole(out / REPORT, "\n".join(lines) + "\n")
    return lines, matches.pairs


def _refusal(roster: Roster, student: Student) -> str:
    if student.locked:
        return student.locked
    excused = is_excused(roster.table.value(student.row, roster.column.place))
    return "excused" if roster.only_marked and excused else ""


def _fill(roster: Roster, student: Student, one: SubmissionResult) -> None:
    table, comments = roster.table, roster.comments
    table.fill(student.row, roster.column.place, number(mark_of(one, roster.lesson)))
    if comments is not None and may_replace(table.value(student.row, comments)):
        table.fill(student.row, comments, short_story(one, roster.lesson))


def _rows(roster: Roster, marked: list[int]) -> list[int]:
    if not roster.only_marked:
        return list(range(len(roster.table.lines)))
    return sorted([*roster.heads, *marked])


def _warnings(roster: Roster, document: Document) -> list[str]:
    chosen = [one for one in document.lessons if roster.lesson in ("", one["id"])]
    points = sum(lesson["points"] for lesson in chosen)
    most = roster.column.most
    if most is None or most == points:
        return []
    return [
        f"warning: the column is out of {number(most)} points, the marks are out of {points}: "
        "they were not scaled"
    ]


def _problems(matches: Matches) -> list[str]:
    clashes = [
        f"error: {' and '.join(visible_line(one.id) for one in mine)} belong to one student, "
        f"{_who(student)}: no mark was written"
        for student, mine in matches.clashes
    ]
    clashes += [
        f"error: {visible_line(one.id)} fits more than one student, "
        f"{' and '.join(map(_who, students))}: no mark was written"
        for one, students in matches.doubtful
    ]
    return clashes + [f"matches no student: {visible_line(one.id)}" for one in matches.lost]


def _absent(matches: Matches) -> list[str]:
    return [f"without a submission: {_who(student)}" for student in matches.absent]


def _who(student: Student) -> str:
    words = [*student.names[:1], *(key for key in student.keys.values() if key)]
    return visible_line(f"{words[0]} ({words[1]})" if len(words) > 1 else (words or ["?"])[0])
