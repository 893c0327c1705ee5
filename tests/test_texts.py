"""The texts keep their word: commands print what they are said to print, links lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course.catalogue import KIT, all_lessons

TEXTS = [KIT / "README.md", *sorted((KIT / "lessons").rglob("*.md"))]
EACH = pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(KIT).as_posix())
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
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
    text = path.read_text(encoding="utf-8")
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (path.parent / target.partition("#")[0]).exists(), target


def anchor(heading):
    """Return the anchor that a heading gets on a page."""
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


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
