"""What the pages say in numbers is so, and what leaves no trace is on the list for review."""

import re
import tomllib

import pytest

from grader.box import limits
from grader.classrun import alike
from grader.course.catalogue import KIT, SOLUTION, all_lessons
from grader.course.starter import functions
from grader.wire.output import FLOOD
from tests.mutants.survivors import LIST
from tests.pages import INSTRUCTORS, PAGES, PLAYED, QUICK, between, parts

SECURITY = KIT / "tests" / "SECURITY.md"
HEADINGS = re.findall(r"^### (.+)$", INSTRUCTORS.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", QUICK)
def test_what_is_computed_is_in_step(name):
    page, make = QUICK[name]
    assert between(name, PAGES[page].read_text(encoding="utf-8")) == make(), "make pages"


def test_the_meetings_of_a_lesson_take_its_minutes():
    for lesson in all_lessons():
        assert sum(minutes for _, minutes in parts(lesson)) == lesson.minutes


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.id)
def test_instructors_are_told_about_each_lesson(lesson):
    text = INSTRUCTORS.read_text(encoding="utf-8")
    assert lesson.id.replace("_", " ") in HEADINGS
    section = text.partition(f"### {lesson.id.replace('_', ' ')}\n")[2].partition("\n##")[0]
    assert re.findall(r"^- \*\*(\w+):\*\*", section, re.M) == ["Say", "Show", "Stall", "Ask", "Cut"]
    for named in re.findall(r"\b([0-9]+\.[0-9]+)\b", section):
        assert named in lesson.by_id, f"there is no task {named}"


def test_every_notebook_has_its_place_in_a_lecture():
    text = INSTRUCTORS.read_text(encoding="utf-8")
    for path in (KIT / "notebooks").glob("*.ipynb"):
        assert f"`notebooks/{path.name}`" in text


def test_every_method_that_is_named_is_one_of_the_course():
    methods = {
        name
        for path in SOLUTION.glob("*/*.py")
        for name, _ in functions(path.read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`([A-Z]\w+\.\w+)`", INSTRUCTORS.read_text(encoding="utf-8")))
    assert named
    assert named <= methods


def test_what_mutants_have_shown_to_be_a_point_for_review_is_on_the_list():
    known = tomllib.loads(LIST.read_text(encoding="utf-8"))
    section = between_headings(INSTRUCTORS, "Mistakes that leave no trace")
    functions = {entry["function"] for entry in known["unseen"]}
    assert functions
    assert [name for name in sorted(functions) if f"`{name}`" not in section] == []


def test_the_limits_on_the_page_are_those_of_the_box():
    text = SECURITY.read_text(encoding="utf-8")
    one_file = limits.LIMITS["-f"] * 512 // limits.MIB
    assert f"{limits.MOST_DISK // limits.MIB} MiB a task" in text
    assert text.count(f"one file: {one_file} MiB") == 2
    gib = limits.MOST_MEMORY // (1024 * limits.MIB)
    printed = f"{FLOOD // limits.MIB} MiB of output"
    sums = f"{limits.MOST_PROCESSES} processes, {gib} GiB of memory, {printed}"
    assert f"{sums}, {limits.LIMITS['-t']} s of a processor" in text


def test_who_is_near_identical_is_said_as_it_is_found():
    honesty = between_headings(INSTRUCTORS, "Honesty")
    assert f"from a share of {alike.ALIKE} on" in honesty
    assert f"under {alike.FEWEST} tokens" in honesty


def test_the_attacks_on_the_page_are_those_that_are_tried():
    attacks = tomllib.loads((KIT / "tests/known/attacks.toml").read_text(encoding="utf-8"))
    tried = {attack["name"] for attack in attacks["attack"]}
    rows = re.findall(r"^- [a-z ]+: (`.+`)$", SECURITY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 8
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} <= tried


def between_headings(path, heading):
    """Return the part of a page under one heading of the second level."""
    text = path.read_text(encoding="utf-8")
    assert f"\n## {heading}\n" in text
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_picture_has_marks_in_the_readme():
    for name, (page, _) in PLAYED.items():
        assert between(name, PAGES[page].read_text(encoding="utf-8"))
