"""What other systems are given, read by the rules of their readers: Gradescope, JUnit, GitHub."""

import base64
import json
import re
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from grader.handover.classroom import classroom_results
from grader.handover.escaping import table_code, xml_text
from grader.handover.gradescope import gradescope_results
from grader.handover.junit import junit_xml
from grader.handover.summary import MOST_BYTES, summary_md
from grader.handover.writing import write_handover
from grader.report.pages import write_reports
from grader.report.safe_markdown import fenced
from grader.results import FAILED, GRADER_ERROR, PASSED
from grader.visible import visible_line
from tests.hostile import NAMES, document, full, hostile_class, submission

FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TEST_FIELDS = {
    *("score", "max_score", "status", "name", "name_format", "number", "tags"),
    *("output", "output_format", "visibility", "extra_data"),
}
VISIBILITIES = {"visible", "hidden", "after_due_date", "after_published"}


def gradescope_score(row):
    """Read results.json as Gradescope does: check every field, return score and maximum."""
    for name in ("output_format", "test_output_format", "test_name_format"):
        assert row.get(name, "text") in FORMATS
    assert row["visibility"] in VISIBILITIES
    assert row["stdout_visibility"] == "hidden", "what a student's program printed"
    assert isinstance(row["execution_time"], int | float)
    assert isinstance(row["extra_data"], dict)
    for test in row["tests"]:
        assert set(test) <= TEST_FIELDS
        assert test["status"] in ("passed", "failed")
        assert test["output_format"] in FORMATS - {"html", "ansi"}
        assert test["visibility"] == "visible", "one hidden test hides the total"
        assert all(isinstance(tag, str) for tag in test["tags"])
    return row["score"], sum(test["max_score"] for test in row["tests"])


@pytest.mark.parametrize("one", hostile_class().submissions, ids=lambda one: ascii(one.id))
def test_gradescope_reads_every_submission(one):
    whole = hostile_class()
    row = json.loads(json.dumps(gradescope_results(whole, one)))
    assert gradescope_score(row) == (one.mark, 20)
    assert row["extra_data"] == {"kit": "1.0.0", "suite": "sha256:abc"}
    assert visible_line(row["output"].replace("\n", "")) == row["output"].replace("\n", "")


def test_a_student_sees_their_failure_and_nothing_of_the_graders():
    one = submission("ann", PASSED, FAILED, GRADER_ERROR)
    text = json.dumps(gradescope_results(document(one), one))
    assert "secret of the grader" not in text
    assert "The grader failed here, not the program" in text
    tests = gradescope_results(document(one), one)["tests"]
    assert tests[0]["status"] == "passed" and tests[0]["output"] == ""
    assert "Expected" in tests[1]["output"]
    assert "\x1b" not in tests[1]["output"] and "\x00" not in tests[1]["output"]


def test_a_late_submission_keeps_its_tasks_points_and_gets_the_mark():
    late = full("ann", late={"percent": 10, "reason": "1 day late"})
    row = gradescope_results(document(late), late)
    assert row["score"] == 18
    assert sum(test["score"] for test in row["tests"]) == 20
    assert row["output"] == "18/20 points: 03_threads 20/20; less 10 %: 1 day late"


def test_junit_is_well_formed_and_counts_right():
    root = ET.fromstring(junit_xml(hostile_class()).encode())
    suites = {suite.get("name"): suite for suite in root}
    assert len(suites) == 4 + len(NAMES)
    for suite in root:
        cases = suite.findall("testcase")
        for tag, attribute in (
            ("failure", "failures"),
            ("error", "errors"),
            ("skipped", "skipped"),
        ):
            assert int(suite.get(attribute)) == sum(case.find(tag) is not None for case in cases)
        assert int(suite.get("tests")) == len(cases)
        facts = {one.get("name"): one.get("value") for one in suite.iter("property")}
        assert facts["max_score"] == "20"
        assert int(facts["score"]) == 5 * sum(len(case) == 0 for case in cases)
    assert suites["broken: 03_threads"].get("errors") == "1"
    assert suites["missing: 03_threads"].get("tests") == "0"
    assert len({(case.get("classname"), case.get("name")) for case in root.iter("testcase")}) == (
        sum(1 for _ in root.iter("testcase"))
    )


def test_what_xml_forbids_is_left_out_whoever_says_it():
    every = "".join(map(chr, range(0x11000))) + "\U0010ffff"
    kept = ET.fromstring(f"<a>{escape(xml_text(every)).replace(chr(13), '')}</a>").text
    assert len(every) - len(kept) == 30 + 2048 + 2, "controls, surrogates, U+FFFE and U+FFFF"


