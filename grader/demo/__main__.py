"""Opens the notebooks in JupyterLab: python -m grader.demo"""

import subprocess
import sys
from importlib.util import find_spec

from grader.course.catalogue import KIT

OPTIONS = [  # a pop-up with news would lie over a cell in the lecture
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]


def main() -> int:
    """Run JupyterLab until it is told to stop; return its exit status."""
    if find_spec("jupyterlab") is None:
        print("JupyterLab is not installed here: make full", file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "jupyterlab", str(KIT / "notebooks"), *OPTIONS]
    try:
        return subprocess.run([*command, *sys.argv[1:]], cwd=KIT, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
