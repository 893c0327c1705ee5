"""How submissions lie in a class folder: whole kits, numbered groups, nearly right names."""

import pytest

from grader.classrun import intake
from grader.errors import UserError
from tests.handed_in import files, packed_bytes, zipped

KIT_OF_TWO = [
    *("README.md", "grader/cli.py", "requirements/core.lock", "lessons/README.md"),
    *("lessons/01_echo/server.py", "lessons/02_lines/server.py"),
]


def handed_in(place, names):
    """Write files of these names below a folder."""
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("pass\n")


def a_class(tmp_path, names, packed):
    """Return a class folder with files of these names, or a zip of it."""
    place = tmp_path / ("class.zip" if packed else "class")
    (zipped if packed else handed_in)(place, names)
    return place


def ids(class_folder, work, **more):
    """Return the ids of the submissions that are taken in."""
    return [one.id for one in intake.take_in(class_folder, work, **more)]


@pytest.mark.parametrize("people", [1, 2])
@pytest.mark.parametrize("top", ["", "echo-to-chat/"])
def test_who_hands_in_the_whole_kit_is_graded(tmp_path, people, top):
    for name in ("ann", "bob")[:people]:
        handed_in(tmp_path / "class" / name, [top + one for one in KIT_OF_TWO])
        (tmp_path / "class" / name / ".git").mkdir()
    for one in intake.take_in(tmp_path / "class", tmp_path / "work"):
        assert files(one) == ["01_echo/server.py", "02_lines/server.py"]


def test_the_whole_kit_in_a_zip_is_graded(tmp_path):
    (tmp_path / "class").mkdir()
    zipped(tmp_path / "class" / "ann.zip", [f"echo-to-chat/{name}" for name in KIT_OF_TWO])
    [one] = intake.take_in(tmp_path / "class", tmp_path / "work")
    assert files(one) == ["01_echo/server.py", "02_lines/server.py"]


@pytest.mark.parametrize("packed", [False, True])
def test_groups_that_are_called_by_numbers_are_people_and_no_lessons(tmp_path, packed):
    names = [f"submissions/{number}/04_broadcast/server.py" for number in ("01", "02", "12")]
    assert ids(a_class(tmp_path, names, packed), tmp_path / "work") == ["01", "02", "12"]


def test_lessons_that_are_called_by_numbers_are_no_people(tmp_path):
    handed_in(tmp_path / "class" / "ann", ["01/server.py", "02/server.py"])
    assert ids(tmp_path / "class", tmp_path / "work") == ["ann"]


def test_a_folder_that_is_alone_is_no_class_if_it_was_said_to_be_none(tmp_path):
    handed_in(tmp_path / "class" / "submission", ["echo/server.py", "lines/server.py"])
    assert ids(tmp_path / "class", tmp_path / "work") == ["echo", "lines"]
    assert ids(tmp_path / "class", tmp_path / "work", look_through=False) == ["submission"]
    zipped(tmp_path / "c.zip", ["submission/echo/server.py", "submission/lines/server.py"])
    assert ids(tmp_path / "c.zip", tmp_path / "work", look_through=False) == ["submission"]


def test_a_folder_that_is_nearly_called_as_a_lesson_is_named_in_a_note(tmp_path):
    names = ["01_echo (1)/server.py", "02_lines/server.py", "02_lines old/server.py"]
    handed_in(tmp_path / "class" / "ann", names)
    [one] = intake.take_in(tmp_path / "class", tmp_path / "work")
    assert one.notes == ["passed over: '01_echo (1)'; is it 01_echo? call it so"]


def test_a_colon_in_the_name_of_a_file_costs_that_file_only(tmp_path):
    (tmp_path / "class").mkdir()
    names = {"01_echo/server.py": "pass", "01_echo/log 12:30.txt": "x", "01_echo/a.py:b": "x"}
    (tmp_path / "class" / "eve.zip").write_bytes(packed_bytes(names))
    [one] = intake.take_in(tmp_path / "class", tmp_path / "work")
    assert files(one) == ["01_echo/server.py"]
    assert len(one.notes) == 1 and one.notes[0].startswith("left out (the name cannot be kept): ")


def test_folders_in_a_zip_of_windows_are_no_files(tmp_path):
    (tmp_path / "class").mkdir()
    names = ["01_echo\\", "01_echo\\server.py", "data\\"]
    zipped(tmp_path / "class" / "eve.zip", names)
    [one] = intake.take_in(tmp_path / "class", tmp_path / "work")
    assert (files(one), one.notes) == (["01_echo/server.py"], [])


@pytest.mark.parametrize("top", ["", "download/"])
@pytest.mark.parametrize("packed", [False, True])
def test_people_whose_names_begin_with_a_number_are_no_lessons(tmp_path, top, packed):
    names = [f"{top}{name}/server.py" for name in ("01_Smith", "02_lee", "11_kim")]
    people = ["01_Smith", "02_lee", "11_kim"]
    assert ids(a_class(tmp_path, names, packed), tmp_path / "work") == people


def test_a_misspelt_lesson_is_nobody(tmp_path):
    handed_in(tmp_path / "class" / "ann", ["01_ecko/server.py", "04_brodcast/server.py"])
    assert ids(tmp_path / "class", tmp_path / "work") == ["ann"]


def test_one_submission_is_no_class(tmp_path):
    handed_in(tmp_path / "ann", ["01_echo/server.py", "02_lines/server.py"])
    with pytest.raises(UserError, match="is one submission, not a class"):
        ids(tmp_path / "ann", tmp_path / "work")


@pytest.mark.parametrize("top", ["", "class/"])
def test_a_zip_made_of_a_dot_is_the_same_class(tmp_path, top):
    zipped(tmp_path / "c.zip", [f"./{top}{name}/01_echo/server.py" for name in ("ann", "bob")])
    assert ids(tmp_path / "c.zip", tmp_path / "work") == ["ann", "bob"]


@pytest.mark.parametrize("top", ["", "class/"])
def test_who_has_an_empty_folder_in_a_zip_is_named(tmp_path, top):
    zipped(tmp_path / "c.zip", [f"{top}ann/01_echo/server.py", f"{top}bob/", f"{top}.git/"])
    assert ids(tmp_path / "c.zip", tmp_path / "work") == ["ann", "bob"]
