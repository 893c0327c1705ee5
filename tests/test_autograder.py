"""The autograder zip: what is in it, and that its two scripts grade in a clean folder."""

import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.course.catalogue import KIT, LESSONS, SOLUTION, all_lessons, find_lesson
from grader.handout.autograder_zip import SCRIPTS, stages_met, write_autograder
from tests.test_handover import gradescope_score

MOST_BYTES = 1024 * 1024
posix = pytest.mark.skipif(os.name != "posix", reason="Gradescope runs Linux")


@pytest.fixture(scope="module")
def zips(tmp_path_factory):
    """An autograder for lesson 1, and one for the whole course."""
    folder = tmp_path_factory.mktemp("zips")
    write_autograder(folder / "one.zip", [find_lesson("1")])
    write_autograder(folder / "all.zip", all_lessons())
    return folder


def names(path):
    """Return the names in a zip."""
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_the_scripts_lie_at_the_root_and_can_be_executed(zips):
    with zipfile.ZipFile(zips / "one.zip") as archive:
        for name in ("setup.sh", "run_autograder"):
            info = archive.getinfo(name)
            assert info.create_system == 3, "made on Unix, so that modes count"
            assert info.external_attr >> 16 == 0o100755
            assert archive.read(name).startswith(b"#!/")


def test_there_is_no_more_in_it_than_grading_needs(zips):
    for path in (zips / "one.zip", zips / "all.zip"):
        assert path.stat().st_size < MOST_BYTES
        tops = {name.partition("/")[0] for name in names(path)}
        assert tops <= {"setup.sh", "run_autograder", "grader", "lessons", "requirements",
                        "reference_solution", "pyproject.toml", "LICENSE"}  # fmt: skip
        assert not [name for name in names(path) if name.endswith((".md", ".ipynb", ".pyc"))]
    solutions = {name.split("/")[1] for name in names(zips / "all.zip") if "solution/" in name}
    assert solutions == {
        "04_broadcast",
        "06_usernames",
        "07_commands",
        "09_files",
        "10_slow_clients",
    }
    assert not [name for name in names(zips / "one.zip") if "solution" in name]


def test_the_same_kit_makes_the_same_zip(zips, tmp_path):
    write_autograder(tmp_path / "again.zip", [find_lesson("1")])
    assert (tmp_path / "again.zip").read_bytes() == (zips / "one.zip").read_bytes()


def test_a_suite_that_talks_to_the_kits_own_programs_finds_them():
    assert stages_met(find_lesson("5")) == {"04_broadcast"}
    assert stages_met(find_lesson("1")) == set()


@pytest.fixture
def autograder(zips, tmp_path):
    """Set a container's folder up from the zip for lesson 1; return it."""
    root = tmp_path / "autograder"
    unpack = ["unzip", "-q"] if shutil.which("unzip") else [sys.executable, "-m", "zipfile", "-e"]
    (root / "submission").mkdir(parents=True)
    words = [*unpack, str(zips / "one.zip"), *(["-d"] if unpack[0] == "unzip" else [])]
    subprocess.run([*words, str(root / "source")], check=True)
    for name in ("setup.sh", "run_autograder"):  # as Gradescope lays them out
        (root / "source" / name).chmod(0o755)
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    script(root, "source/setup.sh", KIT_VENV=sys.prefix)
    return root


def script(root, name, **environment):
    """Run one of the two scripts, with next to nothing in its environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    settings = {"PATH": path, "AUTOGRADER_ROOT": str(root), "LANG": "C.UTF-8", **environment}
    return subprocess.run(
        [str(root / name)], env=settings, cwd="/", capture_output=True, timeout=120, check=False
    )


def results(root):
    """Return what Gradescope reads."""
    row = json.loads((root / "results" / "results.json").read_text())
    assert not list((root / "results").glob("*.part"))
    return row


@posix
@pytest.mark.parametrize("place", [".", "01_echo", "my-project", "repo-main/lessons/01_echo"])
def test_full_marks_get_all_points_however_they_are_laid_out(autograder, place):
    shutil.copytree(SOLUTION / "01_echo", autograder / "submission" / place, dirs_exist_ok=True)
    done = script(autograder, "run_autograder")
    assert done.returncode == 0, done.stderr.decode()
    assert gradescope_score(results(autograder)) == (20, 20)


@posix
def test_a_broken_submission_gets_a_clear_result(autograder):
    (autograder / "submission" / "server.py").write_text("def main(:\n")
    assert script(autograder, "run_autograder").returncode == 0
    row = results(autograder)
    assert gradescope_score(row) == (0, 20)
    assert "SyntaxError" in row["tests"][0]["output"]


@posix
def test_an_empty_submission_gets_a_clear_result(autograder):
    assert script(autograder, "run_autograder").returncode == 0
    row = results(autograder)
    assert gradescope_score(row) == (0, 20)
    assert "Nothing was handed in." in row["tests"][0]["output"]


@posix
def test_a_grader_that_crashes_leaves_no_points_and_says_so(autograder):
    (autograder / "results").mkdir()
    (autograder / "results" / "results.json").write_text('{"score": 20}')
    (autograder / "source" / "grader" / "commands" / "grade.py").write_text(
        "import os\nos._exit(9)\n"
    )
    assert script(autograder, "run_autograder").returncode == 1
    row = results(autograder)
    assert row["score"] == 0
    assert "The grader did not finish" in row["output"]


@posix
def test_there_is_a_result_while_the_grader_still_works(autograder):
    """The stand-in for a grader looks at the results before it dies with its parent."""
    killer = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos._exit(0)\n"
    (autograder / "source" / "grader" / "commands" / "grade.py").write_text(killer)
    assert script(autograder, "run_autograder").returncode == -9
    assert results(autograder)["score"] == 0


def test_the_scripts_can_be_read_by_what_an_old_image_has():
    ast.parse((SCRIPTS / "run_autograder").read_text(), feature_version=(3, 6))
    if shutil.which("sh"):
        subprocess.run(["sh", "-n", SCRIPTS / "setup.sh"], check=True)


@posix
@pytest.mark.parametrize("unsafe", [True, False])
def test_who_made_the_zip_decides_whether_it_grades_without_a_sandbox(autograder, zips, unsafe):
    write_autograder(zips / "consent.zip", [find_lesson("1")], unsafe)
    if "yes-unsafe" in names(zips / "consent.zip"):
        (autograder / "source" / "yes-unsafe").touch()
    told = autograder / "told"
    stand_in = f"import sys\nopen({str(told)!r}, 'w').write(' '.join(sys.argv))\nsys.exit(1)\n"
    (autograder / "source" / "grader" / "commands" / "grade.py").write_text(stand_in)
    script(autograder, "run_autograder")
    assert ("--yes-unsafe" in told.read_text()) is unsafe


def test_the_command_writes_the_zip_and_says_what_it_is_worth(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "grader", "gradescope", "--lesson", "1", "--out",
         str(tmp_path / "new" / "a.zip")],
        cwd=KIT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "worth 20 points" in done.stdout
    assert {name for name in names(tmp_path / "new" / "a.zip") if name.startswith("lessons/")} == {
        f"lessons/01_echo/{path.name}"
        for path in (LESSONS / "01_echo").iterdir()
        if path.suffix in (".py", ".toml")
    }
