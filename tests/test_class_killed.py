"""A class run that is killed, interrupted, or finds no room: nothing lost, nothing graded twice."""

import io
import os
import signal
import subprocess
from pathlib import Path

import pytest

from grader import cli
from grader.classrun import claim
from grader.classrun.claim import CLAIM, claimed
from grader.classrun.journal import JOURNAL, Journal, read_journal
from grader.document import RESULTS, Document, read_document, write_document
from grader.errors import UserError
from grader.results import GRADED, LessonResult
from tests.classes import (
    ENDS_AT_ONCE,
    SLEEPER,
    family,
    grade,
    graded_lines,
    hands_in,
    lessons,
    start,
    still_there,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")
NAMES = [f"s{number}" for number in range(5)]


@pytest.fixture
def five(tmp_path):
    """A class of five whose suites are soon done."""
    for name in NAMES:
        hands_in(tmp_path / "class", name, f"{ENDS_AT_ONCE}# {name}\n")
    return tmp_path


def read_until(process, count):
    """Read its stdout until it has told of so many graded lessons."""
    told = 0
    while told < count:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        told += len(graded_lines(line))


def marks(out):
    """Return the results without what may differ between two runs."""
    found = {}
    for name, lesson in lessons(out).items():
        row = lesson.to_json()
        tasks = [(task["id"], task["state"], task["points"]) for task in row["tasks"]]
        found[name] = (row["state"], row["points"], row["seed"], row["graded_with"], tasks)
    return found


def test_a_run_that_was_killed_goes_on_and_grades_nothing_twice(five):
    grade(five / "class", five / "undisturbed", "--secret", str(five / "secret"))
    more = ("--jobs", "2", "--secret", str(five / "secret"))
    run = start(five / "class", five / "out", *more)
    read_until(run, 2)
    started = family(run.pid)
    assert started
    run.kill()
    run.communicate()
    assert still_there(started) == []
    workshop = Path((five / "out" / CLAIM).read_text().split()[1])
    assert workshop.is_dir()
    kept = [name for _, names, _ in read_journal(five / "out") for name in names]
    with (five / "out" / JOURNAL).open("ab") as file:
        file.write(b'{"submissions": ["s4"], "lesson": {"id": "01_ec')
    done = grade(five / "class", five / "out", *more)
    assert done.returncode == 0, done.stderr
    assert not workshop.exists()
    assert {line.split()[1] for line in graded_lines(done.stdout)} == set(NAMES) - set(kept)
    assert len(graded_lines(done.stdout)) == 5 - len(kept)
    assert marks(five / "out") == marks(five / "undisturbed")
    assert not (five / "out" / JOURNAL).exists()


def test_ctrl_c_writes_what_is_done_and_the_same_command_continues(five):
    hands_in(five / "class", "slow", SLEEPER)
    run = start(five / "class", five / "out", "--jobs", "1")
    read_until(run, 2)
    started = family(run.pid)
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130, errors
    found = lessons(five / "out")
    assert 2 <= len(found) < 6
    words = f"interrupted: {len(found)} of 6 lessons; the same command continues"
    assert errors == f"grader: {words}\n"
    assert {one.state for one in found.values()} == {GRADED}
    assert (five / "out" / "index.html").is_file()
    assert still_there(started) == []
    read = read_document(five / "out" / RESULTS).submissions
    assert [one.unfinished for one in read if not one.lessons] == [["01_echo"]] * (6 - len(found))
    done = grade(five / "class", five / "out")
    assert not any(one.unfinished for one in read_document(five / "out" / RESULTS).submissions)
    assert len(graded_lines(done.stdout)) == 6 - len(found)
    assert len(lessons(five / "out")) == 6
    assert not (five / "out" / "changes.csv").exists()


def test_a_fresh_run_that_was_interrupted_goes_on_and_tells_its_changes(five):
    grade(five / "class", five / "out")
    run = start(five / "class", five / "out", "--fresh", "--jobs", "1")
    read_until(run, 2)
    os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=60)
    done = grade(five / "class", five / "out", "--fresh")
    assert 0 < len(graded_lines(done.stdout)) <= 3
    rows = (five / "out" / "changes.csv").read_text().splitlines()
    assert len([row for row in rows if row.endswith("graded again (--fresh)")]) == 5


