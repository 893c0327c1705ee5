"""Opens the notebooks in JupyterLab: python -m grader.demo [OPTION OF JUPYTERLAB ...]"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from grader.course.catalogue import KIT

SETTINGS = Path(__file__).parent / "jupyter"  # no pop-up with news over a cell in the lecture


def main(options: list[str]) -> int:
    """Run JupyterLab until it is told to stop; return its exit status."""
    if find_spec("jupyterlab") is None:
        print("JupyterLab is not installed here; `make full` installs it", file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "jupyterlab", str(KIT / "notebooks"), *options]
    paths = os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
    found = os.pathsep.join(path for path in (str(SETTINGS), *paths) if path)
    try:
        environment = {**os.environ, "JUPYTER_CONFIG_PATH": found}
        return subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
