"""Late rules: read from a file that cannot be misread, and applied to a class."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from grader.classrun.late import NOTE, Waiver, apply, late_for
from grader.classrun.laterules import read_rules
from grader.cli import main
from grader.course.catalogue import KIT
from grader.errors import UserError
from grader.results import GRADED, LessonResult, SubmissionResult
from tests.lateness import at, percent, rules

ECHO = "01_echo"
PAGE = (KIT / "lessons" / "INSTRUCTORS.md").read_text(encoding="utf-8")
DOCUMENTED = re.search(r"^```toml\n(deadline.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]
EXAMPLE = re.sub(r" +#.*", "", DOCUMENTED)


def write(tmp_path, text=EXAMPLE, waivers="id,until,reason\n"):
    """Write rules and waivers; return the rules' path."""
    (tmp_path / "waivers.csv").write_text(waivers, encoding="utf-8")
    (tmp_path / "late.toml").write_text(text, encoding="utf-8")
    return tmp_path / "late.toml"


def test_the_documented_example_is_read(tmp_path):
    waivers = "\ufeffid;until;extra_days;reason\nann;2026-11-25;;ill\n4711;;2;\n\n"
    found = read_rules(write(tmp_path, DOCUMENTED, waivers))
    assert found.deadline == datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    assert (found.percent_per_day, found.most_percent, found.nothing_after_days) == (10, 50, 7)
    assert found.grace == timedelta(minutes=15)
    assert found.waivers["ann"] == Waiver("ill", at("2026-11-26T00:00:00"))
    assert found.waivers["4711"].extra_days == 2
    assert percent(at("2026-11-26T00:10:00"), found) == 0
    late = late_for(["ann"], at("2026-11-26T00:15:01"), found)
    assert late["reason"] == "1 day late: 10 % off; more time was given: ill"


def test_a_deadline_may_have_an_offset_and_no_zone(tmp_path):
    path = write(tmp_path, "deadline = 2026-11-22T23:59:00+05:30\npercent_per_day = 12.5\n")
    assert read_rules(path).deadline == datetime(2026, 11, 22, 18, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("deadline = 2026-11-22\n", "a date and a time"),
        ("deadline = 2026-11-22T23:59:00\npercent_per_day = 1", "has no offset"),
        (EXAMPLE.replace("2026-11-22", "9999-12-31"), "a date and a time"),
        (EXAMPLE.replace("2026-11-22", "0001-01-01"), "a date and a time"),
        (EXAMPLE.replace("Berlin", "Bärlin"), "no time zone is called"),
        (EXAMPLE.replace("Europe/Berlin", "../../etc/passwd"), "no time zone is called"),
        (EXAMPLE.replace("= 10", "= -1"), "percent_per_day must be a number from 0 to 100"),
        (EXAMPLE.replace("= 10", "= true"), "percent_per_day must be a number"),
        (EXAMPLE.replace("percent_per_day = 10\n", ""), "percent_per_day is missing"),
        (EXAMPLE.replace("days = 7", "days = 0.5"), r"must be a whole number, not 0\.5"),
        (EXAMPLE.replace("= 50", "= nan"), "most_percent must be a number"),
        (EXAMPLE.replace("grace_minutes", "grace"), "'grace' is not known"),
        ("deadline = soon", "cannot be read"),
    ],
)
def test_rules_that_could_be_misread_are_refused(tmp_path, text, says):
    with pytest.raises(UserError, match=says) as refused:
        read_rules(write(tmp_path, text))
    assert "late.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("waivers", "says"),
    [
        ("name,until\nann,2026-11-25\n", "needs the columns id,until,reason"),
        ("id,until\nann,25.11.2026\n", "line 2: '25.11.2026' is no time such as"),
        ("id,extra_days\nann,-3\n", "line 2: extra_days '-3'"),
        ("id,extra_days\nann,1\nann,2\n", "line 3: 'ann' is there twice"),
        ("id,extra_days\n,1\n", "line 2: the id is missing"),
    ],
)
def test_waivers_that_could_be_misread_are_refused(tmp_path, waivers, says):
    with pytest.raises(UserError, match=says):
        read_rules(write(tmp_path, waivers=waivers))


def test_a_date_is_a_whole_day_for_a_waiver_and_no_time_of_submission(tmp_path):
    for day in ("2026-11-25", "20261125"):
        waiver = read_rules(write(tmp_path, waivers=f"id,until\nann,{day}\n")).waivers["ann"]
        assert waiver.until == datetime(2026, 11, 25, 23, tzinfo=UTC)  # midnight in Berlin
        times = tmp_path / "times.csv"
        times.write_text(f"id,submitted\nann,{day}\n")
        with pytest.raises(UserError, match=f"line 2: '{day}' is no time such as"):
            read_rules(write(tmp_path), times)


