"""Results as a hostile class would have them, for the tests of what is made from results."""

import base64

from grader.document import Document
from grader.results import (
    CRASHED,
    FAILED,
    GRADED,
    GRADER_ERROR,
    MISSING,
    NOT_RUN,
    PASSED,
    UNGRADED,
    LessonResult,
    SubmissionResult,
    TaskResult,
)

LESSON = "03_threads"
FORMULA = '=HYPERLINK("https://example.org","x")'
SCRIPT = "<script>alert(1)</script>]]>"
BYTES = "\x00\x1b[2J\ufffe]]><b>&```\n|@all #1\r\ud800"
MARKDOWN = "|`a`|@all ![x](https://example.org/x.png) <img src=x>\n# head"
NAMES = (FORMULA, SCRIPT, MARKDOWN, 'a "quoted" name', "two\nlines", "under_score_s", "bell\x07")


def task(number, state, **more):
    """Return a task worth 5 points."""
    points = 5 if state == PASSED else 0
    return TaskResult(f"3.{number}", f"task {number}", state, points, 5, 0.25, **more)


def lesson(*states, state=GRADED):
    """Return lesson 3, worth 20 points, with tasks in these states."""
    sent = base64.b64encode(b"\0]]>```").decode()
    said = {
        "message": f"alice: got {BYTES}",
        "who": "alice",
        "expected": BYTES,
        "got": BYTES,
        "tail": [BYTES],
        "status": "exit 1",
        "read": "Threads",
        "transcript": [[0.1, "alice", "server", sent]],
    }
    tasks = [
        task(n, one, **(said if one in (FAILED, CRASHED) else {}))
        for n, one in enumerate(states, 1)
    ]
    for one in tasks:
        one.needs = ["3.1"] if one.state == NOT_RUN else []
        one.detail = "Traceback: secret of the grader" if one.state == GRADER_ERROR else ""
    points = sum(one.points for one in tasks)
    return LessonResult(LESSON, "Threads", state, points, 20, seconds=1.5, tasks=tasks)


def submission(name, *states, **more):
    """Return a submission with lesson 3 in it; no states: not handed in. late: of that lesson."""
    if "late" in more:
        more["late"] = {LESSON: more["late"]}
    if not states:
        return SubmissionResult(name, "0", [lesson(state=MISSING)], **more)
    state = UNGRADED if GRADER_ERROR in states else GRADED
    return SubmissionResult(name, "0", [lesson(*states, state=state)], **more)


def full(name, **more):
    """Return a submission with full marks."""
    return submission(name, PASSED, PASSED, PASSED, PASSED, **more)


def document(*submissions):
    """Return the document of a run of lesson 3."""
    lessons = [{"id": LESSON, "title": "Threads", "points": 20, "tasks": []}]
    return Document("abc", "isolated", 3.0, lessons, list(submissions))


def hostile_class():
    """Return one submission of every kind, and one for each hostile name."""
    named = [submission(name, PASSED, FAILED, CRASHED, NOT_RUN, notes=[name]) for name in NAMES]
    late = {"percent": 10, "days": 1, "reason": "1 day late"}
    return document(
        full("full"),
        full("late", late=late),
        submission("missing"),
        submission("broken", PASSED, PASSED, PASSED, GRADER_ERROR),
        *named,
    )
