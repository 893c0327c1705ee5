"""What a student meets runs on Windows and macOS, as far as that can be said from here.

Statically: what Windows lacks is used behind a guard only, and every text file has an encoding.
By a run: a Python that lacks it all checks right programs to full marks. Not shown is how the
systems themselves behave; .github/workflows/kit.yml would.
"""

import ast
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import cli
from grader.commands import diff
from grader.course.catalogue import KIT, SOLUTION, all_lessons
from grader.handout.student_kit import grader_files
from tests.like_windows.windows_lacks import ATTRIBUTES, MODULES, PLACES

SUITES = {lesson.suite for lesson in all_lessons()}
PATH = sorted({*grader_files(), *SUITES, *SOLUTION.glob("*/*.py")})
GUARD = re.compile(r"\bPOSIX\b|os\.name|sys\.platform|hasattr\(|\bLIBC\b|\.ground is")
LESSON_FOLDERS = tuple(lesson.id for lesson in all_lessons())
FORGIVEN = {"ImportError", "ModuleNotFoundError", "OSError", "AttributeError"}

# Only Linux uses these, since `levels.trouble` offers its levels to no other system. Anybody may
# import them.
BOXED = {
    f"box/{name}.py" for name in ("attacker", "ground", "inside", "kernel", "landlock", "walls")
}
LOOKED_AT_FIRST = {  # by whoever calls these
    "box/box.py": {"Box._start_boxed", "_in_memory"},
    "box/boxed.py": {"BoxedFamily", "_pid_inside"},
    "box/family.py": {"Family._is_mine"},
    "wire/sockets.py": {"_queues_of"},
    "wire/crowd.py": {"_somaxconn", "_knock", "_connected"},
    "wire/terminal.py": {"Terminal.__init__"},
}


class Reader:
    """Finds in a file what Windows lacks, and where it is not guarded."""

    def __init__(self, path: Path) -> None:
        self.name = f"{path.parent.name}/{path.name}"
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    def unguarded(self, wanted):
        """Return a line for each node for which `wanted` has a word, where nothing guards it."""
        found = ((node, wanted(node)) for node in ast.walk(self.tree))
        return [
            f"{self.name}:{node.lineno}: {word}"
            for node, word in found
            if word and not self.is_guarded(node)
        ]

    def is_guarded(self, node) -> bool:
        """Whether a question about the system, or a forgiven error, stands around it."""
        names = []
        while node in self.parents:
            before, node = node, self.parents[node]
            if isinstance(node, ast.If | ast.IfExp | ast.BoolOp):
                test = node.values[0] if isinstance(node, ast.BoolOp) else node.test
                if before is not test and GUARD.search(ast.unparse(test)):
                    return True
            if isinstance(node, ast.Try) and before in node.body and forgives(node.handlers):
                return True
            if isinstance(node, ast.With) and before in node.body and suppresses(node):
                return True
            if isinstance(node, ast.FunctionDef) and asks_first(node, before):
                return True
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.insert(0, node.name)
        if self.name in BOXED:
            return bool(names)  # what stands outside of functions runs everywhere
        inside = {".".join(names[:n]) for n in range(1, len(names) + 1)}
        return bool(inside & LOOKED_AT_FIRST.get(self.name, set()))


def forgives(handlers) -> bool:
    """Whether one of these handlers takes what a missing thing raises."""
    return any(handler.type and names_of(handler.type) & FORGIVEN for handler in handlers)


def names_of(node):
    """Return the names in an expression."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def suppresses(node) -> bool:
    """Whether a `with` is a suppress() of what a missing thing raises."""
    calls = [item.context_expr for item in node.items]
    return any("suppress" in names_of(call) and names_of(call) & FORGIVEN for call in calls)


def asks_first(function, statement) -> bool:
    """Whether the function returns, before this statement, where the system is another one."""
    place = function.body.index(statement) if statement in function.body else 0
    return any(
        isinstance(one, ast.If)
        and GUARD.search(ast.unparse(one.test))
        and isinstance(one.body[-1], ast.Return | ast.Raise)
        for one in function.body[:place]
    )


def lacking(node) -> str:
    """Return what a node uses that Windows lacks; empty for nothing."""
    if isinstance(node, ast.Import):
        return ", ".join(a.name for a in node.names if a.name.partition(".")[0] in MODULES)
    if isinstance(node, ast.ImportFrom):
        names = {a.name for a in node.names} & ATTRIBUTES.get(node.module or "", set())
        return ", ".join([node.module] if node.module in MODULES else sorted(names))
    owner = ast.unparse(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{owner}.{node.attr}" if owner and node.attr in ATTRIBUTES.get(owner, ()) else ""


def place(node) -> str:
    """Return the path that a string names, if it is one that only Unix has."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if node.value.startswith(PLACES) else ""
    return ""


