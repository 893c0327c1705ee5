"""The mutator: what it changes, what it leaves alone, and the list of equivalent mutants."""

import textwrap
import tomllib
from functools import cache

import pytest

from grader.course.catalogue import all_lessons, find_lesson
from tests.mutants.__main__ import spread
from tests.mutants.killing import (
    EQUIVALENT,
    KILLED,
    STRUCK,
    SURVIVED,
    UNSEEN,
    Fate,
    Subject,
    subjects_of,
)
from tests.mutants.mutator import mutants
from tests.mutants.report import report
from tests.mutants.survivors import CONTRACT, DIFFERS, LIST, Survivor, survivors

LESSONS = all_lessons()


@cache
def every_mutant_of(number):
    """Return the mutants of the lesson at this place of the course."""
    return subjects_of(LESSONS[number])


def made(body, what=None):
    """Return the bodies of the mutants of a function, without its first line; or of one change."""
    source = "def f(x, y):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"
    return [
        textwrap.dedent(one.source.partition("\n")[2]).strip()
        for one in mutants(source, "f")
        if what is None or one.what == what
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("==", ["!="]),
        ("<", ["<=", ">="]),
        (">=", [">", "<"]),
        ("is", ["is not"]),
        ("in", ["not in"]),
    ],
)
def test_a_comparison_becomes_its_neighbour_and_its_opposite(old, new):
    bodies = made(f"return x {old} y")
    assert [f"return x {sign} y" for sign in new] == bodies[-len(new) :]


def test_every_sign_of_a_chain_is_changed():
    assert {"return 0 < x <= y", "return 0 <= x < y"} < set(made("return 0 <= x <= y"))


def test_conditions_are_turned_round():
    assert "if not x:\n    y()" in made("if x:\n    y()")
    assert "return x or y" in made("return x and y")
    assert made("return not x", "not x -> x") == ["return not not x"]
    assert "while not x():\n    pass" in made("while x():\n    pass")


def test_numbers_are_changed_and_texts_are_not():
    assert made("return 0", "0 -> 1") == ["return 1"]
    assert made("return 1", "1 -> 0") == ["return 0"]
    assert made("return 1", "1 -> 2") == ["return 2"]
    assert made("return 4096", "4096 -> 4097") == ["return 4097"]
    assert made("return True", "True -> False") == ["return False"]
    assert made("return 'a' + b'b'") == ["return"]


def test_a_statement_is_left_out_and_the_docstring_is_not():
    assert made('"""Say x."""\nx()', "left out") == ['"""Say x."""\npass']
    assert made("import os\nglobal z\npass", "left out") == []


def test_two_calls_are_exchanged_and_other_statements_are_not():
    assert made("x()\ny()", "exchanged with the next statement") == ["y()\nx()"]
    assert made("a = x\ny()", "exchanged with the next statement") == []


def test_a_lock_and_a_clean_up_are_left_out():
    assert made("with x:\n    y()", "without its with") == ["y()"]
    cleaned = "try:\n    x()\nexcept OSError:\n    pass\nfinally:\n    y()"
    assert made(cleaned, "without its finally") == ["try:\n    x()\nexcept OSError:\n    pass"]
    assert made(cleaned, "without its except") == ["try:\n    x()\nfinally:\n    y()"]
    assert made("try:\n    x()\nexcept OSError:\n    pass", "without its except") == ["x()"]


def test_ways_out_are_changed():
    loop = "for z in x:\n    {}\n    y()"
    assert loop.format("continue") in made(loop.format("break"))
    assert loop.format("break") in made(loop.format("continue"))
    assert made("return x", "return x -> return None") == ["return"]
    assert made("return None") == made("return") == []


def test_only_the_function_named_is_changed():
    source = "class A:\n    def f(self):\n        g()\n\ndef f():\n    h()\n"
    assert [one.text for one in mutants(source, "A.f")] == ["g()"]
    assert [one.line for one in mutants(source, "f")] == [6]
    with pytest.raises(KeyError):
        list(mutants(source, "B.f"))


def test_a_mutant_can_be_compiled_and_is_made_once():
    found = made("for z in x:\n    if z:\n        break\n    return 1\nreturn 1")
    assert len(set(found)) == len(found)
    assert "continue" not in " ".join(made("if x:\n    y()"))


@pytest.mark.parametrize("number", range(len(LESSONS)))
def test_every_function_that_students_write_has_mutants(number):
    lesson = LESSONS[number]
    functions = {(one.file, one.mutant.function) for one in every_mutant_of(number)}
    assert functions == {(file, name) for file, holes in lesson.holes.items() for name in holes}


def test_a_listed_survivor_is_a_mutant_and_has_a_reason():
    keys = {one.key for number in range(len(LESSONS)) for one in every_mutant_of(number)}
    kinds = tomllib.loads(LIST.read_text(encoding="utf-8"))
    assert set(kinds) == {"equivalent", "unseen"}
    assert not any("differs" in entry for entry in kinds["equivalent"])
    assert {entry["differs"] for entry in kinds["unseen"]} == set(DIFFERS)
    for key, survivor in survivors().items():
        assert key in keys, f"{key} fits no mutant any more; take it out of {LIST.name}"
        assert len(survivor.reason) > 20, key


def test_a_sample_is_evenly_spread():
    assert spread(list(range(10)), 3) == [0, 3, 6]
    assert spread([1, 2], 3) == spread([1, 2], 0) == [1, 2]


def test_the_report_counts_and_names_what_is_left():
    lesson = find_lesson("2")
    mutant = next(mutants("def f():\n    x()\n", "f"))
    subject = Subject(lesson, "server.py", "2.1", mutant)
    fates = [Fate(subject, KILLED, "2.1")] * 3 + [Fate(subject, SURVIVED)]
    fates.append(Fate.listed(subject, Survivor("nobody calls it")))
    assert "killed of those that differ: 75.0 %; of those" in report(lesson, fates, 0, 1.0)
    fates.append(Fate.listed(subject, Survivor("nobody asks for it", CONTRACT)))
    text = report(lesson, fates, 0, 1.0)
    assert "killed 3, survived 1, equivalent 1, unseen 1 (contract 1), unclear 0" in text
    assert "of those that differ: 60.0 %; of those that break the contract: 75.0 %" in text
    assert "server.py:2 f: left out" in text and "nobody calls it" in text


def test_a_listed_mutant_that_is_graded_after_all_is_as_listed_if_it_lives_and_struck_if_not():
    mutant = next(mutants("def f():\n    x()\n", "f"))
    subject = Subject(find_lesson("2"), "server.py", "2.1", mutant)
    lived, died = Fate(subject, SURVIVED), Fate(subject, KILLED, "2.3")
    assert lived.held_against({}) == lived and not lived.is_as_listed
    for differs, state in (("", EQUIVALENT), ("moment", UNSEEN)):
        known = {subject.key: Survivor("nobody calls it", differs)}
        assert lived.held_against(known) == Fate(subject, state, "nobody calls it", differs)
        assert lived.held_against(known).is_as_listed
    assert died.held_against(known) == Fate(subject, STRUCK, "2.3")
    assert died.is_as_listed and not died.held_against(known).is_as_listed
