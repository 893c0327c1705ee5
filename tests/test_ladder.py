"""The rules of the house: stages in step, what changes is named, facts and suites agree."""

import ast
import html
import re
import subprocess
import sys

import pytest

from grader.course.catalogue import KIT, SOLUTION, all_lessons, stage_before
from grader.course.changes import change_list
from grader.course.parts import changed_parts
from grader.course.stages import out_of_step
from grader.course.starter import functions

ALL = all_lessons()
EACH = pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.id)
LONGEST_STAGE_FILE = 150
LONGEST_GRADER_FILE = 260
TASKS = range(8, 19)
LONGEST_TITLE = 50
LESSON_LINES = range(110, 221)


def test_all_made_files_are_in_step():
    assert [str(path) for path in out_of_step()] == [], "mend it with: make stages"


@pytest.mark.parametrize("lesson", ALL[1:], ids=lambda lesson: lesson.id)
def test_only_what_is_named_has_changed_since_the_stage_before(lesson):
    for name in (*lesson.edited, *lesson.given):
        if before := stage_before(lesson, name):
            now = (SOLUTION / lesson.id / name).read_text()
            changed = changed_parts((SOLUTION / before.id / name).read_text(), now)
            named = {part for part in changed if part in lesson.changes.get(name, ())}
            assert set(changed) == named, f"{lesson.id}/{name}"
            assert set(lesson.changes.get(name, ())) == named, f"{lesson.id}/{name}"


@EACH
def test_every_hole_has_a_docstring_and_serves_a_task(lesson):
    for name, holes in lesson.holes.items():
        found = dict(functions((SOLUTION / lesson.id / name).read_text()))
        for hole, task in holes.items():
            assert ast.get_docstring(found[hole]), f"{hole} is an assignment without words"
            assert task in lesson.by_id


@EACH
def test_stages_are_short_and_use_the_standard_library_only(lesson):
    allowed = sys.stdlib_module_names | {name.removesuffix(".py") for name in lesson.files}
    for name in lesson.files:
        source = (SOLUTION / lesson.id / name).read_text()
        assert len(source.splitlines()) <= LONGEST_STAGE_FILE, name
        for node in ast.walk(ast.parse(source)):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in modules:
                assert module.partition(".")[0] in allowed, f"{name} imports {module}"


@EACH
def test_the_suite_has_the_tasks_of_the_lesson_in_its_order(lesson):
    marked = re.findall(r'^@task\("([0-9.]+)"', lesson.suite.read_text(), re.MULTILINE)
    assert marked == [task.id for task in lesson.tasks]
    assert len(marked) in TASKS
    needs = re.findall(r'^@task\("([0-9.]+)", needs=\[([^\]]*)\]', lesson.suite.read_text(), re.M)
    for task, names in needs:
        for need in re.findall(r"[0-9.]+", names):
            assert marked.index(need) < marked.index(task), f"{task} needs {need}, which is later"


@EACH
def test_every_task_has_a_title_three_hints_and_a_place_to_read(lesson):
    headings = re.findall(r"^#+ (.+)$", (lesson.folder / "README.md").read_text(), re.MULTILINE)
    for task in lesson.tasks:
        assert len(task.title) <= LONGEST_TITLE, task.id
        assert len(task.hints) == 3, task.id
        assert all(len(hint.strip()) > 20 for hint in task.hints), task.id
        assert "\n".join(task.hints).isascii(), task.id
        assert task.read in headings, f"{task.id}: the lesson has no heading {task.read!r}"


@EACH
def test_the_text_has_every_part_of_a_lesson(lesson):
    text = (lesson.folder / "README.md").read_text()
    assert len(text.splitlines()) in LESSON_LINES
    parts = [
        "Before and after", "You will be able to", "Predict", "Run it", "The idea", "Modify",
        "Make", "Check yourself", "Common mistakes", "Explain it", "Going further", "Recap",
    ]  # fmt: skip
    assert [part for part in re.findall(r"^## (.+)$", text, re.MULTILINE) if part in parts] == parts
    made = re.search(r"<!-- changes -->\n(.*?)<!-- /changes -->", text, re.DOTALL)
    assert made, "the generated list of changes is missing"
    assert made[1].strip() == "\n".join(change_list(lesson))
    for task in lesson.tasks:
        for hint in task.hints:
            assert words(hint) in words(text), f"a hint of {task.id} is not in the text"


@EACH
def test_every_mistake_of_the_table_is_a_known_one(lesson):
    text = (lesson.folder / "README.md").read_text()
    table = text.partition("## Common mistakes")[2].partition("\n## ")[0]
    named = set(re.findall(r"\bM[0-9]+\.[0-9]+\b", table))
    assert len(named) >= 5
    assert named <= {mistake.id for mistake in lesson.mistakes}


def words(text):
    """Return a text without its line breaks, indentation, tags and code marks."""
    text = re.sub(r"</?(?:pre|br|p|code)>", " ", text)
    return " ".join(re.sub(r"[`>]", " ", html.unescape(text)).split())


def test_the_modules_of_the_grader_have_one_noun_each():
    long = {
        path.relative_to(KIT).as_posix(): lines
        for path in (KIT / "grader").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > LONGEST_GRADER_FILE
    }
    assert long == {}


def test_style_and_types_are_clean():
    for words in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=KIT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]
