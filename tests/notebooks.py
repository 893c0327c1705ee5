"""Runs the notebooks and writes them back with their outputs: python -m tests.notebooks [NAME ...]

The rule: what is written looks the same each time, but for the pictures of what was measured.
"""

import sys
from pathlib import Path

sys.modules["rfc3987_syntax"] = None  # nbformat can do without; its import takes seconds

import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402

from grader.course.catalogue import KIT  # noqa: E402

FOLDER = KIT / "notebooks"
CELL_SECONDS = 240  # for a cell that hangs; one that grades a class has taken more than 60
KEPT_METADATA = ("slideshow", "tags")
WIDGET = "application/vnd.jupyter.widget-view+json"
SLIDER = "(A slider stands here while the notebook runs.)"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def all_notebooks():
    """Return the paths of the notebooks, in the order of the course."""
    return sorted(FOLDER.glob("*.ipynb"))


def read(path):
    """Return the notebook in this file."""
    return nbformat.read(path, as_version=4)


def run(notebook):
    """Run it in a fresh kernel, in place. Raises what nbclient raises when a cell fails."""
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        record_timing=False,
    )
    client.execute()


def normalise(notebook):
    """Take out, in place, whatever is different each time or on each machine."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02}"
        kept = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = [_output(output, count) for output in cell.outputs]


def _output(output, count):
    """Return one output in its plainest form."""
    data = output.get("data", {})
    if WIDGET in data:
        return nbformat.v4.new_output("display_data", {"text/plain": SLIDER})
    if "metadata" in output:
        output.metadata = {}
    if output.output_type == "execute_result":
        output.execution_count = count
    return output


def words(notebook):
    """Return the text of its file."""
    return nbformat.writes(notebook) + "\n"


def main(names):
    """Run the notebooks whose names begin with these (none: all); return the exit status."""
    chosen = [path for path in all_notebooks() if not names or path.name.startswith(tuple(names))]
    if not chosen:
        print(f"no notebook is called {' or '.join(names)}", file=sys.stderr)
        return 2
    for path in chosen:
        notebook = read(path)
        run(notebook)
        normalise(notebook)
        path.write_text(words(notebook), encoding="utf-8")
        print(f"{path.name}  {path.stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main([Path(name).name for name in sys.argv[1:]]))
