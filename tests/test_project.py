"""What holds for the whole project: set-up, locks, and what must not stand in any file."""

import ast
import re
import subprocess
import sys
import types

import pytest

from grader import bootstrap
from grader.course.catalogue import KIT

TOP = {
    "README.md", "Makefile", "LICENSE", "pyproject.toml",
    "lessons", "notebooks", "reference_solution", "tests", "grader", "requirements",
}  # fmt: skip


def tracked():
    """Return the files that git knows, or all where there is no git."""
    done = subprocess.run(["git", "ls-files"], cwd=KIT, capture_output=True, text=True, check=False)
    return [KIT / name for name in done.stdout.splitlines() if (KIT / name).is_file()]


def test_the_top_level_holds_what_was_agreed_and_nothing_else():
    tops = {path.relative_to(KIT).parts[0] for path in tracked()}
    assert {top for top in tops if not top.startswith(".")} <= TOP


def test_locks_have_hashes_and_name_no_place_to_fetch_from():
    for name in ("core", "full"):
        text = (KIT / "requirements" / f"{name}.lock").read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") > 20
        assert not re.search(r"jupyter|ipykernel", text) or name == "full"
    core = set(re.findall(r"^[a-z0-9-]+==\S+", (KIT / "requirements/core.lock").read_text(), re.M))
    full = set(re.findall(r"^[a-z0-9-]+==\S+", (KIT / "requirements/full.lock").read_text(), re.M))
    assert core <= full


def test_suites_and_the_harness_do_not_sleep_to_receive():
    for path in (KIT / "lessons").glob("*/test_*.py"):
        text = path.read_text()
        assert "sleep(" not in text, path
        assert not re.search(r"^\s*assert ", text, re.MULTILINE), f"{path}: use a verb"
    sleeping = [
        path.name for path in (KIT / "grader" / "wire").glob("*.py") if "sleep(" in path.read_text()
    ]
    assert sleeping == ["peer.py"], "only between two pieces that are sent"


def test_no_suite_chooses_a_port():
    for path in (KIT / "lessons").glob("*/test_*.py"):
        assert not re.search(r"5555|--port\", \"[1-9]", path.read_text())


def test_suites_use_what_the_harness_offers_and_nothing_behind_it():
    for path in (KIT / "lessons").glob("*/test_*.py"):
        tree = ast.parse(path.read_text())
        nodes = list(ast.walk(tree))
        modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        modules |= {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
        ours = {name for name in modules if name.startswith(("grader", "lessons", "reference"))}
        assert all(name.startswith(("grader.suite", "grader.wire")) for name in ours), path
        assert not modules & {"socket", "subprocess", "threading", "asyncio", "time"}, path
        used = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
        used += [a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names]
        assert not [name for name in used if name.startswith("_")], path


def test_nothing_of_a_developers_machine_is_left_in_the_project():
    places = [r"/home/[a-z]+/", r"/root/", r"/Users/[a-z]+/", re.escape(f"{KIT}/")]
    registries = ["index" + "-url", r"://[a-z0-9.-]+/" + "simple"]
    mine = re.compile("|".join(places + registries))
    for path in tracked():
        if path.suffix in (".py", ".md", ".toml", ".lock", ".ipynb", "") and path.name != __file__:
            text = path.read_text(encoding="utf-8", errors="replace")
            if path.name != "test_project.py":
                assert not mine.search(text), f"{path}: {mine.search(text)}"


def test_a_python_that_is_too_old_is_told_so_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(
        bootstrap, "sys", types.SimpleNamespace(version_info=(3, 9), stderr=sys.stderr)
    )
    assert bootstrap.main(["core"]) == 1
    error = capsys.readouterr().err
    assert error == "Python 3.11 or newer is needed, this is 3.9. Try: make PY=python3.12 ...\n"


def test_a_python_without_ensurepip_is_told_the_way_out(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "is_ready", lambda name: False)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bootstrap.shutil, "rmtree", lambda *words, **options: None)
    monkeypatch.setitem(sys.modules, "ensurepip", types.ModuleType("ensurepip"))
    assert bootstrap.main(["core"]) == 1
    assert "sudo apt install python3-venv" in capsys.readouterr().err


@pytest.mark.parametrize("made", ["core", ""])
def test_without_a_network_what_was_ready_stays_so(tmp_path, monkeypatch, capfd, made):
    """Who has `core` and asks for `full` can go on with `core`; half an environment is removed."""
    python = tmp_path / ".venv" / "python"
    python.parent.mkdir()
    python.touch()
    monkeypatch.setattr(bootstrap, "VENV", str(python.parent))
    monkeypatch.setattr(bootstrap, "PYTHON", str(python))
    failing = [sys.executable, "-c", "raise SystemExit('no network')"]
    for installer in ("install_with_uv", "install_with_pip"):
        monkeypatch.setattr(
            bootstrap, installer, lambda *words: bootstrap.run(failing, "installing")
        )
    if made:
        (python.parent / "kit.txt").write_text(bootstrap.fingerprint(made))
    assert bootstrap.main(["full"]) == 1
    assert "installing failed" in capfd.readouterr().err
    assert bootstrap.is_ready("core") == python.exists() == bool(made)


@pytest.mark.parametrize("folder", ["notebooks", "reference_solution", "lessons"])
def test_nothing_that_a_program_has_made_lies_in_the_course(folder):
    """A link to somebody's Python lay there once, and was handed on."""
    everything = [*(KIT / folder).rglob("*")]
    assert everything
    assert [path for path in everything if path.is_symlink() or path.name == "pyvenv.cfg"] == []


@pytest.mark.parametrize("made", ["core x 3.6", "", "of this one"])
def test_what_another_python_has_left_is_replaced(tmp_path, monkeypatch, capsys, made):
    """Its Python may be gone by now, or serve on under the new one's name."""
    python = tmp_path / ".venv" / "python"
    python.parent.mkdir()
    python.touch(0o644)
    monkeypatch.setattr(bootstrap, "VENV", str(python.parent))
    monkeypatch.setattr(bootstrap, "PYTHON", str(python))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    given = []
    monkeypatch.setattr(bootstrap, "check_venv", lambda: None)
    call = bootstrap.subprocess.call
    monkeypatch.setattr(
        bootstrap.subprocess, "call",
        lambda words, cwd: given.append(words) or (0 if "venv" in words else call(words, cwd=cwd)),
    )  # fmt: skip
    own = bootstrap.fingerprint("core")
    (python.parent / "kit.txt").write_text(f"changed{own}" if made == "of this one" else made)
    assert bootstrap.main(["core"]) == 1
    assert ("--clear" in given[0]) == (made != "of this one")
    assert "cannot be run" in capsys.readouterr().err


def test_the_set_up_runs_on_any_python_that_could_be_asked():
    source = (KIT / "grader" / "bootstrap.py").read_text()
    ast.parse(source, feature_version=(3, 6))


def test_make_knows_every_command_of_the_readme():
    targets = set(re.findall(r"^([a-z]+):", (KIT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^    make ([a-z]+)", (KIT / "README.md").read_text(), re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("name", ["grader", "grader.cli"])
def test_the_package_can_be_imported_alone(name):
    subprocess.run([sys.executable, "-c", f"import {name}"], cwd=KIT, check=True)
