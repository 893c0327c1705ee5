"""Options and fixtures of the kit's own tests, and what a run over the catalogue tells."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.wire.process import heed_signals
from grader.wire.stage import Stage
from tests.handed_in import packed_bytes
from tests.known import feedback, likely_figure

ClassOf = Callable[..., Path]
FEEDBACK, LIKELY, AGAIN = "feedback", "likely", "again"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the Makefile's slower targets ask for."""
    parser.addoption(
        "--whole-catalogue", action="store_true", help="run every task on every wrong program"
    )
    parser.addoption(
        "--keep-feedback", action="store_true", help="write tests/known/feedback/ again"
    )


def pytest_configure() -> None:
    """Let Ctrl-C work in what is tested, also where a shell runs all this in the background."""
    heed_signals()


@pytest.fixture
def whole_catalogue(request: pytest.FixtureRequest) -> bool:
    """Whether every wrong program is to be graded as a whole."""
    return bool(request.config.getoption("--whole-catalogue"))


@pytest.fixture
def keep_feedback(request: pytest.FixtureRequest) -> bool:
    """Whether the golden files are being made, not compared with."""
    return bool(request.config.getoption("--keep-feedback"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A world for one test of the harness; what was started in it is gone afterwards."""
    world = Stage(tmp_path)
    yield world
    world.close()


@pytest.fixture(params=["folder", "zip"])
def class_of(request: pytest.FixtureRequest, tmp_path: Path) -> ClassOf:
    """Make a class of names and contents, as a folder or as a zip of one; return its path."""

    def make(files: dict[str, str | bytes], name: str = "class") -> Path:
        if request.param == "zip":
            (tmp_path / f"{name}.zip").write_bytes(packed_bytes(files))
            return tmp_path / f"{name}.zip"
        for file, data in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return tmp_path / name

    return make


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how often "Likely" was right and who needed a second try; write what was told, if asked.

    Here, since this is the one process that hears of all programs: the tests run in several.
    """
    reports = [r for word in ("passed", "failed") for r in terminalreporter.stats.get(word, ())]
    noted = [note for report in reports for note in getattr(report, "user_properties", ())]
    if config.getoption("whole_catalogue"):
        rows = [tuple(row) for name, row in noted if name == LIKELY]
        terminalreporter.write_line("\n".join(likely_figure.in_words(rows)))
    for words in (value for name, value in noted if name == AGAIN):
        terminalreporter.write_line(f"graded a second time: {words}")
    if config.getoption("keep_feedback"):
        texts = defaultdict(dict)
        for lesson_id, program_id, name, text in (v for note, v in noted if note == FEEDBACK):
            texts[lesson_id][program_id] = (name, text)
        for lesson_id, sections in texts.items():
            feedback.keep(lesson_id, sections)
