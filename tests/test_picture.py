"""The README's picture of the chat: the same scene is played again, and drawn rightly."""

import contextlib

import pytest

from tests.pages import README, between
from tests.picture import picture
from tests.screens import Screen

GNU = False
with contextlib.suppress(ImportError):  # Windows has none, macOS another one
    import readline

    GNU = "libedit" not in (readline.__doc__ or "")


@pytest.mark.skipif(not GNU, reason="the scene needs a terminal and GNU readline")
def test_the_same_scene_gives_the_same_picture():
    assert between("picture", README.read_text(encoding="utf-8")) == picture(), "make pages"


def drawn(text, columns=10):
    """Return the rows of a terminal on which this was written."""
    screen = Screen(columns)
    screen.write(text)
    return screen.rows()


def test_lines_colours_and_full_rows():
    assert drawn("one\r\n\x1b[31mtwo\x1b[0m\r\n") == ["one", "two"]
    assert drawn("0123456789\r\nnext") == ["0123456789", "next"]
    assert drawn("0123456789ab") == ["0123456789", "ab"]


def test_what_is_wiped_is_gone():
    assert drawn("> typed\r\x1b[Jbob: hi\r\n> typed") == ["bob: hi", "> typed"]
    assert drawn("a note\r\n> typed\x1b[1A\r\x1b[J> typed") == ["> typed"]
    assert drawn("abc\b\b\x1b[K") == ["a"]
    assert drawn("ab\r\x1b[3Cd") == ["ab d"]


@pytest.mark.parametrize("unknown", ["\x1b[5P", "\x1b[2J", "\x1b[H", "\x00"])
def test_what_is_unknown_is_said(unknown):
    with pytest.raises(ValueError, match="nobody knows"):
        drawn(f"a{unknown}")
