"""Learning platforms, as far as the importers of their own exports go: small models to test with.

Each follows the rules of the platform's own reader, and raises AssertionError where that would
refuse the file.
"""

import csv
import io
import re

TOTALS = re.compile("(Current|Final|Override) (Score|Points|Grade|Status)")


def canvas_changes(data, students, gradebook):
    """Import a Canvas gradebook; return {(user id, assignment id): (before, after)} of changes.

    students: user id -> name; gradebook: (user id, assignment id) -> the mark that stands there.
    """
    text = data.decode("utf-8")
    head = list(io.StringIO(text, newline=""))[:3]
    counts = {
        sign: {len(next(csv.reader([line], delimiter=sign))) for line in head} for sign in ";,"
    }
    fields = {sign: max(have) if len(have) == 1 else 0 for sign, have in counts.items()}
    sign = ";" if fields[";"] > fields[","] else ","
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if row]
    header = rows.pop(0)
    assert "Student" in header[0] and "ID" in header[1]
    info = 3
    if re.search(r"SIS\s+User\s+ID", header[2]):
        assert re.search(r"SIS\s+Login\s+ID", header[3])
        info = 5 + ("Integration ID" in header[4])
    elif re.search(r"SIS\s+Login\s+ID", header[2]):
        info = 4
    assert "Section" in header[info - 1]
    assignments = {n: int(re.search(r"\((\d+)\)$", name)[1]) for n, name in enumerate(header)
                   if n >= info and not TOTALS.search(name)}  # fmt: skip
    changes = {}
    for row in rows:
        if "Points Possible" in row[0]:
            assignments = {n: i for n, i in assignments.items() if "read only" not in row[n]}
            continue
        if all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell, re.I) for cell in row):
            continue
        user = int(row[1])
        assert user in students, "an unknown student: Canvas would ask whom to make"
        for place, assignment in assignments.items():
            before, after = (
                gradebook.get((user, assignment), ""),
                _canvas_number(row[place].strip()),
            )
            same = before == after or (_no_score(before) and _no_score(after))
            if not same and before and after and _is_number(before) and _is_number(after):
                same = f"{float(before):.2f}" == f"{float(after):.2f}"
            if not same:
                changes[user, assignment] = (before, after)
    return changes


def _canvas_number(cell):
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *parts, last = re.split("[,.]", cell)
    return f"{''.join(parts)}.{last}" if parts else last


def _no_score(cell):
    return cell.strip() in ("", "-")


def _is_number(cell):
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


def moodle_changes(data, participants, most, grades=None):
    """Import a grading worksheet in English; return participant -> (grade, comment) that change.

    participants: numbers; grades: those that stand there; most: the maximum grade.
    """
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    header = rows.pop(0)
    places = [header.index(name) for name in ("Identifier", "Grade", "Last modified (grade)")]
    comments = header.index("Feedback comments") if "Feedback comments" in header else None
    changes = {}
    for row in rows:
        assert len(row) == len(header), "csvloadfailed: the column count differs"
        number = row[places[0]][len("Participant ") :]
        if number not in participants:
            continue
        locked = (
            "Grade can be changed" in header and row[header.index("Grade can be changed")] == "No"
        )
        cell = row[places[1]]
        grade = float(cell) if cell.strip() not in ("", "-") else None
        in_range = grade is None or 0 <= grade <= most
        if locked or not in_range or grade == (grades or {}).get(number):
            grade = None
        comment = row[comments] if comments is not None else ""
        if grade is not None or (comment and not locked):
            changes[number] = (grade, comment)
    return changes


def moodle_feedback(archive, participants):
    """Take in a zip of feedback files; return participant -> {file name: content}."""
    found = {}
    for name in archive.namelist():
        if name.split("/")[-1].startswith((".", "~")):
            continue
        parts = name.split("/")
        while parts:
            info = parts.pop(0).split("_", 4)
            if len(info) < 4 or not info[1].isdigit() or info[1] not in participants:
                continue
            if (info[2], info[3]) != ("assignfeedback", "file"):
                continue
            rest = [info[4] if len(info) == 5 else "", *parts]
            file = "/".join(part for part in rest if part)
            found.setdefault(info[1], {})[file] = archive.read(name)
            break
    return found


def blackboard_marks(data):
    """Import a grade center file; return (username, column id) -> cell, for columns with an id."""
    text = data.decode("utf-16") if data.startswith((b"\xff\xfe", b"\xfe\xff")) else data.decode()
    sign = "\t" if "\t" in text.splitlines()[0] else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
    header = rows.pop(0)
    user = header.index("Username")
    ids = {
        n: found[1] for n, name in enumerate(header) if (found := re.search(r"\|\s*(\d+)$", name))
    }
    return {(row[user], one): row[n] for row in rows for n, one in ids.items()}
