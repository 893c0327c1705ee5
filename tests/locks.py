"""Writes requirements/*.lock again from the groups in pyproject.toml: hashes, and no URLs."""

import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).resolve().parents[1] / "requirements"
OPTIONS = [
    "--universal", "--generate-hashes", "--no-header", "--no-annotate",
    "--python-version", "3.11", "--quiet",
]  # fmt: skip


def main() -> int:
    """Resolve both groups with uv; return the exit status."""
    for group in ("core", "full"):
        lock = LOCKS / f"{group}.lock"
        words = ["uv", "pip", "compile", "--group", group, *OPTIONS, "--output-file", str(lock)]
        try:
            subprocess.run(words, cwd=LOCKS.parent, check=True)
        except FileNotFoundError:
            print("uv is needed to resolve the locks: pip install uv", file=sys.stderr)
            return 1
        except subprocess.CalledProcessError as error:
            return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
