"""The options of `grade`: what they are, and which of them go together."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.box.box import ISOLATED, LIMITED, NO_PROC, UNPROTECTED
from grader.box.levels import trouble
from grader.box.turns import processors
from grader.classrun.classfolder import is_hidden
from grader.classrun.seeds import SECRET
from grader.commands import lateness
from grader.course.catalogue import KIT
from grader.errors import UserError
from grader.handover.command_line import add_roster_arguments

JOBS = max(2, processors() * 3 // 2)  # at a time; suites wait as often as they work
ENGINES = ("local", "dask")
SAMPLE = KIT / "tests" / "sample_class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    add = parser.add_argument
    add("class_folder", type=Path, metavar="CLASS_DIR")
    add("--as-it-is", action="store_true", help="a folder that is alone in CLASS_DIR is no class")
    add("--lesson", action="append", default=[], metavar="N", help="only this; can be repeated")
    add("--only", action="append", default=[], metavar="ID", help="grade this submission again")
    add("--seed", type=int, metavar="S", help="with --only: instead of the recorded one")
    add("--fresh", action="store_true", help="take nothing over from earlier runs")
    add("--out", type=Path, default=Path("out"), metavar="DIR")
    add("--jobs", type=int, default=JOBS, metavar="N", help="lessons at the same time")
    add("--secret", type=Path, metavar="FILE", help=f"default: OUT/{SECRET}; made if not there")
    add("--engine", choices=ENGINES, default="local", help="dask: a cluster, see INSTRUCTORS.md")
    add("--scheduler", metavar="ADDR", help="of a running cluster, such as tcp://head:8786")
    add("--yes-unsafe", action="store_true", help="grade strangers' programs without a sandbox")
    add("--plain", action="store_true", help="no colour, nothing that moves")
    lateness.add_arguments(parser)
    add_roster_arguments(parser)


def check(options: argparse.Namespace, level: str) -> None:
    """Raise UserError for options that do not go together, or not with this level."""
    if options.jobs < 1:
        raise UserError(f"--jobs {options.jobs}: at least 1 is needed")
    if options.seed is not None and not options.only:
        raise UserError("--seed is for the replay of one submission: it needs --only ID")
    if options.seed is not None and not 0 < options.seed <= 2**31:
        raise UserError(f"--seed {options.seed}: seeds are from 1 to {2**31}")
    if options.scheduler and options.engine != "dask":
        raise UserError("--scheduler is for --engine dask")
    _refuse_out_in_class(options)
    if options.yes_unsafe or is_sample(options.class_folder):
        return
    if level == UNPROTECTED:
        raise UserError(_refusal("these programs would run with your rights", LIMITED))
    if options.engine == "dask" and level not in (ISOLATED, NO_PROC):
        raise UserError(_refusal("these programs could reach the cluster", ISOLATED))


def _refuse_out_in_class(options: argparse.Namespace) -> None:
    """Raise UserError if the next run would take our reports for what students handed in."""
    folder, out = options.class_folder.resolve(), options.out.resolve()
    if not folder.is_dir() or not out.is_relative_to(folder):
        return
    if out == folder or not is_hidden(out.relative_to(folder).parts[0]):
        raise UserError(
            f"--out {options.out} lies in the class folder, so that its reports would be taken for "
            "submissions; choose another --out"
        )


def is_sample(folder: Path) -> bool:
    """Whether this is the class that comes with the kit, whose programs are ours."""
    return folder.resolve() == SAMPLE


def _refusal(what: str, needed: str) -> str:
    why = trouble(needed if needed == LIMITED else ISOLATED)
    if needed == LIMITED:
        why = f"{trouble(ISOLATED)}; {why}"
    return f"no sandbox, so {what}: {why}. Mend that, or say --yes-unsafe"
