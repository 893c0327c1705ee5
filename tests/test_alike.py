"""Near-identical submissions are found through renaming and moving; starters never are."""

import ast
import builtins
import random
import re
import shutil
import sys

import pytest

from grader.classrun.alike import FEWEST, find_alike
from grader.course.catalogue import KIT, SOLUTION, all_lessons, find_lesson

pytest.importorskip("rapidfuzz", reason="the optional group `alike` is not installed")
USERNAMES = find_lesson("6")
SAMPLE = KIT / "tests" / "sample_class"


@pytest.fixture
def hand_in(tmp_path):
    """Copy a lesson of a submission under a name; return its folder."""

    def copy(name, source=SOLUTION, lesson=USERNAMES):
        shutil.copytree(source / lesson.id, tmp_path / name / lesson.id)
        return tmp_path / name

    return copy


def change(folder, mend, lesson=USERNAMES):
    """Rewrite every program of the lesson."""
    for path in (folder / lesson.id).glob("*.py"):
        path.write_text(mend(path.read_text()))


def found(lessons=(USERNAMES,), **folders):
    """Return the pairs that are named, with their shares."""
    return {(one.a, one.b): one.share for one in find_alike(folders, lessons)}


def test_a_copy_is_found_and_an_independent_program_is_not(hand_in):
    other = SAMPLE / "selectors-instead-of-threads"
    shares = found(ann=hand_in("ann"), bob=hand_in("bob"), cleo=hand_in("cleo", other))
    assert shares == {("ann", "bob"): 1.0}


def test_two_untouched_starters_are_not_alike():
    for lesson in all_lessons():
        assert found([lesson], ann=KIT / "lessons", bob=KIT / "lessons") == {}


def test_a_copy_with_other_names_comments_and_order_is_found(hand_in):
    def rename(source):
        tree = ast.parse(source)
        tree.body.sort(key=lambda node: isinstance(node, ast.FunctionDef))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names -= set(dir(builtins))
        for name in names:
            source = re.sub(rf"\b{name}\b", f"my_{name}", source)
        return "# my own work\n" + source.replace("\n\n\n", "\n\n# another\n\n")

    bob = hand_in("bob")
    change(bob, rename)
    [share] = found(ann=hand_in("ann"), bob=bob).values()
    assert share > 0.9


def test_one_who_rewrote_a_third_is_not_named(hand_in):
    dice = random.Random(1)
    bob = hand_in("bob")
    change(bob, lambda source: "\n".join(
        line if dice.random() > 0.34 else "    total = [first, second][index] + sum(rest)"
        for line in source.splitlines()))  # fmt: skip
    assert found(ann=hand_in("ann"), bob=bob) == {}


@pytest.mark.parametrize(
    "broken",
    [b"def main(:\n", b"\xff\xfe\x00" * 999, b'"""' + b"x = 1\n" * 999, b"", b"((((" * 99999,
     b"\n" * 190_000],
)  # fmt: skip
def test_broken_source_does_no_harm(hand_in, broken):
    bob = hand_in("bob")
    (bob / USERNAMES.id / "server.py").write_bytes(broken)
    find_alike({"ann": hand_in("ann"), "bob": bob}, [USERNAMES])


def test_a_missing_lesson_is_nothing(tmp_path, hand_in):
    (tmp_path / "nobody").mkdir()
    assert found(ann=hand_in("ann"), nobody=tmp_path / "nobody") == {}


def test_each_is_named_once_a_lesson_however_many_are_the_same(hand_in):
    folders = {name: hand_in(name) for name in ("a", "b", "c", "d")}
    assert sorted(found(**folders)) == [("a", "b"), ("a", "c"), ("a", "d")]


def test_two_short_answers_are_not_compared(hand_in, tmp_path):
    short = "def total(numbers):\n    return sum(n for n in numbers if n)\n"
    for name in ("ann", "bob"):
        place = tmp_path / name / USERNAMES.id
        place.mkdir(parents=True)
        (place / "server.py").write_text(short)
    assert len(short) < FEWEST
    assert found(ann=tmp_path / "ann", bob=tmp_path / "bob") == {}


def test_without_the_library_nothing_is_found(hand_in, monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    assert found(ann=hand_in("ann"), bob=hand_in("bob")) == {}
