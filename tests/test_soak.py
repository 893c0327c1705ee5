"""What looks for flakes finds one: a program that loses a point is told, and the status says so."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from grader.course.catalogue import SOLUTION, find_lesson
from tests.known.catalogue import build, programs
from tests.soak import soak
from tests.tally import Tally, tell_all

ECHO = find_lesson("1")


def test_a_lost_point_is_told_with_its_story(tmp_path, capsys):
    wrong = build(programs("wrong", ECHO.id)[0], tmp_path / "wrong")
    subjects = [("reference", ECHO, SOLUTION), ("wrong", ECHO, wrong)]
    tally = soak(subjects, range(2), 2, 1.0, None)
    assert tally.lost == {"wrong 01_echo": 1}
    said = capsys.readouterr().out
    assert "LOST: wrong, 01_echo, seed 1" in said
    assert "Expected" in said
    assert "2 suite runs, 1 lost a point (500.0 in 1,000)\n  lost: wrong 01_echo: 1\n" in said
    assert "runs: 01_echo 2\n" in said
    assert re.search(r"^longest: 1\.\d+ \d+\.\d s \((reference|wrong)\), ", said, re.MULTILINE)


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_no_run_begins_after_the_end(late, capsys):
    end = time.monotonic() - late
    assert not soak([("reference", ECHO, SOLUTION)], range(50), 2, 1.0, end).done
    assert "0 suite runs, 0 lost a point" in capsys.readouterr().out


def test_kept_slices_add_up(tmp_path, capsys):
    file = tmp_path / "new" / "slices"
    for under, lost in (("busy", 0), ("crowd", 1)):
        tally = Tally()
        tally.done["01_echo"] = 400
        tally.lost["bob 01_echo"] = lost
        tally.keep(file, under)
    tell_all(file)
    said = capsys.readouterr().out
    assert "800 suite runs, 1 lost a point (1.2 in 1,000)\n  lost: bob 01_echo: 1\n" in said
    assert said.endswith("runs: 01_echo 800\n")


@pytest.mark.skipif(os.name != "posix", reason="there a signal cannot be sent to one process")
def test_a_slice_that_is_ended_keeps_what_it_has(tmp_path):
    file = tmp_path / "slices"
    words = ["--lesson", "1", "--only-reference", "--under", "crowd", "--jobs", "1"]
    slice_ = subprocess.Popen(
        [sys.executable, "-u", "-m", "tests.soak", *words, "--runs", "99", "--keep", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert slice_.stdout
    begun = [slice_.stdout.readline() for _ in range(2)]
    assert begun == ["-- crowd\n", "1 programs, seeds from 1\n"]
    slice_.send_signal(signal.SIGTERM)
    said, errors = slice_.communicate()
    assert "suite runs, 0 lost a point" in said
    assert errors == ""
    assert json.loads(file.read_text())["lost"] == {}
