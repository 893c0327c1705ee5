"""A class that is graded lesson by lesson into one folder of results, week after week."""

import errno
import json
import shutil

import pytest

from grader.classrun import claim
from grader.classrun.seeds import read_secret
from grader.cli import main
from grader.course.catalogue import SOLUTION
from grader.errors import UserError
from tests.classes import ENDS_AT_ONCE, grade

MONDAY = 'timezone = "UTC"\npercent_per_day = 10\ndeadline = 2026-11-'


def results(school):
    """Return what results.json says of each submission."""
    whole = json.loads((school / "out" / "results.json").read_text())
    return {one["id"]: one for one in whole["submissions"]}


def rules(school, week, day, times):
    """Write a week's rules; return the options."""
    (school / f"late{week}.toml").write_text(f"{MONDAY}{day}T12:00:00\n")
    (school / f"times{week}.csv").write_text(f"id,submitted\n{times}")
    return ["--late", school / f"late{week}.toml", "--submitted", school / f"times{week}.csv"]


def week(school, number, *people):
    """Hand in a week's lesson for these people; return its class folder and options."""
    lesson = ("01_echo", "02_lines")[number - 1]
    folder = school / f"week{number}"
    for name in people:
        place = folder / name / lesson
        shutil.copytree(SOLUTION / lesson, place)
        (place / "server.py").write_text(f"{ENDS_AT_ONCE}# {name}\n")
    return folder, ["--lesson", str(number)]


def test_each_week_has_its_own_lateness_and_people(tmp_path):
    first, options = week(tmp_path, 1, "ann", "bob")
    late = rules(tmp_path, 1, "02", "ann,2026-11-04T11:00:00\nbob,2026-11-02T11:00:00\n")
    assert grade(first, tmp_path / "out", *options, *late).returncode == 0
    second, options = week(tmp_path, 2, "ann", "carl")
    late = rules(tmp_path, 2, "09", "ann,2026-11-09T11:00:00\ncarl,2026-11-10T11:00:00\n")
    done = grade(second, tmp_path / "out", *options, *late)
    assert done.returncode == 0, done.stderr
    says = "Graded before, and not in the class folder now; results of other lessons kept: 'bob'"
    assert says in done.stdout
    found = results(tmp_path)
    assert {name: [one["id"] for one in found[name]["lessons"]] for name in found} == {
        "ann": ["01_echo", "02_lines"], "bob": ["01_echo"], "carl": ["02_lines"],
    }  # fmt: skip
    percents = {name: {key: one["percent"] for key, one in found[name]["late"].items()}
                for name in found}  # fmt: skip
    assert percents == {"ann": {"01_echo": 20}, "bob": {}, "carl": {"02_lines": 10}}
    assert not any("lateness" in note for one in found.values() for note in one["notes"])
    shutil.rmtree(first / "ann")
    done = grade(first, tmp_path / "out", "--lesson", "1", "--lesson", "2")
    assert "left out, with all results: 'ann', 'carl'" in done.stdout
    assert list(results(tmp_path)) == ["bob"]


def test_a_copy_of_what_was_graded_before_is_named_as_alike(tmp_path):
    pytest.importorskip("rapidfuzz")
    shutil.copytree(SOLUTION / "01_echo", tmp_path / "class" / "ann" / "01_echo")
    shutil.copytree(SOLUTION / "01_echo", tmp_path / "class" / "zoe" / "01_echo")
    (tmp_path / "class" / "zoe" / "01_echo" / "server.py").write_text(ENDS_AT_ONCE)
    for name in ("client.py", "serving.py"):
        (tmp_path / "class" / "zoe" / "01_echo" / name).unlink(missing_ok=True)
    grade(tmp_path / "class", tmp_path / "out", "--lesson", "1")
    shutil.copytree(tmp_path / "class" / "ann", tmp_path / "class" / "bob")
    done = grade(tmp_path / "class", tmp_path / "out", "--lesson", "1")
    assert "nothing has changed" in done.stdout
    assert "100 % like" in done.stdout
    shutil.rmtree(tmp_path / "class" / "bob")
    done = grade(tmp_path / "class", tmp_path / "out", "--lesson", "1")
    assert "bob" not in (tmp_path / "out" / "index.html").read_text()


def test_a_secret_that_could_be_guessed_is_refused(tmp_path):
    (tmp_path / "secret.key").touch()
    with pytest.raises(UserError, match=r"secret\.key has 0 bytes, and could be guessed"):
        read_secret(tmp_path / "secret.key")
    (tmp_path / "secret.key").unlink()
    assert len(read_secret(tmp_path / "secret.key")) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_file_system_without_locks_is_told_as_what_it_is(tmp_path, monkeypatch):
    def no_locks(file):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(claim, "_lock", no_locks)
    with (
        pytest.raises(UserError, match="Function not implemented; choose an --out on a local disk"),
        claim.claimed(tmp_path / "out"),
    ):
        pass


def test_each_week_has_the_time_that_the_platform_had_for_it(tmp_path):
    """Gradescope's download of a week tells of that week only."""
    for number, day in ((1, "02"), (2, "20")):
        folder, options = week(tmp_path, number, "submission_7")
        (folder / "submission_metadata.yml").write_text(
            "submission_7:\n  :submitters:\n  - :name: Ann\n    :email: ann@example.org\n"
            f"  :created_at: 2026-11-{day} 11:00:00 Z\n"
        )
        (tmp_path / f"late{number}.toml").write_text(f"{MONDAY}{day}T12:00:00\n")
        options += ["--late", tmp_path / f"late{number}.toml"]
        assert grade(folder, tmp_path / "out", *options).returncode == 0
    once_more = ["report", str(tmp_path / "out"), "--plain", "--lesson", "1"]
    assert main([*once_more, "--late", str(tmp_path / "late1.toml")]) == 0
    [ann] = results(tmp_path).values()
    assert {name: when[:10] for name, when in ann["submitted"].items()} == {
        "01_echo": "2026-11-02", "02_lines": "2026-11-20",
    }  # fmt: skip
    assert ann["late"] == {}


def test_who_is_alike_is_looked_for_where_files_have_changed_whoever_graded_them(tmp_path):
    """A replay of one submission compares nothing; the next run of the class makes up for it."""
    pytest.importorskip("rapidfuzz")
    for name in ("ann", "bob"):
        (tmp_path / "class" / name / "01_echo").mkdir(parents=True)
    own = {name: tmp_path / "class" / name / "01_echo" / "server.py" for name in ("ann", "bob")}
    own["ann"].write_text(ENDS_AT_ONCE)
    own["bob"].write_text((SOLUTION / "10_slow_clients" / "room.py").read_text())
    options = ("--lesson", "1")
    assert "% like" not in grade(tmp_path / "class", tmp_path / "out", *options).stdout
    shutil.copyfile(own["bob"], own["ann"])
    done = grade(tmp_path / "class", tmp_path / "out", *options, "--only", "ann")
    assert done.returncode == 0 and "% like" not in done.stdout
    done = grade(tmp_path / "class", tmp_path / "out", *options)
    assert "nothing has changed" in done.stdout and "100 % like ann" in done.stdout
    own["ann"].write_text(ENDS_AT_ONCE)
    grade(tmp_path / "class", tmp_path / "out", *options, "--only", "ann")
    done = grade(tmp_path / "class", tmp_path / "out", *options)
    assert "nothing has changed" in done.stdout and "% like" not in done.stdout
