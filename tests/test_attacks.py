"""Hostile submissions: they earn nothing, see nothing, leave nothing, and harm nobody.

They run at the level that this machine offers, which is said. Below a real box most of them
would succeed, and some would end more than the test: then only a note says so.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import psutil
import pytest

from grader.box.box import ISOLATED, NO_PROC, UNPROTECTED
from grader.box.levels import best_level
from grader.box.walls import bubblewrap, parents
from grader.course.catalogue import KIT, find_lesson
from grader.judging.run import Job, run_lesson
from grader.results import GRADED
from grader.wire.debts import machine_is_crowded
from grader.wire.patience import MOST_OWED, MOST_STARVED, TASK_SECONDS, measured_slowness

ATTACKS = tomllib.loads((KIT / "tests/known/attacks.toml").read_text())["attack"]
LEVEL = best_level()
BOXED = LEVEL in (ISOLATED, NO_PROC)
CANARY = "CANARY-e1f0c7"
TASKS = ("1.1", "1.2")  # that it listens, which some do; that it echoes, which none does
MORE_SECONDS = 1.0  # than the limit of the task may be used
USER = 60002  # an ordinary user that nobody is
NUMBERS_IN_A_BOX = 50  # whoever has a higher process number is not in one
GUARD = f"""
import os
if os.getpid() > {NUMBERS_IN_A_BOX}:
    print("GOT out of its box", file=__import__("sys").stderr, flush=True)
    os._exit(1)
"""
WRONG_SERVER = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
while True:
    peer, _ = listener.accept()
    peer.recv(100); peer.sendall(b"wrong\\n"); peer.close()
"""

needs_a_box = pytest.mark.skipif(
    not BOXED, reason=f"this machine offers the level {LEVEL}: attacks would not be contained"
)


@pytest.fixture
def surroundings(tmp_path, monkeypatch):
    """What an attack would like to reach, and a process that it would like to end."""
    monkeypatch.setenv("KIT_TEST_SECRET", CANARY)
    neighbour = tmp_path / "neighbour" / "01_echo"
    neighbour.mkdir(parents=True)
    (neighbour / "server.py").write_text(f"# {CANARY}\n")
    (tmp_path / "results.json").write_text("{}")
    victim = subprocess.Popen([sys.executable, "-c", f"input()  # {CANARY}"], stdin=-1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield {
            "@KIT@": str(KIT),
            "@NEIGHBOUR@": str(neighbour.parent),
            "@RESULTS@": str(tmp_path / "results.json"),
            "@PORT@": str(listener.getsockname()[1]),
            "@PID@": str(victim.pid),
        }
    unharmed = victim.poll() is None
    victim.kill()
    victim.communicate()
    assert unharmed, "it has ended a process that is none of its own"
    assert (tmp_path / "results.json").read_text() == "{}"
    assert (neighbour / "server.py").read_text() == f"# {CANARY}\n"


def hand_in(attack, folder: Path, surroundings, guard: str = GUARD) -> Path:
    """Make the submission of this attack."""
    lesson = folder / "submission" / "01_echo"
    lesson.mkdir(parents=True)
    code = attack["code"]
    for word, value in surroundings.items():
        code = code.replace(word, value)
    (lesson / "server.py").write_text(guard + code + ("" if attack.get("alone") else WRONG_SERVER))
    for name, text in attack.get("files", {}).items():
        (lesson / name).write_text(text)
    return lesson.parent


def graded(submission: Path, level: str = LEVEL):
    """Grade the two tasks, and return the result."""
    job = Job(find_lesson("1"), submission, TASKS, slowness=measured_slowness(), box=level)
    return run_lesson(job)


@needs_a_box
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["name"])
def test_an_attack_is_contained(attack, tmp_path, surroundings):
    result = graded(hand_in(attack, tmp_path, surroundings))
    assert result.state == GRADED, result
    assert result.tasks[-1].points == 0, "it has earned points"
    told = json.dumps(result.to_json())
    assert "GOT" not in told, told[told.index("GOT") :][:200]
    assert CANARY not in told
    says = attack.get("says", "")
    assert re.search(says, told), f"its author is not told {says!r}: {result.notes} {result.tasks}"
    if late := too_late(result):  # on a busy machine the harness may be, once
        late = too_late(graded(hand_in(attack, tmp_path / "again", surroundings)))
    assert not late


def too_late(result) -> list[str]:
    """Return a line for each task that took longer than its limit and a second."""
    most = TASK_SECONDS + MOST_OWED + (MOST_STARVED if machine_is_crowded() else 0)
    limit = most * measured_slowness() + MORE_SECONDS
    return [f"{one.id} took {one.seconds} s" for one in result.tasks if one.seconds > limit]


@needs_a_box
def test_what_was_left_is_gone_when_the_suite_is(tmp_path, surroundings):
    attack = next(attack for attack in ATTACKS if attack["name"] == "leaves-a-process")
    result = graded(hand_in(attack, tmp_path, surroundings))
    assert result.notes == []  # each belonged to a program that ran until we ended it
    mark = f"left by {surroundings['@PID@']}"
    assert not [one for one in psutil.process_iter() if mark in " ".join(_words(one))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


SOME = "kills or reads or rewrites or daemon or outside or becomes or looks or forges or disk"


@needs_a_box
@pytest.mark.skipif(os.geteuid() != 0, reason="not root: all of them ran as an ordinary user")
def test_attacks_on_an_ordinary_user_are_contained():
    with tempfile.TemporaryDirectory(prefix="kit-user-") as name:  # pytest's are for root alone
        _attack_an_ordinary_user(Path(name))


def _attack_an_ordinary_user(place: Path) -> None:
    os.chown(place, USER, USER)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", SOME]
    words += ["--basetemp", str(place / "tests"), "--rootdir", str(KIT), str(Path(__file__))]
    run = subprocess.run(
        [*_as_ordinary_user(), sys.executable, *words],
        cwd=KIT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(place), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "skipped" not in run.stdout.splitlines()[-1], run.stdout


def _as_ordinary_user() -> list[str]:
    """Return the words that become somebody else, to whom root's home shows Python and the kit."""
    words = [bubblewrap() or "", "--dev-bind", "/", "/"]
    homes = {_top(path) for path in (Path(sys.base_prefix).resolve(), KIT)}
    closed = [home for home in homes if not home.stat().st_mode & 1]
    for home in closed:
        words += ["--perms", "0755", "--tmpfs", str(home)]
    for path in (Path(sys.base_prefix).resolve(), KIT):
        if _top(path) in closed:
            words += [*parents(path), "--ro-bind", str(path), str(path)]
    user = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all"]
    return [*words, "--", "/usr/bin/setpriv", *user, "--bounding-set=-all", "--"]


def _top(path: Path) -> Path:
    """Return the folder below the root in which it lies, or which it is."""
    return Path(*path.parts[:2])


@pytest.mark.parametrize(
    "name", ["reads-a-neighbour", "rewrites-results-at-exit", "asks-a-server-outside"]
)
def test_without_a_box_it_would_succeed(name, tmp_path, surroundings):
    attack = next(attack for attack in ATTACKS if attack["name"] == name)
    submission = hand_in(attack, tmp_path, surroundings, guard="")
    told = json.dumps(graded(submission, UNPROTECTED).to_json())
    Path(surroundings["@RESULTS@"]).write_text("{}")
    assert "GOT" in told
