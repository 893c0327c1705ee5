"""Files for services that were not run here: they can be read, and name only what there is."""

import json
import os
import re
import shlex

import pytest
import yaml

from grader import bootstrap, cli
from grader.course.catalogue import KIT
from grader.handout import student_kit

KITS = KIT / ".github" / "workflows" / "kit.yml"
STUDENTS = student_kit.HAND_OUT / "check.yml"
WORKFLOWS = pytest.mark.parametrize("path", [KITS, STUDENTS], ids=lambda path: path.name)
DEVCONTAINER = KIT / ".devcontainer" / "devcontainer.json"
SYSTEMS = {"ubuntu-latest", "macos-latest", "windows-latest"}


def read(path):
    """Return a workflow; YAML takes its word `on` for true."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs(path):
    """Yield each job as it runs: its system, its steps, with what the matrix says filled in."""
    workflow = read(path)
    for job in workflow["jobs"].values():
        for row in job.get("strategy", {}).get("matrix", {}).get("include", [{}]):
            facts = {f"matrix.{name}": value for name, value in row.items()}
            facts |= {f"env.{name}": value for name, value in workflow.get("env", {}).items()}

            def filled(text, facts=facts):
                return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: facts[found[1]], text)

            steps = [
                {
                    name: filled(text) if name in ("run", "uses") else text
                    for name, text in one.items()
                }
                for one in job["steps"]
            ]
            yield filled(job["runs-on"]), steps


def is_there(command, commands=cli.COMMANDS):
    """Check that a command names only what the kit has, and options that it knows."""
    words = shlex.split(command.replace("\\", "/"))
    if words[:2] == ["sudo", "apt-get"]:
        return
    if re.fullmatch(r"python3?|\.venv/(bin|Scripts)/python", words[0]):
        words = words[1:]
    if words[:2] == ["-m", "grader"]:
        assert words[2] in commands
        cli.parser([words[2]]).parse_args(words[2:])
        return
    if words[:2] == ["-m", "pytest"]:
        words = [word for word in words if word.startswith("tests/")]
    if words[0] == "grader/bootstrap.py":
        assert words[1:] == [name for name in words[1:] if name in bootstrap.SETS]
    assert words
    assert all((KIT / word).is_file() for word in words if "/" in word), words


@WORKFLOWS
def test_a_workflow_may_read_and_nothing_else_and_pins_its_actions(path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    text = path.read_text(encoding="utf-8")
    assert "secrets" not in text
    assert "github.event" not in text, "a text of somebody else would become a command"
    for action in re.findall(r"uses: (\S+)", text):
        assert re.fullmatch(r"actions/[a-z-]+@v[0-9]+", action)
    assert all(job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())
    assert "not run by us" in text


@WORKFLOWS
def test_a_workflow_runs_on_three_systems_and_calls_what_is_there(path):
    commands = student_kit.COMMANDS if path == STUDENTS else cli.COMMANDS
    assert {system for system, _ in jobs(path)} == SYSTEMS
    for system, steps in jobs(path):
        runs = [step["run"] for step in steps if "run" in step]
        assert runs
        for run in runs:
            is_there(run, commands)
            assert (".venv\\Scripts" in run) <= (system == "windows-latest")
            assert (".venv/bin" in run) <= (system != "windows-latest")


def test_on_linux_the_kit_is_tested_as_everywhere_else():
    (steps,) = [steps for system, steps in jobs(KITS) if system == "ubuntu-latest"]
    assert steps[-1]["run"] == ".ci/run"
    assert os.access(KIT / ".ci" / "run", os.X_OK) or os.name != "posix"


def test_the_students_workflow_comes_with_their_kit():
    assert student_kit.FOR_STUDENTS[".github/workflows/check.yml"] == STUDENTS.name


def test_the_container_is_set_up_by_what_sets_everybody_up():
    container = json.loads(DEVCONTAINER.read_text(encoding="utf-8"))
    is_there(container["postCreateCommand"])
    name, _, version = container["image"].partition(":")
    assert name == "python"
    assert tuple(map(int, version.split("."))) >= bootstrap.OLDEST
    assert DEVCONTAINER.relative_to(KIT).as_posix() in student_kit.ALONE


def test_binder_installs_the_lock_on_a_python_that_will_do():
    lines = (KIT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if not line.startswith("#")]
    option, lock = line.split()
    assert option == "-r"
    text = (KIT / ".binder" / lock).resolve(strict=True).read_text(encoding="utf-8")
    assert "\njupyterlab==" in text
    version = (KIT / ".binder" / "runtime.txt").read_text(encoding="utf-8")
    assert tuple(map(int, version.removeprefix("python-").split("."))) >= bootstrap.OLDEST


@pytest.mark.parametrize(
    "command",
    [
        "python -m grader nonsense",
        "python -m grader check --nonsense",
        "python grader/bootstrap.py half",
        "python -m pytest tests/test_gone.py",
        ".ci/walk",
    ],
)
def test_a_command_that_is_not_there_would_be_noticed(command, capsys):
    with pytest.raises((AssertionError, SystemExit)):
        is_there(command)


def test_the_parser_reads_what_a_service_reads():
    assert read(STUDENTS)[True] == ["push", "workflow_dispatch"]
