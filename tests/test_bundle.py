"""The students' kit: no solution in it, and all that a student's commands need."""

import ast
import html
import re

import pytest

from grader.commands.bundle import from_to
from grader.course.catalogue import SOLUTION, all_lessons, find_lesson
from grader.course.starter import functions
from grader.errors import UserError
from grader.handout.student_kit import COMMANDS, student_kit

GIVEN_BEFORE = 2  # statements: a shorter body is found anywhere, and tells nothing
LESSONS = all_lessons()


@pytest.fixture(scope="module")
def whole():
    """The kit with the whole course: name -> text."""
    return {name: data.decode("utf-8") for name, data in student_kit(LESSONS).items()}


def body_of(function) -> str:
    """Return what a function does, in one way of writing it, without its docstring."""
    rest = function.body[ast.get_docstring(function) is not None :]
    return "\n".join(ast.unparse(statement) for statement in rest)


def bodies(source: str) -> dict[str, str]:
    """Return the body of every function of a file, by name."""
    return {name: body_of(function) for name, function in functions(source)}


def written_in(lesson) -> dict[str, str]:
    """Return the bodies that students write in a lesson, by file and function."""
    found = {}
    for file, holes in lesson.holes.items():
        all_of_it = bodies((SOLUTION / lesson.id / file).read_text(encoding="utf-8"))
        found |= {f"{file} {name}": all_of_it[name] for name in holes}
    return found


def lines_of(text: str) -> list[str]:
    """Return the lines of code in a text, without indentation, comments and HTML."""
    text = html.unescape(re.sub(r"<br>|<pre>|</pre>", "\n", text))
    lines = (re.sub(r"\s+#.*$", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def code_of(source: str, name: str) -> list[str]:
    """Return the lines of a function's body as they are written, ready to be looked for."""
    function = dict(functions(source))[name]
    first = function.body[ast.get_docstring(function) is not None]
    return lines_of("\n".join(source.splitlines()[first.lineno - 1 : function.end_lineno]))


def holds(lines: list[str], wanted: list[str]) -> bool:
    """Whether these lines stand in the others, one behind the other."""
    return any(lines[n : n + len(wanted)] == wanted for n in range(len(lines) - len(wanted) + 1))


def may_show(lesson, name: str) -> bool:
    """Whether a file of the kit may show what is written in a lesson.

    Its own text and hints do, as far as their author wanted; lessons that come later go on from
    its solution. Nothing else may.
    """
    own = f"lessons/{lesson.id}/"
    if name.startswith(own):
        return name.endswith((".toml", ".md"))
    later = tuple(f"lessons/{one.id}/" for one in LESSONS if one.number > lesson.number)
    return name.startswith(later)


def test_there_is_nothing_in_it_that_students_must_not_have(whole):
    names = set(whole)
    assert not [name for name in names if "solution" in name or "tests/" in name]
    assert not [name for name in names if name.endswith((".pyc", ".ipynb"))]
    tops = {name.partition("/")[0] for name in names}
    assert tops == {
        *("README.md", "Makefile", "LICENSE", "pyproject.toml", ".gitignore", ".devcontainer"),
        *(".github", "grader", "lessons", "requirements"),
    }
    assert "lessons/INSTRUCTORS.md" not in names
    commands = {name for name in names if name.startswith("grader/commands/")}
    assert commands == {f"grader/commands/{name}.py" for name in ("__init__", *COMMANDS)}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_lesson_shows_nobody_the_functions_that_are_written_in_it(whole, lesson):
    """By the programs' syntax trees, so that no other layout hides them."""
    wanted = written_in(lesson)
    assert wanted
    for name, text in whole.items():
        if name.endswith(".py") and not may_show(lesson, name):
            there = set(bodies(text).values())
            shown = [hole for hole, body in wanted.items() if body in there]
            assert shown == [], name


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_no_text_shows_them_either(whole, lesson):
    """Line by line: in any file, also one that is no Python."""
    texts = {name: lines_of(text) for name, text in whole.items() if not may_show(lesson, name)}
    for file, holes in lesson.holes.items():
        source = (SOLUTION / lesson.id / file).read_text(encoding="utf-8")
        for hole in holes:
            wanted = code_of(source, hole)
            if len(wanted) > GIVEN_BEFORE:
                assert [n for n, lines in texts.items() if holds(lines, wanted)] == [], hole


@pytest.mark.parametrize("last", [LESSONS[0], LESSONS[3], LESSONS[7]], ids=lambda one: one.id)
def test_a_part_of_the_course_shows_nothing_of_its_last_lesson_but_its_hints(last):
    part = student_kit([one for one in LESSONS if one.number <= last.number])
    wanted = set(written_in(last).values())
    for name, data in part.items():
        if name.endswith(".py"):
            assert not wanted & set(bodies(data.decode()).values()), name
    there = {name.split("/")[1] for name in part if name.count("/") > 1 and "lessons/" in name}
    assert there == {one.id for one in LESSONS if one.number <= last.number}


def test_the_search_finds_a_solution_that_lies_there(whole):
    lesson = find_lesson("4")
    source = (SOLUTION / lesson.id / "room.py").read_text(encoding="utf-8")
    wanted = written_in(lesson)["room.py Room.say"]
    assert wanted in bodies(ast.unparse(ast.parse(source))).values(), "in another layout"
    assert holds(lines_of(f"x\n```\n{source}\n```\n"), code_of(source, "Room.say"))
    assert not holds(lines_of(whole["lessons/04_broadcast/room.py"]), code_of(source, "Room.say"))


def test_a_later_kit_unpacked_over_a_part_makes_the_whole_and_touches_no_other_lesson(whole):
    early = student_kit([one for one in LESSONS if one.number <= 4])
    late = student_kit([one for one in LESSONS if one.number > 4])
    assert {name: data.decode("utf-8") for name, data in (early | late).items()} == whole
    lessons = {name.split("/")[1] for name in {*early} & {*late} if name.startswith("lessons/")}
    assert lessons == {"README.md"}


def test_a_starter_is_made_afresh_whatever_lies_in_lessons(whole):
    for lesson in LESSONS:
        for file, holes in lesson.holes.items():
            text = whole[f"lessons/{lesson.id}/{file}"]
            assert text.count("raise NotImplementedError(") >= len(holes)


def test_all_that_it_imports_is_in_it(whole):
    for name, text in whole.items():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader"):
                place = node.module.replace(".", "/")
                assert {f"{place}.py", f"{place}/__init__.py"} & set(whole), f"{name}: {place}"


def test_what_its_texts_name_is_in_it(whole):
    for name in ("README.md", "lessons/README.md"):
        for target in re.findall(
            r"`((?:lessons|grader|\.github|\.devcontainer)/[^` ]*)`", whole[name]
        ):
            assert any(one.startswith(target) for one in whole), f"{name}: {target}"
    made = set(re.findall(r"`make ([a-z]+)", whole["README.md"]))
    assert made
    assert made <= set(re.findall(r"^([a-z]+):", whole["Makefile"], re.MULTILINE))


def test_its_makefile_calls_what_is_there(whole):
    makefile = whole["Makefile"]
    assert makefile.startswith("#")
    called = set(re.findall(r"-m grader ([a-z]+)", makefile))
    assert called == {"check", "hint", "diff", "doctor"}
    assert "tests" not in makefile and "full" not in makefile


def test_lessons_are_named_from_to():
    assert [one.number for one in from_to("2-4")] == [2, 3, 4]
    assert [one.id for one in from_to("05")] == ["05_client"]
    for words in ("4-2", "1-", "-3", "1-99", "x"):
        with pytest.raises(UserError):
            from_to(words)
