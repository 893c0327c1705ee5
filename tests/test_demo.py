"""What the notebooks start: servers with a change in them, clients, threads held at a point."""

import matplotlib.pyplot as plt
import pytest

from grader.demo.changed import copy_of
from grader.demo.clients import client_of, screen_of
from grader.demo.figures import figure
from grader.demo.servers import server_of
from grader.demo.slider import slider
from grader.demo.switch import SWITCH_POINT, Switch
from grader.errors import UserError
from grader.wire.failure import WireFailure

QUESTION = "* what is your name?"
BEFORE_IT_WRITES = "        self.members[key(name)] = member\n            return member"
IN_JOIN = ("room.py", BEFORE_IT_WRITES, f"        {SWITCH_POINT}\n    {BEFORE_IT_WRITES}")


def test_a_change_stands_in_the_copy_and_nowhere_else():
    change = ("names.py", "1 to 20 letters", "1 to 20 signs")
    with copy_of("06_usernames", [change]) as folder, copy_of("6") as other:
        assert "1 to 20 signs" in (folder / "names.py").read_text()
        assert "1 to 20 signs" not in (other / "names.py").read_text()
    assert not folder.exists() and not other.exists()


@pytest.mark.parametrize(("old", "times"), [("no such text", 0), ("def ", 2)])
def test_text_that_does_not_stand_there_once_is_refused_in_one_line(old, times):
    with (
        pytest.raises(UserError, match=rf"names.py holds this text {times} times, not once"),
        copy_of("06_usernames", [("names.py", old, "new")]),
    ):
        pass


def test_a_client_talks_to_the_server_and_does_not_outlive_it():
    with server_of("06_usernames") as server:
        ann = client_of("06_usernames", server, "--name", "ann", who="ann")
        ann.prints(QUESTION, "* welcome, ann")
        bob = server.visitor("bob")
        bob.gets(QUESTION)
        bob.sends("bob", "hello")
        ann.prints("* bob joined", "bob: hello")
        shown = screen_of(ann)
    assert shown == [QUESTION, "* welcome, ann", "* bob joined", "bob: hello"]
    assert ann.process.ended


def test_a_switch_point_holds_each_thread_until_it_is_let_go():
    with server_of("06_usernames", changes=[IN_JOIN]) as server:
        switch = Switch(server)
        ann = server.visitor("ann")
        ann.gets(QUESTION)
        server.stage.slowness = 0.1  # nothing will come, so it is not waited for
        with pytest.raises(WireFailure, match="switch point"):
            switch.holds_a_thread()
        server.stage.slowness = 4.0
        ann.sends("ann")
        server.stage.wait_until(lambda: switch.count() == 1)
        switch.lets_one_go()
        ann.gets("* welcome, ann")


def test_a_slider_draws_at_once_and_again_when_it_is_moved():
    drawn = []

    def draw(size):
        drawn.append(size)
        figure(f"{size} bytes", "bytes", "").plot([0, size])

    choice, picture = slider(draw, "bytes", [1, 2, 3], 2).children
    first = bytes(picture.value)
    choice.value = 3
    assert drawn == [2, 3]
    assert first.startswith(b"\x89PNG") and bytes(picture.value) != first
    assert plt.get_fignums() == []