def text_file(node) -> str:
    """Return a call that opens a text, or a program's, and leaves its encoding to the system."""
    if not isinstance(node, ast.Call):
        return ""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    given = {word.arg for word in node.keywords}
    texts = {ast.unparse(w) for w in node.keywords} & {"text=True", "universal_newlines=True"}
    opens = name in ("read_text", "write_text") or texts
    if name in ("open", "fdopen"):
        first, *_ = [*map(ast.unparse, node.args), ""]
        a_file = isinstance(node.func, ast.Name) or name == "fdopen" or first.startswith(("'", '"'))
        binary = re.search("'[rwxa+]*b[+]?'", ast.unparse(node))
        opens = a_file and first != "os.devnull" and not binary
    return ast.unparse(node) if opens and "encoding" not in given else ""


@pytest.fixture(scope="module")
def readers():
    """A reader for each file that a student meets."""
    return [Reader(path) for path in PATH]


def test_what_windows_lacks_is_used_behind_a_guard_only(readers):
    assert [line for reader in readers for line in reader.unguarded(lacking)] == []


def test_what_only_unix_has_is_looked_for_behind_a_guard_only(readers):
    """In the grader: what a suite names so, it sends. Constants of the boxes are words so far."""
    asked = [one for one in readers if not one.name.startswith(tuple(BOXED) + LESSON_FOLDERS)]
    assert len(asked) > 50
    assert [line for reader in asked for line in reader.unguarded(place)] == []


def test_every_text_file_has_an_encoding(readers):
    assert [line for reader in readers for line in reader.unguarded(text_file)] == []


@pytest.mark.parametrize(
    ("source", "finds"),
    [
        ("import fcntl\n", 1),
        ("from os import fork\n", 1),
        ("import os\nos.killpg(1, 9)\n", 1),
        ("import os\nif os.name == 'posix':\n    os.killpg(1, 9)\n", 0),
        ("import os\nif POSIX and os.getuid():\n    pass\n", 0),
        ("import os\nif os.getuid() and POSIX:\n    pass\n", 1),
        ("try:\n    import termios\nexcept ImportError:\n    termios = None\n", 0),
        ("try:\n    import termios\nexcept ValueError:\n    termios = None\n", 1),
        ("import os\ndef f():\n    if not POSIX:\n        return\n    os.setsid()\n", 0),
        ("import os\ndef f():\n    os.setsid()\n    if not POSIX:\n        return\n", 1),
        ("with suppress(AttributeError):\n    os.mkfifo('x')\n", 0),
        ("with suppress(KeyError):\n    os.mkfifo('x')\n", 1),
    ],
)
def test_the_reader_finds_what_it_should(tmp_path, source, finds):
    path = tmp_path / "program.py"
    path.write_text(source, encoding="utf-8")
    assert len(Reader(path).unguarded(lacking)) == finds


def test_the_reader_finds_texts_without_an_encoding(tmp_path):
    path = tmp_path / "program.py"
    good = "open(a, 'rb')\nopen(a, encoding='utf-8')\nos.open(a, 1)\nb.read_text('x', encoding=c)\n"
    bad = "open(a)\nb.read_text()\nrun(c, text=True)\nb.open('w')\n"
    path.write_text(good + bad, encoding="utf-8")
    assert len(Reader(path).unguarded(text_file)) == 4


def test_the_lists_of_what_only_linux_reaches_name_nothing_that_is_gone():
    for name in (*BOXED, *LOOKED_AT_FIRST):
        text = (KIT / "grader" / name).read_text(encoding="utf-8")
        for part in LOOKED_AT_FIRST.get(name, ()):
            assert re.search(rf"(def|class) {part.rpartition('.')[2]}\b", text), part


def as_on_windows(*words, cwd=KIT, **environment):
    """Run the command line by a Python that lacks what Windows lacks."""
    folder = str(KIT / "tests" / "like_windows")
    return subprocess.run(
        [sys.executable, "-m", "grader", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": folder, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


@pytest.mark.skipif(os.name != "posix", reason="this is the real thing")
def test_a_python_without_all_that_checks_right_programs_to_full_marks():
    done = as_on_windows("check", "1", "5", "--submission", "reference_solution", "--plain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "All together 40/40." in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="this is the real thing")
def test_the_other_commands_of_a_student_run_there_too():
    for words in (["doctor"], ["hint", "4.2"], ["diff", "4"], ["run", "1", "server", "--help"]):
        done = as_on_windows(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "this system has no such box" in as_on_windows("doctor").stdout


@pytest.mark.skipif(os.name != "posix", reason="this is the real thing")
def test_there_a_posix_call_would_be_noticed():
    code = "import os, signal\ntry:\n    import fcntl\nexcept ImportError:\n    print('none')\n"
    code += "print(os.name, hasattr(os, 'fork'), hasattr(signal, 'SIGKILL'))\n"
    code = f"exec({code!r}, {{'__name__': 'grader.try'}})"
    folder = str(KIT / "tests" / "like_windows")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "none\nnt False False\n"


def test_a_console_of_cp1252_is_never_too_small(monkeypatch):
    """A student may write any letter into a program, and `diff` shows it."""
    screen = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", errors="strict")
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(diff, "parts", lambda source: {"main": f"# \u2192 {len(source)}"})
    assert cli.main(["diff", "4"]) == 0
    screen.flush()
    assert b"+# ? " in screen.buffer.getvalue()
