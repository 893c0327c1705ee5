"""What looks for flakes finds one: a program that loses a point is told, and the status says so."""

from __future__ import annotations

import re
import time

import pytest

from grader.course.catalogue import SOLUTION, find_lesson
from tests.known.catalogue import build, programs
from tests.soak import soak

ECHO = find_lesson("1")


def test_a_lost_point_is_told_with_its_story(tmp_path, capsys):
    wrong = build(programs("wrong", ECHO.id)[0], tmp_path / "wrong")
    subjects = [("reference", ECHO, SOLUTION), ("wrong", ECHO, wrong)]
    assert soak(subjects, range(1, 2), 2, 1.0, None) == 1
    said = capsys.readouterr().out
    assert "LOST: wrong, 01_echo, seed 1" in said
    assert "Expected" in said
    assert "2 suite runs, 1 lost a point" in said
    assert "runs: 01_echo 2\n" in said
    assert re.search(r"^longest: 1\.\d+ \d+\.\d s \((reference|wrong)\), ", said, re.MULTILINE)


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_no_run_begins_after_the_end(late, capsys):
    assert soak([("reference", ECHO, SOLUTION)], range(50), 2, 1.0, time.monotonic() - late) == 0
    assert "0 suite runs, 0 lost a point" in capsys.readouterr().out
