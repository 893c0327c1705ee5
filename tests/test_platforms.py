"""Whose download is it: names of Moodle, Canvas, Gradescope, GitHub; folders and zips alike."""

import os

import pytest

from grader.classrun.platforms import common_prefix
from grader.errors import UserError
from tests.handed_in import SERVER, packed_bytes, source, taken_in


def test_moodle_folders_prefixes_and_texts(class_of, tmp_path):
    found = taken_in(
        class_of(
            {
                "Ada Lovelace_4711_assignsubmission_file/work.zip": packed_bytes({SERVER: "ada"}),
                "Bob B._4712_assignsubmission_file_/01_echo/server.py": "bob",
                "Carol_4713_assignsubmission_file_work.zip": packed_bytes({SERVER: "carol"}),
                "Ada Lovelace_4711_assignsubmission_onlinetext/onlinetext.html": "hello",
                "Dan_4714_assignsubmission_onlinetext_onlinetext.html": "hello",
            }
        ),
        tmp_path,
    )
    assert list(found) == ["Ada_Lovelace_4711", "Bob_B._4712", "Carol_4713", "Dan_4714"]
    ada, bob, carol, dan = found.values()
    assert [source(one) for one in (ada, bob, carol)] == ["ada", "bob", "carol"]
    assert [one.notes for one in (ada, bob, carol)] == [[], [], []]
    assert ada.person == {"lms": "moodle", "name": "Ada Lovelace", "participant": "4711"}
    assert dan.folder is None and "typed in online" in dan.notes[0]


def test_a_file_name_cannot_pass_for_another_person(class_of, tmp_path):
    of_eve = "Eve_66_assignsubmission_file_Ada_4711_assignsubmission_file_work.zip"
    found = taken_in(
        class_of(
            {
                "Ada_4711_assignsubmission_file_work.zip": packed_bytes({SERVER: "ada"}),
                of_eve: packed_bytes({SERVER: "eve"}),
            }
        ),
        tmp_path,
    )
    assert list(found) == ["Ada_4711", "Eve_66"]
    assert source(found["Ada_4711"]) == "ada"
    canvas = taken_in(
        class_of(
            {
                "ada_101_4711_work.zip": packed_bytes({SERVER: "ada"}),
                "eve_66_4712_ada_101_9999_work-9.zip": packed_bytes({SERVER: "eve"}),
            },
            "canvas",
        ),
        tmp_path / "second",
    )
    assert {one.person["login"]: source(one) for one in canvas.values()} == {
        "ada": "ada",
        "eve": "eve",
    }


def test_canvas_late_flag_and_resubmissions(class_of, tmp_path):
    found = taken_in(
        class_of(
            {
                "lovelaceada_LATE_101_4711_work-2.zip": packed_bytes({SERVER: "second"}),
                "lovelaceada_LATE_101_4799_work-10.zip": packed_bytes({SERVER: "tenth"}),
                "lovelaceada_LATE_101_4700_work.zip": packed_bytes({SERVER: "first"}),
                "beebob_102_4712_one.zip": packed_bytes({SERVER: "bob"}),
                "beebob_102_4713_two.zip": packed_bytes({"02_lines/server.py": "bob"}),
                "textcarol_103_text.html": "hello",
            }
        ),
        tmp_path,
    )
    assert list(found) == ["beebob_102", "lovelaceada_101", "textcarol_103"]
    bob, ada, carol = found.values()
    assert source(ada) == "tenth"
    assert ada.person == {"lms": "canvas", "login": "lovelaceada", "user_id": "101", "flag": "LATE"}
    assert [note for note in ada.notes if "4711_work-2" in note or "4700_work" in note] == ada.notes
    assert len(ada.notes) == 2 and "4799_work-10.zip" in ada.notes[0]
    assert source(bob) == source(bob, "02_lines/server.py") == "bob" and bob.notes == []
    assert carol.folder is None


