"""The texts keep their word: commands print what they are said to print, links lead somewhere."""

import contextlib
import functools
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import COMMANDS, parser
from grader.course.catalogue import KIT, all_lessons

TEXTS = [
    path
    for place in ("*.md", "lessons/**/*.md", "tests/**/*.md", "notebooks/**/*.md")
    for path in sorted(KIT.glob(place))
]
EACH = pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(KIT).as_posix())
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`|^(?: {4}|\$ )(.+)$|^((?:python|make) .+)$", re.MULTILINE)
MAKE = re.compile(r"^\$? *make (?:[A-Z]+=\S* )*([a-z]+)")
GRADER = re.compile(r"-m grader ([a-z]+)([^|]*)")
OURS = re.compile(r"(?:grader|lessons|notebooks|reference_solution|requirements|tests)/[\w./-]+")
MADE_UP = ("NN_name", "11_loud")  # any lesson; the one that CONTRIBUTING.md makes
TIMES = re.compile(r" *[0-9.]+ (ms|s)\b")


def steps(path):
    """Yield each command of the text's console blocks, with the output it is said to have."""
    for block in CONSOLE.findall(path.read_text(encoding="utf-8")):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


STEPS = [(path, command, output) for path in TEXTS for command, output in steps(path)]


def normal(text):
    """Return the words of an output, its times made equal, the drawing's dashes made short."""
    text = TIMES.sub(" T", text)
    return [" ".join(re.sub(r"-{2,}", "--", line).split()) for line in text.splitlines() if line]


@pytest.mark.parametrize(
    ("path", "command", "output"),
    STEPS,
    ids=[f"{path.parent.name}:{command[:40]}" for path, command, _ in STEPS],
)
def test_a_command_prints_what_the_text_says(path, command, output):
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "grader"] or words[0] == "python", command
    done = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=KIT,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    shown, said = normal(done.stdout), normal(output)
    if "..." in said:  # the text leaves something out
        said.remove("...")
        missing = [line for line in said if line not in shown]
        assert missing == [], done.stdout
    else:
        assert shown == said


@EACH
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", path.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        page, _, fragment = target.partition("#")
        there = (path.parent / page).resolve() if page else path
        assert there.exists(), target
        if fragment:
            assert fragment in anchors(there), target


def anchors(path):
    """Return the anchors of a page."""
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def anchor(heading):
    """Return the anchor that a heading gets on a page."""
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def code(path):
    """Yield what the page shows as code: in a line, in a block, as a command at a prompt."""
    for found in CODE.finditer(path.read_text(encoding="utf-8")):
        yield next(part for part in found.groups() if part)


@EACH
def test_every_command_that_is_named_exists(path):
    targets = set(re.findall(r"^([a-z]+):", (KIT / "Makefile").read_text(), re.MULTILINE))
    for words in code(path):
        if made := MAKE.match(words):
            assert made[1] in targets, words
        for command, rest in GRADER.findall(words):
            assert command in COMMANDS, words
            unknown = set(re.findall(r"(?<!\S)--[a-z-]+", rest)) - options(command)
            assert not unknown or command == "run", f"{words}: {unknown}"


@functools.cache
def options(command):
    """Return the options that a command says it has."""
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        parser([command]).parse_args([command, "--help"])
    return set(re.findall(r"--[a-z-]+", said.getvalue()))


@EACH
def test_every_file_that_is_named_exists(path):
    for words in code(path):
        if OURS.fullmatch(words) and not any(made_up in words for made_up in MADE_UP):
            assert (KIT / words).exists(), words


def test_no_word_is_spelt_wrongly():
    words = [sys.executable, "-m", "codespell_lib"]  # its settings are in pyproject.toml
    done = subprocess.run(words, cwd=KIT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_a_text_is_plain_and_has_windows_lines(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0
    if Path(path).parent.parent.name == "lessons":
        assert ".venv\\Scripts\\python" in text


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.id)
def test_the_ladder_tells_the_facts_of_each_lesson(lesson):
    row = rf"^\| \[{lesson.id.replace('_', ' ')}\].*\| {lesson.minutes} \| {lesson.points} \|$"
    assert re.search(row, (KIT / "README.md").read_text(), re.MULTILINE)
