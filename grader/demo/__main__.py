"""Opens the notebooks in JupyterLab: python -m grader.demo [OPTION OF JUPYTERLAB ...]"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from grader.course.catalogue import KIT

NOTEBOOKS = KIT / "notebooks"
SETTINGS = Path(__file__).parent / "jupyter"  # no pop-up with news over a cell in the lecture


def trust_the_pictures() -> None:
    """Sign the kit's own notebooks: of unsigned ones JupyterLab shows no SVG before they run."""
    nbformat = import_module("nbformat")  # untyped, and in the notebooks' group only
    notary = import_module("nbformat.sign").NotebookNotary()
    for path in NOTEBOOKS.glob("*.ipynb"):
        notary.sign(nbformat.read(path, as_version=4))


def main(options: list[str]) -> int:
    """Run JupyterLab until it is told to stop; return the exit status."""
    if find_spec("jupyterlab") is None:
        print("JupyterLab is not installed here; `make full` installs it", file=sys.stderr)
        return 2
    trust_the_pictures()
    paths = (str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", ""))
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(path for path in paths if path)
    import_module("jupyterlab.labapp").main([str(NOTEBOOKS), *options])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
