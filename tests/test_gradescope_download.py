"""Gradescope's download: its metadata say whose each folder is, and when it was handed in."""

import os

import pytest

from grader.classrun import gradescope
from grader.errors import UserError
from tests.handed_in import source, taken_in

YML = """\
submission_77:
  :submitters:
  - :name: Ada Lovelace
    :sid: '00101'
    :email: ada@example.org
    :more:
      :name: Eve
  :history:
  - :id: 3
    :name: Eve
    :email: eve@example.org
  :created_at: 2026-11-22 22:00:00.123456789 Z
  :score: 0.0
  :results:
    :output: |-
      x
    :submitters:
    - :name: Eve
      :email: eve@example.org
submission_78:
  :submitters:
  - :name: "Ren\\xE9e \\"R\\" O'Hara"
    :sid:
    :email: renee@example.org
  - :name: 'Bob ''B'' Bee'
    :sid: ''
    :email: bob@example.org
  :created_at: &1 2026-11-22 23:30:00.000000000 +01:00
"""


def test_gradescope_says_who_and_when(class_of, tmp_path):
    found = taken_in(
        class_of(
            {
                "assignment_9_export/submission_metadata.yml": YML,
                "assignment_9_export/submission_77/01_echo/server.py": "ada",
                "assignment_9_export/submission_78/code/01_echo/server.py": "renee and bob",
                "assignment_9_export/submission_79/01_echo/server.py": "nobody knows",
            }
        ),
        tmp_path,
    )
    assert len(found) == 3
    ada = found["Ada_Lovelace_00101"]
    assert ada.person == {
        "lms": "gradescope", "submission": "77", "name": "Ada Lovelace", "sid": "00101",
        "email": "ada@example.org", "submitted": "2026-11-22T22:00:00.123456+00:00",
    }  # fmt: skip
    group = next(one for one in found.values() if one.person.get("submission") == "78")
    assert group.person["name"] == "Renée \"R\" O'Hara; Bob 'B' Bee"
    assert group.person["email"] == "renee@example.org; bob@example.org"
    assert group.person["submitted"] == "2026-11-22T22:30:00+00:00"
    assert found["submission_79"].person == {}
    assert [source(one) for one in (ada, group)] == ["ada", "renee and bob"]


def test_of_two_gradescope_submissions_the_later_counts(class_of, tmp_path):
    later = YML.partition("submission_78")[0].replace("77", "5").replace("11-22", "11-23")
    found = taken_in(
        class_of(
            {
                "submission_metadata.yml": YML + later,
                "submission_77/01_echo/server.py": "early",
                "submission_5/01_echo/server.py": "late",
            }
        ),
        tmp_path,
    )
    ada = found["Ada_Lovelace_00101"]
    assert source(ada) == "late" and ada.person["submission"] == "5"
    assert "passed over 'submission_77': 'submission_5' is newer" in ada.notes


def test_metadata_of_any_shape_is_read_without_harm():
    assert gradescope.read_metadata("%\x00\n- [\nsubmission_1:\n:submitters") == {
        "submission_1": {"submission": "1"}
    }
    assert gradescope.read_metadata("submission_1:\n  :created_at: tomorrow\n") == {
        "submission_1": {"submission": "1"}
    }


@pytest.mark.skipif(os.name != "posix", reason="opens a file so that it fails")
def test_metadata_that_cannot_be_read_is_said_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "submission_metadata.yml").write_text(YML)
    monkeypatch.setattr("grader.classrun.members.PLAIN", os.O_RDONLY | os.O_DIRECTORY)
    with pytest.raises(UserError, match=r"submission_metadata.yml: it cannot be read"):
        taken_in(tmp_path / "class", tmp_path)
