"""Which files of a submission count, and the runnable copy that is made of them."""

import os

import pytest

from grader.course.catalogue import find_lesson
from grader.submission import LARGEST, fingerprint, lesson_files, stage_copy

LESSON = find_lesson("2")
CARRIED = sorted(LESSON.carried)[0]


@pytest.fixture
def folder(tmp_path):
    """A submission's folder of the lesson, with a server in it."""
    place = tmp_path / "submission" / LESSON.id
    place.mkdir(parents=True)
    (place / "server.py").write_text("pass\n")
    return place


def write(folder, name, size=1):
    """Put a file of this size in."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def test_what_check_passes_over_is_what_grade_leaves_out(folder):
    """A file received by hand, say: copied for each task it would fill a box."""
    write(folder, "downloads/film.mp4", LARGEST + 1)
    write(folder, "downloads/photo.jpg", LARGEST)
    for tool in (".venv", "venv", "node_modules", "__pycache__"):
        write(folder, f"{tool}/lib/tool.py")
    names = [path.relative_to(folder).as_posix() for path in lesson_files(folder.parent, LESSON)]
    assert names == ["downloads/photo.jpg", "server.py"]


def test_a_copy_has_the_kits_files_where_the_submission_has_nothing(folder, tmp_path):
    stage_copy(LESSON, folder.parent, tmp_path / "bare")
    assert (tmp_path / "bare" / CARRIED).read_bytes() == (LESSON.folder / CARRIED).read_bytes()
    write(folder, CARRIED)
    stage_copy(LESSON, folder.parent, tmp_path / "own")
    assert (tmp_path / "own" / CARRIED).read_bytes() == b"\0"


def test_a_folder_named_like_a_file_of_the_kit_is_no_fault_of_the_grader(folder, tmp_path):
    write(folder, f"{CARRIED}/inside.py")
    stage_copy(LESSON, folder.parent, tmp_path / "copy")
    assert (tmp_path / "copy" / CARRIED / "inside.py").is_file()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the name says what may be executed")
def test_a_program_of_another_language_may_be_executed(folder, tmp_path):
    """An upload has forgotten that it may; server.py would say os.execv to it."""
    write(folder, "compiled")
    stage_copy(LESSON, folder.parent, tmp_path / "copy")
    assert os.access(tmp_path / "copy" / "compiled", os.X_OK)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere every name is Unicode")
def test_a_name_that_is_no_utf_8_has_a_fingerprint_too(folder):
    before = fingerprint(folder.parent, [LESSON])
    try:
        write(folder, os.fsdecode(b"\xff.txt"))
    except OSError:
        pytest.skip("this file system takes no such name")
    assert fingerprint(folder.parent, [LESSON]) != before