def test_a_fence_cannot_be_closed_from_inside():
    assert fenced(["a", "```", "# b"]).startswith("````text\n")
    assert fenced(["````"]).splitlines()[-1] == "`````"


def table_rows(text):
    """Read a GitHub table: each row's cells, split at every bar."""
    return [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]


def test_nothing_from_a_student_acts_in_the_summary():
    text = summary_md(hostile_class())
    rows = table_rows(text)
    assert {len(row) for row in rows} == {3}
    assert len(rows) == 2 + 4 + len(NAMES)
    for row in rows[2:]:
        assert code_span(row[0].strip()) is not None, row[0]
    assert "| `full` | 20/20 | 20/20 |" in text
    assert "| `late` | 20/20 | 18/20 |" in text
    assert "| `missing` | missing | 0/20 |" in text
    assert "| `broken` | not graded | - |" in text


def code_span(markdown):
    """Return what is in a piece of Markdown that is one code span as a whole, else None.

    A span ends at the first run of as many backticks as it began with; one space goes.
    """
    ticks = re.match("`+", markdown).group()
    inside, end, rest = markdown[len(ticks) :].partition(ticks)
    whole = end and not rest and not inside.endswith("`")
    return inside.removeprefix(" ").removesuffix(" ") if whole else None


@pytest.mark.parametrize("name", [*NAMES, "`", "``a`", "a\\|b", "a\\", "", " ", "ada@example.org"])
def test_code_says_what_stood_there_and_is_one_cell(name):
    assert "|" not in table_code(name)
    if name.strip():
        assert code_span(table_code(name)) == visible_line(name).replace("|", "\\x7c")


def test_a_summary_of_a_huge_class_is_cut_and_says_so():
    whole = document(*(full(f"student-{n}" + "ä" * 80) for n in range(12000)))
    text = summary_md(whole)
    assert MOST_BYTES - 1000 < len(text.encode()) < MOST_BYTES
    shown = len(table_rows(text)) - 2
    assert f"**{12000 - shown} more are not shown here: see gradebook.csv.**" in text
    assert summary_md(whole, 100) == ""


def classroom_points(payload):
    """Read a result as GitHub's autograding reporter does: what it logs and what it notifies."""
    row = json.loads(base64.b64decode(payload))
    assert row["version"] == 1
    assert row["status"] in ("pass", "fail", "error")
    for test in row["tests"]:
        assert test["status"] in ("pass", "fail", "error")
        assert isinstance(test["line_no"], int) and isinstance(test["name"], str)
    return row["status"], sum(test["score"] for test in row["tests"]), row["max_score"]


@pytest.mark.parametrize(
    ("one", "read"),
    [
        (full("ann"), ("pass", 20, 20)),
        (submission("ann", PASSED, FAILED, PASSED, PASSED), ("fail", 15, 20)),
        (submission("ann", PASSED, GRADER_ERROR), ("error", 5, 20)),
        (submission("ann"), ("fail", 0, 20)),
    ],
)
def test_github_classroom_reads_the_result_of_one_submission(one, read, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    write_reports(document(one), tmp_path)
    write_handover(document(one), tmp_path)
    name, _, payload = (tmp_path / "output").read_text().rstrip("\n").partition("=")
    assert name == "result"
    assert classroom_points(payload) == read
    assert json.loads((tmp_path / "classroom.json").read_text()) == classroom_results(one)


def test_all_is_written_for_a_hostile_class_and_nothing_else_is_touched(tmp_path, monkeypatch):
    steps = tmp_path / "steps.md"
    steps.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(steps))
    out = tmp_path / "out"
    out.mkdir()
    assert write_handover(hostile_class(), out) == []
    names = {path.name for path in out.iterdir()}
    assert names == {"gradescope", "junit.xml", "summary.md"}
    results = list((out / "gradescope").iterdir())
    assert len(results) == 4 + len(NAMES)
    for path in results:
        gradescope_score(json.loads(path.read_text()))
    assert steps.read_text() == "before\n" + (out / "summary.md").read_text()


def test_a_step_summary_that_is_full_gets_no_more(tmp_path, monkeypatch):
    steps = tmp_path / "steps.md"
    steps.write_bytes(b"x" * (MOST_BYTES - 100))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(steps))
    write_handover(document(full("ann")), tmp_path)
    assert steps.stat().st_size == MOST_BYTES - 100
