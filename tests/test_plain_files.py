"""The harness keeps files in folders that a hostile program can write to: no link leads it away."""

import os
import shutil
from pathlib import Path

import pytest

from grader.box.box import ISOLATED, NO_PROC
from grader.box.inside import bare_interpreter
from grader.box.levels import best_level
from grader.course.catalogue import SOLUTION, find_lesson
from grader.judging.run import Job, run_lesson
from grader.results import FAILED, PASSED
from grader.suite.folders import DEEPEST, all_that_is_in, names_in
from grader.suite.plain_files import (
    links,
    makes_a_pipe,
    makes_folder,
    plain_bytes,
    puts_file,
    removes_file,
)
from grader.wire.failure import WireFailure
from grader.wire.patience import measured_slowness
from grader.wire.program import Program
from grader.wire.stage import Stage

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
PLANTS = """
import os
def tries(do, *paths):
    try:
        do(*paths)
    except OSError:
        pass
tries(os.rename, "../short_sends", "../away")
tries(os.mkdir, "../short_sends")
tries(os.symlink, "{elsewhere}/precious", "../short_sends/sitecustomize.py")
for name in ("small.bin", "large.bin", "bytes"):
    tries(os.symlink, "{elsewhere}/precious", name)
for name in ("downloads-True", "downloads-False"):
    tries(os.symlink, "{elsewhere}", name)
"""  # what the suites write to, and where the kit's own programs once had their files


@pytest.fixture
def world(tmp_path):
    """A task's world, and beside it a file that is nobody's business."""
    (tmp_path / "task" / "09_files").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "precious").write_bytes(b"precious")
    world = Stage(tmp_path / "task" / "09_files")
    yield world
    world.close()
    assert names_in(tmp_path / "elsewhere") == {"precious"}
    assert (tmp_path / "elsewhere" / "precious").read_bytes() == b"precious"


def test_files_are_written_read_and_removed(world):
    makes_folder(world, world.folder / "in")
    makes_folder(world, world.folder / "in")
    puts_file(world, world.folder / "in" / "a", b"long enough")
    puts_file(world, world.folder / "in" / "a", b"abc")
    assert plain_bytes(world, world.folder / "in" / "a", 2) == b"ab"
    assert plain_bytes(world, world.folder / "in" / "b", 2) is None
    removes_file(world, world.folder / "in" / "a")
    assert names_in(world.folder / "in") == set()


@pytest.mark.parametrize("name", ["link", "linked/precious", "linked/new", "pipe", "folder"])
def test_what_is_in_the_way_costs_the_task_and_leads_nowhere(world, name):
    elsewhere = world.folder.parent.parent / "elsewhere"
    (world.folder / "link").symlink_to(elsewhere / "precious")
    (world.folder / "linked").symlink_to(elsewhere)
    (world.folder / "folder").mkdir()
    makes_a_pipe(world, world.folder / "pipe")
    path = world.folder / name
    assert plain_bytes(world, path, 100) is None
    with pytest.raises(WireFailure, match="grader: expected the test to be let put a file at"):
        puts_file(world, path, b"x")
    if "/" in name:
        with pytest.raises(WireFailure):
            removes_file(world, path)
        with pytest.raises(WireFailure):
            makes_folder(world, path)
        links(world, path.with_name("one more"), world.folder)
        makes_a_pipe(world, path.with_name("a pipe"))
    assert names_in(world.folder / "linked") == set()


def test_what_is_in_a_folder_is_told_and_links_are_not_followed(world):
    (world.folder / "linked").symlink_to("../../elsewhere")
    puts_file(world, world.folder / "a", b"")
    makes_a_pipe(world, world.folder / "pipe")
    found = all_that_is_in(world, world.folder)
    assert set(found) == {"linked", "a", "pipe"}
    assert found["linked"] == "a link to ../../elsewhere"


def test_the_kits_own_programs_run_no_python_that_another_has_put_there(
    world, tmp_path, monkeypatch
):
    monkeypatch.setattr(world.box, "place", world.folder.parent)  # as in a task
    own = tmp_path / "own"
    own.mkdir()
    for folder in (own, world.folder):
        (folder / "client.py").write_text("")
    bare = Path(bare_interpreter(world.folder.parent))
    bare.unlink()
    bare.write_text("#!/bin/sh\nexit 9\n")
    bare.chmod(0o755)
    Program(world, "client.py").ends(9)
    Program(world, "client.py", folder=own).ends(0)


@pytest.mark.skipif(best_level() not in (ISOLATED, NO_PROC), reason="needs a real box")
@pytest.mark.parametrize(("task", "passes"), [("3.6", True), ("9.17", False), ("10.16", False)])
def test_a_server_that_plants_links_reaches_nothing(tmp_path, task, passes):
    """It plants them where it can: also in the way of files of its own half of the task."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    victim = elsewhere / "precious"
    victim.write_bytes(b"precious")
    victim.chmod(0o600)
    lesson = find_lesson(task.partition(".")[0])
    folder = tmp_path / "eve" / lesson.id
    shutil.copytree(SOLUTION / lesson.id, folder)
    server = folder / "server.py"
    text = server.read_text(encoding="utf-8")
    place = text.index("import ")
    plants = PLANTS.format(elsewhere=elsewhere)
    server.write_text(text[:place] + plants + text[place:], encoding="utf-8")
    job = Job(lesson, folder.parent, (task,), slowness=measured_slowness(), box=best_level())
    [result] = [one for one in run_lesson(job).tasks if one.id == task]
    assert result.state == (PASSED if passes else FAILED), result
    assert names_in(elsewhere) == {"precious"}
    assert (victim.read_bytes(), victim.stat().st_mode & 0o777) == (b"precious", 0o600)


@pytest.mark.skipif(os.name != "posix", reason="makes folders by descriptors")
def test_folders_too_deep_to_be_named_are_looked_into_as_far_as_they_matter(stage):
    there = os.open(stage.folder, os.O_RDONLY)
    for _ in range(30):  # 6000 letters: no path may be so long
        os.mkdir("d" * 200, dir_fd=there)
        there, above = os.open("d" * 200, os.O_RDONLY, dir_fd=there), there
        os.close(above)
    os.close(there)
    found = all_that_is_in(stage, stage.folder)
    assert len(found) == DEEPEST + 1
    assert set(found.values()) == {"a folder"}
