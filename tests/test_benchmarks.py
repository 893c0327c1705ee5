"""The benchmarks: the crowd is honest, and a small run writes what it should. No timing here."""

import json
import os
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.bars import BARS, judge
from tests.benchmarks.crowds import Crowd, fault, generator_words
from tests.benchmarks.errors import Unmeasured
from tests.benchmarks.files import digest, send_file
from tests.benchmarks.loads import LOADS, Result
from tests.benchmarks.run import measure
from tests.benchmarks.table import Table
from tests.benchmarks.targets import PEERS, Running, Target, all_targets, asyncio_chat

pytestmark = pytest.mark.skipif(os.name != "posix", reason="waits for pipes as POSIX can")
CHAT = frozenset({"stream"})


@pytest.fixture(scope="module", params=["fast", "slow"])
def words(request, tmp_path_factory):
    """The command of each crowd that there is."""
    found = generator_words(tmp_path_factory.mktemp("built"), slow=request.param == "slow")
    if request.param == "fast" and found[0] == sys.executable:
        pytest.skip("no C compiler, or not Linux")
    return found


def peer(*command: str, protocol: str = "bare") -> Target:
    """Return a server of ours as a target."""
    return Target("peer", command[0], (sys.executable, *command), PEERS, CHAT, protocol)


def talk(target: Target, words: list[str]) -> dict[str, float]:
    """Let 3 of 6 say 1000 lines."""
    with Running(target) as server, Crowd(words, server.port, target.protocol) as crowd:
        crowd.join(6)
        return crowd.chat(3, 8, lines=1000, stall=5.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("none", ""),
        ("lost", "lost 1"),
        ("doubled", "doubled 1"),
        ("garbled", "garbled 1"),
        ("cut", "garbled 1"),
        ("swapped", "out of order 1"),
    ],
)
def test_one_wrong_delivery_of_thousands_is_found_and_named(words, wrong, said):
    answer = talk(peer("dishonest.py", wrong), words)
    missing = wrong in ("lost", "garbled", "cut")
    assert answer["expected"] == 5000
    assert answer["deliveries"] == 5000 - missing
    assert fault(answer) == said


def test_a_right_server_that_puts_names_in_front_is_called_right(words):
    answer = talk(asyncio_chat("peer", "asyncio", CHAT), words)
    assert fault(answer) == ""
    assert answer["deliveries"] == answer["expected"] == 5000


def test_lines_that_are_repeated_for_ever_are_compared_too(words):
    pouring = peer("raw.py", "pour", "4")
    with Running(pouring) as server, Crowd(words, server.port, "bare") as crowd:
        crowd.join(4, at_once=4)
        answer = crowd.ask("pour", 8, 0.05, 5.0)
        assert fault(answer) == ""
        assert answer["deliveries"] > 3 * 8


def test_a_server_that_does_not_let_anybody_in_is_no_measurement(words):
    with (
        Running(peer("raw.py", "pour", "9")) as server,
        Crowd(words, server.port, "bare") as crowd,
        pytest.raises(Unmeasured, match="0 of 3 welcomed"),
    ):
        crowd.join(3, patience=0.2)


def test_a_server_that_is_not_there_is_said_in_one_line():
    load = next(load for load in LOADS if load.name == "stream")
    outcome = measure(load, peer("no_such_file.py"), [sys.executable])
    assert isinstance(outcome, str)
    assert outcome.startswith("no_such_file.py does not listen")


def test_every_byte_of_a_file_is_compared():
    with Running(peer("raw.py", "relay", "2")) as server:
        assert send_file(server.port, 3, 2, digest(3), is_chat=False) > 0
    greeting = peer("dishonest.py", "none")  # bytes that nobody sent
    with Running(greeting) as server, pytest.raises(Unmeasured, match="garbled"):
        send_file(server.port, 3, 1, digest(3), is_chat=False)


def test_a_small_run_writes_figures_a_report_and_pictures(tmp_path, capsys):
    arguments = ["--quick", "--target", "04", "--target", "asyncio", "--out", str(tmp_path)]
    for load in ("stream", "alone", "light", "storm", "memory"):
        arguments += ["--load", load]
    assert main(arguments) == 0
    document = json.loads((tmp_path / "benchmarks.json").read_text())
    cells = {(cell["load"], cell["target"]): cell for cell in document["cells"]}
    assert len(cells) == 10
    assert not any(cell["fault"] or cell["errors"] for cell in cells.values())
    assert cells["stream", "asyncio"]["median"]["rate"] > 0
    report = (tmp_path / "benchmarks.md").read_text()
    assert "| stage 04 |" in report and "![storm](storm.svg)" in report
    for picture in tmp_path.glob("*.svg"):
        ElementTree.parse(picture)
    assert "stage 04" in capsys.readouterr().out


def test_names_that_nobody_knows_are_refused(capsys):
    assert main(["--load", "typhoon"]) == 2
    assert "no typhoon; there are: stream, busy" in capsys.readouterr().err


def table_of(**figures: float) -> Table:
    """Return a table with the stream of three targets, one round."""
    targets = [one for one in all_targets(Path("/nowhere")) if one.name in ("04", "09", "asyncio")]
    table = Table(LOADS, targets, "C")
    for name, rate in figures.items():
        table.enter("stream", name.removeprefix("t"), 1, Result({"rate": rate}))
    return table


def test_bars_say_met_or_by_how_much_they_are_missed():
    table = table_of(t04=1000.0, t09=8000.0, asyncio=2000.0)
    words = [verdict.words for verdict in judge(table, "09")]
    assert words == ["missed by 20%", "met"]


def test_a_wrong_delivery_fails_the_bar_however_fast_it_was():
    table = table_of(t04=1000.0, asyncio=1.0)
    table.enter("stream", "09", 1, Result({"rate": 9e9}, "lost 1"))
    assert {verdict.words for verdict in judge(table, "09")} == {"failed: lost 1"}
    assert not any(verdict.met for verdict in judge(table, "09"))


def test_every_bar_is_about_a_load_and_a_target_that_there_are():
    loads = {load.name: load for load in LOADS}
    targets = {target.name: target for target in all_targets(Path("/nowhere"))}
    for bar in BARS:
        assert bar.figure in loads[bar.load].shows
        assert bar.of is None or bar.load in targets[bar.of[0]].loads
        assert bar.load in targets["10"].loads
