"""Grading a class once more: what is taken over, what is graded again, and why."""

import csv
import json
import shutil

import pytest

from grader.classrun.changes import changes, changes_csv
from grader.results import GRADED, MISSING, UNGRADED, LessonResult, SubmissionResult
from tests.classes import ENDS_AT_ONCE, grade, graded_lines, hands_in, lessons

NAMES = ("ann", "bob", "carl")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of three that was graded once, with lesson 1."""
    folder = tmp_path_factory.mktemp("school")
    for name in NAMES:
        hands_in(folder / "class", name, f"{ENDS_AT_ONCE}# {name}\n")
    done = grade(folder / "class", folder / "out")
    assert done.returncode == 0, done.stderr
    assert len(graded_lines(done.stdout)) == 3
    return folder


@pytest.fixture
def school(graded, tmp_path):
    """A copy of that class and its results, to be changed."""
    shutil.copytree(graded, tmp_path, dirs_exist_ok=True)
    return tmp_path


def again(school, *more):
    """Grade it again; return who was graded, and what changes.csv says."""
    done = grade(school / "class", school / "out", *more)
    assert done.returncode == 0, done.stderr
    return sorted(line.split()[1] for line in graded_lines(done.stdout)), table(school)


def table(school):
    """Return the rows of changes.csv as tuples."""
    path = school / "out" / "changes.csv"
    with path.open(newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def written(school):
    """Return when each file of the results was written."""
    files = (path for path in (school / "out").rglob("*") if path.is_file())
    return {path.name: path.stat().st_mtime_ns for path in files if path.name != ".running"}


def test_what_lateness_took_off_stays_off_until_the_rules_are_applied_again(school):
    (school / "late.toml").write_text(
        'deadline = 2026-11-22T23:59:00\ntimezone = "UTC"\npercent_per_day = 10\n'
    )
    (school / "times.csv").write_text("id,submitted\nann,2026-11-24T12:00:00\n")
    rules = ["--late", str(school / "late.toml"), "--submitted", str(school / "times.csv")]
    assert grade(school / "class", school / "out", *rules).returncode == 0
    assert percents(school) == {"ann": 20}
    for more in ([], ["--only", "ann"], ["--only", "bob"]):
        done = grade(school / "class", school / "out", *more)
        assert "as they were applied last" in done.stdout
        assert percents(school) == {"ann": 20}
    (school / "times.csv").write_text("id,submitted\nann,2026-11-22T12:00:00\n")
    assert grade(school / "class", school / "out", *rules).returncode == 0
    assert percents(school) == {}


def percents(school):
    """Return what was taken off of whom."""
    results = json.loads((school / "out" / "results.json").read_text())
    ids = {one["id"]: one["late"] for one in results["submissions"] if one["late"]}
    return {name: late[lesson]["percent"] for name, late in ids.items() for lesson in late}


def test_an_unchanged_class_is_taken_over_and_nothing_is_written_again(school):
    before = written(school)
    done = grade(school / "class", school / "out")
    assert "nothing has changed" in done.stdout
    assert graded_lines(done.stdout) == []
    assert all(lesson.cached for lesson in lessons(school / "out").values())
    after = written(school)
    assert {name for name in after if after[name] != before.get(name)} == {"results.json"}
    assert grade(school / "class", school / "out").returncode == 0
    assert written(school) == after


def test_a_page_that_was_removed_is_written_again(school):
    for name in ("gradebook.csv", "feedback/ann.html"):
        (school / "out" / name).unlink()
        assert grade(school / "class", school / "out").returncode == 0
        assert (school / "out" / name).is_file()


def test_only_what_has_changed_is_graded_and_told_of(school):
    hands_in(school / "class", "bob", "print('changed')\n")
    hands_in(school / "class", "dora", "print('new')\n")
    who, rows = again(school)
    assert who == ["bob", "dora"]
    assert rows == [
        ("bob", "01_echo", "0", "0", "submission changed"),
        ("dora", "01_echo", "", "0", "not graded before"),
    ]


def test_fresh_and_another_secret_grade_all_again(school):
    who, rows = again(school, "--fresh")
    assert who == list(NAMES)
    assert {row[4] for row in rows} == {"graded again (--fresh)"}
    (school / "secret").write_text("another secret")
    who, rows = again(school, "--secret", str(school / "secret"))
    assert who == list(NAMES)
    assert {row[4] for row in rows} == {"secret changed"}


def test_a_replay_has_the_recorded_seed_or_the_given_one_and_keeps_all_others(school):
    before = lessons(school / "out")
    hands_in(school / "class", "carl", "print('changed')\n")
    (school / "out" / "secret.key").unlink()  # lost: the recorded seed will do
    who, rows = again(school, "--only", "bob")
    assert who == ["bob"]
    assert rows == [("bob", "01_echo", "0", "0", "graded again (--only)")]
    now = lessons(school / "out")
    assert {name: one.seed for name, one in now.items()} == {n: o.seed for n, o in before.items()}
    assert now["carl", "01_echo"].graded_with == before["carl", "01_echo"].graded_with
    _, rows = again(school, "--only", "bob", "--seed", "77")
    assert lessons(school / "out")["bob", "01_echo"].seed == 77
    assert rows == [("bob", "01_echo", "0", "0", "seed given")]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--only", "bobb"], "--only bobb: no submission is called so; there are bob, ...\n"),
        (["--seed", "5"], "it needs --only ID"),
        (["--only", "bob", "--seed", "0"], "seeds are from 1 to"),
        (["--scheduler", "tcp://127.0.0.1:1"], "--scheduler is for --engine dask"),
    ],
)
def test_a_wrong_option_is_one_line(school, more, says):
    done = grade(school / "class", school / "out", *more)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_who_and_what_is_named_twice_is_graded_once(school):
    done = grade(school / "class", school / "out", "--fresh", *["--lesson", "1", "--lesson", "01"])
    assert "Grading 3 lessons of 3 submissions" in done.stdout
    assert not any(lesson.cached for lesson in lessons(school / "out").values())
    done = grade(school / "class", school / "out", *["--only", "bob"] * 2)
    assert "Grading 1 lesson of 1 submission" in done.stdout
    assert len(graded_lines(done.stdout)) == 1


def test_what_could_not_be_handed_over_is_written_by_the_next_run(school):
    shutil.rmtree(school / "out")
    (school / "out" / "junit.xml").mkdir(parents=True)
    done = grade(school / "class", school / "out")
    assert "cannot write" in done.stderr
    (school / "out" / "junit.xml").rmdir()
    done = grade(school / "class", school / "out")
    assert "nothing has changed" in done.stdout
    assert (school / "out" / "junit.xml").is_file()
    assert (school / "out" / "summary.md").is_file()


def test_a_run_of_one_lesson_keeps_the_others(school):
    hands_in(school / "class", "ann", ENDS_AT_ONCE, "02_lines")
    before = lessons(school / "out")
    done = grade(school / "class", school / "out", "--lesson", "2")
    assert done.returncode == 0
    now = lessons(school / "out")
    assert now["ann", "02_lines"].state == GRADED
    assert now["bob", "02_lines"].state == MISSING
    for name in NAMES:
        assert now[name, "01_echo"].points == before[name, "01_echo"].points
        assert now[name, "01_echo"].seconds == before[name, "01_echo"].seconds


def test_who_left_the_class_is_told_of(school):
    (school / "class" / "bob").rename(school / "bob")
    who, rows = again(school)
    assert who == []
    assert rows == [("bob", "01_echo", "0", "", "not in the class any more")]
    assert ("bob", "01_echo") not in lessons(school / "out")
    pages = {path.name for path in (school / "out").glob("*/*")}
    assert {"ann.html", "ann.md", "ann.json"} <= pages  # who uploads the folder hands out no more
    assert not {"bob.html", "bob.md", "bob.json"} & pages


def test_the_same_files_are_graded_once_for_all_who_handed_them_in(tmp_path):
    for name in NAMES:
        hands_in(tmp_path / "class", name, ENDS_AT_ONCE)
    done = grade(tmp_path / "class", tmp_path / "out")
    assert "ann 01_echo and 2 alike" in done.stdout
    found = lessons(tmp_path / "out")
    assert sorted(one.cached for one in found.values()) == [False, True, True]
    assert len({json.dumps(one.to_json()["tasks"]) for one in found.values()}) == 1


def test_a_broken_results_json_is_not_written_over(school):
    (school / "out" / "results.json").write_text("{")
    done = grade(school / "class", school / "out")
    assert done.returncode == 2
    assert "is not a results.json of this kit: move it away" in done.stderr
    assert (school / "out" / "results.json").read_text() == "{"


def submission(**facts):
    """Return a submission called =ann with one lesson."""
    given = {"id": "01_echo", "title": "", "state": GRADED, "points": 3, "max_points": 20}
    given |= {"graded_with": {"files": "f", "suite": "s", "kit": "1", "python": "3.11"}}
    return [SubmissionResult("=ann", "", [LessonResult(**(given | facts))])]


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        ({}, None),
        ({"cached": True}, None),
        ({"points": 5, "seconds": 1.0}, ("3", "5", "graded again (--fresh)")),
        ({"graded_with": {"files": "g", "suite": "s", "kit": "1", "python": "3.11"}},
         ("3", "3", "submission changed")),
        ({"graded_with": {"files": "f", "suite": "t", "kit": "2", "python": "3.12"}},
         ("3", "3", "suite changed; kit changed; python changed")),
        ({"state": MISSING, "graded_with": {}}, ("3", "missing", "submission changed")),
    ],
)  # fmt: skip
def test_changes_say_why(facts, row):
    told = list(changes(submission(), submission(**facts), "--fresh"))
    expected = [] if row is None else [("=ann", "01_echo", *row)]
    assert [(one.submission, one.lesson, one.old, one.new, one.why) for one in told] == expected
    assert changes_csv(told).count("'=ann") == len(told)


def test_a_lesson_that_the_grader_had_failed_on_is_told_of_when_it_is_graded():
    before = submission(state=UNGRADED)
    (told,) = changes(before, submission(), "")
    assert (told.old, told.new, told.why) == ("ungraded", "3", "the grader had failed")
