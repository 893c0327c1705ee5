"""The notebooks run, twice in a row, show what was committed, and hold what every one must hold."""

import copy
import importlib
import itertools
import re

import pytest

from tests.notebooks import SLIDER, all_notebooks, normalise, read, run, words

MOST_BYTES = 300_000
SECTIONS = [
    "Goal", "Predict", "Run", "Picture", "Change one thing", "Recap", "Lesson",
]  # fmt: skip
SLIDES = {"slide", "subslide", "fragment", "skip", "notes"}
OF_THE_MOMENT = {
    "an address": r"\b\d{1,3}(\.\d{1,3}){3}\b|\blocalhost\b",
    "a port": r"(?i):\d{4,5}\b|\bport \d",
    "a path": r"(?<![\w<])/(home|tmp|root|usr|Users|var|opt)\b|[A-Z]:\\|site-packages",
    "an object's address": r"0x[0-9a-f]{6,}",
    "a measured time": r"\d ?(ms|us|µs|seconds?|s)\b",
}
EACH = pytest.mark.parametrize("path", all_notebooks(), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def fonts():
    """matplotlib knows the fonts: looking for them the first time, it says so on stderr."""
    importlib.import_module("matplotlib.font_manager")


def code_cells(notebook):
    """Return the cells that were run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell):
    """Return what a cell shows in words, and of pictures that they are there."""
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        for kind, data in sorted(output.get("data", {}).items()):
            found.append((kind, data if kind.startswith(("text/", "image/svg")) else "there"))
    return found


@EACH
def test_runs_twice_in_a_row_and_shows_what_was_committed(path, fonts):
    committed = read(path)
    again, twin = copy.deepcopy(committed), copy.deepcopy(committed)
    for cell in twin.cells:
        cell.id += "-again"
    again.cells += twin.cells
    for cell in code_cells(again):
        cell.outputs = []
    run(again)
    normalise(again)
    first, second = again.cells[: len(committed.cells)], again.cells[len(committed.cells) :]
    for cell, one, two in zip(committed.cells, first, second, strict=True):
        if cell.cell_type == "code":
            assert shown(one) == shown(cell), f"make notebooks; {cell.source}"
            assert shown(two) == shown(cell), cell.source


@EACH
def test_was_written_by_make_notebooks(path):
    notebook = read(path)
    normalise(notebook)
    assert words(notebook) == path.read_text(encoding="utf-8"), "make notebooks"


@EACH
def test_is_small_and_holds_pictures(path):
    pictures = [
        kind for cell in code_cells(read(path)) for kind, _ in shown(cell) if "image/" in kind
    ]
    assert path.stat().st_size < MOST_BYTES
    assert {"image/png", "image/svg+xml"} <= set(pictures)


@EACH
def test_says_nothing_that_is_true_here_and_now_only(path):
    for cell in code_cells(read(path)):
        for kind, text in shown(cell):
            assert kind != "stderr", text
            for what, pattern in OF_THE_MOMENT.items():
                found = re.search(pattern, text.replace("http://www.w3.org/2000/svg", ""))
                assert not found, f"{what}: {found}"


@EACH
def test_links_lead_somewhere_and_to_the_next_notebook(path):
    words = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)\s]+)\)", words)
    assert [name for name in targets if not (path.parent / name).exists()] == []
    following = all_notebooks()[all_notebooks().index(path) + 1 :]
    for_students = [one for one in following if "For instructors" not in read(one).cells[0].source]
    assert not for_students or for_students[0].name in targets


@EACH
def test_has_each_part_in_its_order(path):
    titles = re.findall(r"^## (.+)$", "\n".join(c.source for c in read(path).cells), re.M)
    places = [titles.index(section) for section in SECTIONS]
    assert places == sorted(places), titles


@EACH
def test_proves_its_figures_and_can_be_presented(path):
    notebook = read(path)
    assert any("assert " in cell.source for cell in code_cells(notebook))
    for cell in notebook.cells:
        assert cell.metadata.get("slideshow", {}).get("slide_type") in SLIDES, cell.source


@EACH
def test_a_slider_has_a_still_figure_before_it(path):
    cells = code_cells(read(path))
    for before, cell in itertools.pairwise(cells):
        if ("text/plain", SLIDER) in shown(cell):
            assert ("image/png", "there") in shown(before)