def test_two_runs_do_not_write_to_the_same_folder(five):
    with claimed(five / "out") as workshop:
        done = grade(five / "class", five / "out")
        assert workshop.is_dir()
    assert done.returncode == 2
    assert f"another run (process {os.getpid()}) is writing to" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not workshop.exists()


def test_a_report_waits_for_nobody_and_writes_over_nobodys_results(tmp_path, capsys):
    write_document(tmp_path / RESULTS, Document("0", "isolated", 1.0, []))
    with claimed(tmp_path):
        assert cli.main(["report", str(tmp_path)]) == 2
    assert "another run" in capsys.readouterr().err
    assert cli.main(["report", str(tmp_path)]) == 0
    assert cli.main(["report", str(tmp_path / "nowhere")]) == 2
    assert not (tmp_path / "nowhere").exists()


def test_where_the_owner_of_a_folder_cannot_be_read_it_is_unknown(tmp_path, monkeypatch):
    """Windows lets nobody read what another one has locked."""

    class Locked(io.StringIO):
        def read(self, size=-1, /):
            raise PermissionError(13, "Permission denied")

    def refuse(file):
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(claim, "_lock", refuse)
    monkeypatch.setattr(Path, "open", lambda *words, **more: Locked())
    with pytest.raises(UserError, match=r"another run \(process unknown\)"), claimed(tmp_path):
        pass


def test_the_claim_of_a_dead_run_is_taken_and_its_programs_are_ended(tmp_path):
    left = tmp_path / "kit-class-left"
    left.mkdir()
    (tmp_path / CLAIM).write_text(f"1 {left}\n")
    words = {"TMPDIR": str(left / "scratch")}
    program = subprocess.Popen(["sleep", "100"], env=os.environ | words, start_new_session=True)
    other = subprocess.Popen(["sleep", "100"], cwd=left)
    with claimed(tmp_path):
        assert program.wait(10) == -signal.SIGKILL
        assert other.poll() is None
        assert not left.exists()
    other.kill()
    other.wait()


def test_a_claim_that_names_another_folder_harms_nobody(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (tmp_path / CLAIM).write_text(f"1 {mine}\n")
    with claimed(tmp_path):
        assert mine.is_dir()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_one_line(five):
    (five / "out").mkdir()
    (five / "out" / JOURNAL).symlink_to("/dev/full")
    done = grade(five / "class", five / "out")
    assert done.returncode == 2
    assert "progress.jsonl: No space left on device; mend that" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_place_that_cannot_be_written_is_one_line(five):
    (five / "file").write_text("")
    done = grade(five / "class", five / "file" / "out")
    assert done.returncode == 2
    assert "choose another --out" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_journal_passes_over_half_a_line_and_goes_on_behind_it(tmp_path):
    one = LessonResult("01_echo", "t", GRADED, 3, 20)
    with Journal(tmp_path, "") as journal:
        journal.keep(["a"], one)
    whole = (tmp_path / JOURNAL).read_bytes()
    (tmp_path / JOURNAL).write_bytes(whole + whole[-40:-9])
    with Journal(tmp_path, "--fresh") as journal:
        journal.keep(["b", "c"], one)
    rows = [(mode, names, result) for mode, names, result in read_journal(tmp_path)]
    assert rows == [("", ["a"], one), ("--fresh", ["b", "c"], one)]


def test_a_full_disk_is_said_by_the_journal_itself(tmp_path):
    (tmp_path / JOURNAL).mkdir()
    with pytest.raises(UserError, match="Is a directory"):
        Journal(tmp_path, "")