def test_single_files_count_when_one_lesson_is_graded(class_of, tmp_path):
    path = class_of(
        {
            "ada_101_4711_server.py": "old",
            "ada_101_4712_client.py": "client",
            "ada_101_4713_server-1.py": "new",
            "bob_102_4714_notes.pdf": "no program",
            "carol_103_4715_x.rar": "Rar!",
        }
    )
    found = taken_in(path, tmp_path, "1")
    ada, bob, carol = found.values()
    assert (source(ada), source(ada, "01_echo/client.py")) == ("new", "client")
    assert "graded as 01_echo" in " ".join(ada.notes)
    assert "passed over 'ada_101_4711_server.py'" in ada.notes[0]
    assert bob.folder is None and "no lesson folder" in bob.notes[0]
    assert carol.folder is None and "a .rar cannot be opened here; hand in a .zip" in carol.notes[0]
    both = taken_in(path, tmp_path / "second", "1", "2")
    assert all(one.folder is None for one in both.values())


def test_clones_of_a_github_classroom(class_of, tmp_path):
    files = {}
    for login in ("ada-l", "ada-m", "bob"):
        files[f"echo-to-chat-{login}/.git/config"] = "[core]\n"
        files[f"echo-to-chat-{login}/01_echo/server.py"] = login
    found = taken_in(class_of(files), tmp_path)
    assert {one.id: source(one) for one in found.values()} == {
        "ada-l": "ada-l", "ada-m": "ada-m", "bob": "bob",
    }  # fmt: skip
    assert found["bob"].person == {"lms": "github", "login": "bob"}
    assert not (found["bob"].folder / ".git").exists()


def test_the_common_prefix_is_the_assignment():
    assert common_prefix(["hw-1-ada", "hw-1-bob"], "x") == "hw-1-"
    assert common_prefix(["hw-1-ada-l", "hw-1-ada-m"], "hw-1-submissions") == "hw-1-"
    assert common_prefix(["hw-1-ada"], "x") == ""
    assert common_prefix(["ada", "bob"], "x") == ""


def test_a_class_in_a_zip_may_be_wrapped_and_hostile(tmp_path):
    files = {
        "hw/ann.zip": packed_bytes({SERVER: "ann"}),
        "hw/bob/01_echo/server.py": "bob",
        "hw/eve/../../../evil.py": "evil",
        "hw/__MACOSX/ann.zip": "x",
        "hw/.DS_Store": "x",
        f"hw/{'n' * 300}/01_echo/server.py": "long",
    }
    (tmp_path / "class.zip").write_bytes(packed_bytes(files))
    found = taken_in(tmp_path / "class.zip", tmp_path)
    assert len(found) == 4
    assert (source(found["ann"]), source(found["bob"])) == ("ann", "bob")
    assert found["eve"].folder is None and "outside its folder" in found["eve"].notes[0]
    long = next(one for one in found.values() if one.id.startswith("nnn"))
    assert source(long) == "long" and len(long.id) <= 80
    assert sorted(os.listdir(tmp_path)) == ["class.zip", "work"]


def test_a_zip_of_one_submission_or_of_nonsense_is_no_class(tmp_path):
    (tmp_path / "one.zip").write_bytes(packed_bytes({SERVER: "pass\n"}))
    (tmp_path / "broken.zip").write_bytes(b"PK")
    with pytest.raises(UserError, match="is one submission, not a class"):
        taken_in(tmp_path / "one.zip", tmp_path)
    with pytest.raises(UserError, match=r"broken.zip: the zip cannot be read"):
        taken_in(tmp_path / "broken.zip", tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="needs names that are no text")
def test_a_name_that_is_no_text_can_be_written_down(tmp_path):
    name = os.fsencode(tmp_path) + b"/class/Ada\xff_4711_assignsubmission_file"
    os.makedirs(name + b"/01_echo")
    with open(name + b"/01_echo/server.py", "w") as file:
        file.write("ada")
    (ada,) = taken_in(tmp_path / "class", tmp_path).values()
    assert ada.person["name"] == "Ada?"
    assert source(ada) == "ada"
    ada.id.encode()
