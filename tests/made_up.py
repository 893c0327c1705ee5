"""Makes up the results of a class, as large and as nasty as a report must bear."""

import base64
import random
import xml.etree.ElementTree as ElementTree

from grader.document import Document
from grader.report.svg_sequence import sequence_svg
from grader.results import (
    CRASHED,
    FAILED,
    GRADED,
    MISSING,
    NOT_RUN,
    PASSED,
    TIMEOUT,
    UNGRADED,
    LessonResult,
    SubmissionResult,
    TaskResult,
)

NAMES = ("echo", "lines", "threads", "broadcast", "client", "usernames", "commands", "bytes",
         "files", "slow_clients")  # fmt: skip
STATES = ((PASSED, 70), (FAILED, 12), (NOT_RUN, 10), (CRASHED, 5), (TIMEOUT, 3))


def event(seconds, source, target, data, note=""):
    """Return one row of a transcript."""
    row = [seconds, source, target, base64.b64encode(data).decode()]
    return [*row, note] if note else row


TRANSCRIPT = [
    event(0.0013, "server", "alice", b"* welcome\n"),
    event(0.0019, "server", "bob", b"* welcome\n"),
    event(0.0024, "alice", "server", b"hi\n"),
    event(0.0025, "server", "bob", b"hi\n"),
    event(0.0026, "server", "alice", b"hi\n", "unexpected"),
]


def lesson_facts(number, tasks):
    """Return a lesson as a document describes it."""
    listed = [
        {"id": f"{number}.{n}", "title": f"what number {n} of them must do", "points": 2}
        for n in range(1, tasks + 1)
    ]
    name = f"{number:02}_{NAMES[number - 1]}"
    return {"id": name, "title": NAMES[number - 1], "points": 2 * tasks, "tasks": listed}


def task_result(facts, state, **more):
    """Return what became of a task; a failed one has a story to tell."""
    points = facts["points"] if state == PASSED else 0
    result = TaskResult(facts["id"], facts["title"], state, points, facts["points"])
    if state not in (PASSED, NOT_RUN):
        result.message, result.who = "alice: expected 'fence', got 'hi'", "alice"
        result.expected, result.got = "'fence'", "b'hi'"
        result.transcript, result.read = TRANSCRIPT, "Who gets the line"
        result.likely, result.says = f"M{facts['id']}", "The sender heard its own line."
    for name, value in more.items():
        setattr(result, name, value)
    return result


def lesson_result(facts, states, **more):
    """Return what became of a lesson. states: one a task."""
    tasks = [task_result(task, state) for task, state in zip(facts["tasks"], states)]
    points = sum(task.points for task in tasks)
    name, title, most = facts["id"], facts["title"], facts["points"]
    return LessonResult(name, title, GRADED, points, most, tasks=tasks, **more)


def missing(facts):
    """Return a lesson that was not handed in."""
    return LessonResult(facts["id"], facts["title"], MISSING, 0, facts["points"])


def ungraded(facts):
    """Return a lesson on which the grader failed."""
    return LessonResult(facts["id"], facts["title"], UNGRADED, 0, facts["points"])


def a_class(submissions=300, lessons=10, tasks=14):
    """Return a class at random, the same each time."""
    dice = random.Random(1)
    facts = [lesson_facts(number, tasks) for number in range(1, lessons + 1)]
    document = Document("0" * 64, "isolated", 300.0, facts)
    words, weights = zip(*STATES)
    for number in range(submissions):
        one = SubmissionResult(f"student-{number:03}", "0" * 64)
        for lesson in facts:
            states = dice.choices(words, weights, k=tasks)
            chance = dice.random()
            one.lessons.append(missing(lesson) if chance < 0.05 else lesson_result(lesson, states))
        document.submissions.append(one)
    return document


def a_document(*submissions, lessons=2, **more):
    """Return a document of these submissions."""
    facts = [lesson_facts(number, 4) for number in range(1, lessons + 1)]
    return Document("0" * 64, "isolated", 1.0, facts, list(submissions), **more)


def a_submission(name, *lessons, **more):
    """Return a submission of these lessons."""
    return SubmissionResult(name, "0" * 64, list(lessons), **more)


ONE, TWO = lesson_facts(1, 4), lesson_facts(2, 4)
MIXED = [PASSED, FAILED, NOT_RUN, PASSED]


def pages(out):
    """Return every HTML page as text, by its name."""
    paths = [out / "index.html", *sorted((out / "feedback").glob("*.html"))]
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def svg(rows):
    """Return the diagram as a tree of elements without their namespace."""
    return ElementTree.fromstring(
        sequence_svg(rows).replace(' xmlns="http://www.w3.org/2000/svg"', "")
    )