def test_times_that_a_spreadsheet_has_saved_in_another_encoding_say_what_to_save(tmp_path):
    times = tmp_path / "times.csv"
    with pytest.raises(UserError, match=r"^cannot read .*times\.csv: No such file or directory$"):
        read_rules(write(tmp_path), times)
    for encoding in ("utf-16", "cp1252"):
        times.write_text("id,submitted\nMüller,2026-11-23\n", encoding=encoding)
        with pytest.raises(UserError, match=r'times\.csv is not UTF-8: save it as "CSV UTF-8"'):
            read_rules(write(tmp_path), times)


def result(one, **person):
    """Return somebody's result of a lesson."""
    lesson = LessonResult(ECHO, "echo", GRADED, 10, 20)
    submitted = {ECHO: person["submitted"]} if "submitted" in person else {}
    return SubmissionResult(one, "", [lesson], person=person, submitted=submitted)


def percent_of(one):
    """Return what lateness takes off of it."""
    return one.late.get(ECHO, {}).get("percent", 0)


def test_the_platforms_time_counts_a_list_overrides_it_and_without_one_nothing_is_taken_off():
    class_ = [
        result("ann", submitted="2026-11-23T12:00:00+00:00"),
        result("bob", participant="4711"),
        result("carol", flag="LATE"),
        result("dave", email="dave@example.org; eve@example.org", submitted="2026-12-01T12:00:00Z"),
    ]
    late = rules(
        submitted={"4711": at("2026-11-24T12:00:00")},
        waivers={"eve@example.org": Waiver("ill", None, 30), "nobody": Waiver()},
    )
    assert apply(late, class_, {ECHO}) == ["nobody"]
    assert [percent_of(one) for one in class_] == [10, 20, 0, 0]
    says = "lateness: the platform marks it late, but no time of submission is known; "
    assert class_[2].notes == [says + "nothing was taken off"]
    assert [one.notes for one in (class_[0], class_[1], class_[3])] == [[], [], []]


def test_rules_can_be_applied_again(tmp_path):
    ann, bob = result("ann", submitted="2026-11-23T12:00:00+00:00"), result("bob")
    ann.notes.append("left out: something")
    apply(rules(), [ann, bob], {ECHO})
    first = (ann.to_json(), bob.to_json())
    apply(rules(), [ann, bob], {ECHO})
    assert (ann.to_json(), bob.to_json()) == first
    later = rules(deadline=at("2027-01-01T00:00:00"), submitted={"bob": at("2026-01-01")})
    apply(later, [ann, bob], {"02_lines"})
    assert (ann.to_json()["late"], percent_of(ann)) == (first[0]["late"], 10)
    apply(later, [ann, bob], {ECHO})
    assert (ann.late, ann.notes, bob.notes) == ({}, ["left out: something"], [])
    assert not any(note.startswith(NOTE) for note in bob.notes)


def test_report_applies_rules_to_results_and_writes_them_back(tmp_path, capsys):
    lesson = {
        "id": "01_echo", "title": "echo", "state": "graded", "points": 10, "max_points": 20,
        "tasks": [],
    }  # fmt: skip
    one = {"id": "ann", "sha256": "", "notes": [], "lessons": [lesson]}
    described = {"id": "01_echo", "title": "echo", "points": 20, "tasks": []}
    document = {
        "format": 2, "kit": {"version": "1", "suite": "sha256:0"}, "sandbox": "unprotected",
        "seconds": 1, "lessons": [described], "submissions": [one],
    }  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.json").write_text(json.dumps(document))
    late = write(tmp_path, waivers="id,extra_days\nnobody,1\n")
    (tmp_path / "times.csv").write_text("id,submitted\nann,2026-11-24T12:00:00\n")
    words = ["report", str(out), "--late", str(late), "--submitted", str(tmp_path / "times.csv")]
    assert main([*words, "--plain"]) == 0
    assert "nobody here is called 'nobody'" in capsys.readouterr().out
    back = json.loads((out / "results.json").read_text())["submissions"][0]
    late = back["late"]["01_echo"]
    assert (late["days"], late["percent"], back["mark"]) == (2, 20, 8)
    assert main(["report", str(out), "--lesson", "2", "--plain"]) == 2
    assert "--lesson says for which lessons --late FILE is" in capsys.readouterr().err
    assert main(["report", str(out), "--submitted", str(late)]) == 2
    assert "give the rules too" in capsys.readouterr().err
