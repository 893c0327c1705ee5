"""Copy carried files forward and make every starter again; --check only compares."""

import argparse

from grader.course.catalogue import KIT
from grader.course.stages import make_stages, out_of_step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on any drift")


def run(options: argparse.Namespace) -> int:
    """Make or compare."""
    if not options.check:
        written = make_stages()
        for path in written:
            print(f"made {path.relative_to(KIT)}")
        print(f"{len(written)} files made")
    strays = out_of_step()
    for path in strays:
        print(f"out of step: {path.relative_to(KIT)}")
    if strays:
        print("mend it with: make stages (a file that stays is named by no lesson.toml)")
    return 1 if strays else 0
