"""The worked example of CONTRIBUTING.md, carried out block by block in a copy of the kit.

A block's first line says what it is for: `PATH` makes a file, `>> PATH` adds to one, `OLD -> NEW`
makes one from another by exchanging lines; `sh` blocks are run, and what stands behind `#` must
be printed.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from grader.course.catalogue import KIT

PAGE = KIT / "tests" / "CONTRIBUTING.md"
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FOLDERS = ("grader", "lessons", "reference_solution", "tests")


@pytest.fixture
def kit(tmp_path):
    """A copy of the kit, to change."""
    ignored = shutil.ignore_patterns("__pycache__", "sample_class", "downloads")
    for name in FOLDERS:
        shutil.copytree(KIT / name, tmp_path / name, ignore=ignored)
    shutil.copy(KIT / "pyproject.toml", tmp_path)
    return tmp_path


def follow(kit, action, body):
    """Make, change or extend the file that the block is about."""
    if action.startswith(">> "):
        with open(kit / action[3:], "a", encoding="utf-8") as file:
            file.write(body)
    elif " -> " in action:
        old, new = action.split(" -> ")
        text = exchanged((kit / old).read_text(encoding="utf-8"), body)
        write(kit / new, text)
    else:
        write(kit / action, body)


def write(path, text):
    """Write a file, and make the folder it lies in."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def exchanged(text, diff):
    """Return the text with the lines after `-` replaced by those after `+`, part by part."""
    for part in diff.split("\n\n"):
        lines = part.splitlines()
        old, new = ("".join(f"{x[1:]}\n" for x in lines if x[0] == sign) for sign in "-+")
        assert text.count(old) == 1, f"the page changes this, which is not there once:\n{old}"
        text = text.replace(old, new)
    return text


def printed(kit, command):
    """Run a command of the page in the copy; return what it printed."""
    words = shlex.split(command)
    assert words[0] == "python", command
    options = ["-p", "no:xdist", "-p", "no:cacheprovider"] if "pytest" in words else []
    done = subprocess.run(
        [sys.executable, *words[1:], *options],
        cwd=kit,
        env={**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout


def test_every_file_of_the_example_is_named_before_its_block():
    text = PAGE.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        if found[1] != "sh":
            target = found[2].split()[-1]
            assert f"`{target}`" in text[: found.start()], target


def test_the_worked_example_works(kit):
    runs = []
    for kind, action, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind != "sh":
            follow(kit, action, body)
            continue
        for line in body.splitlines():
            command, expected = re.split(r" +# ", line)
            output = printed(kit, command)
            assert expected in output, f"$ {command}\n{output}"
            runs.append(command)
    assert len(runs) > 5, "the page has lost its commands"

    wrong = kit / "tests" / "known" / "wrong" / "11_loud.toml"
    wrong.write_text(wrong.read_text().replace('fails = ["11.2"]', 'fails = ["11.1", "11.2"]'))
    output = printed(kit, "python -m pytest -q tests/test_wrong_programs.py -k W11.2")
    assert "it must fail {'11.1'} too" in output, "a wrong claim is found"
