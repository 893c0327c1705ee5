"""The command line. Bad input ends in one clear line and status 2, never in a traceback."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from grader import __version__
from grader.errors import UserError

COMMANDS = (
    *("check", "hint", "diff", "run", "doctor"),
    *("grade", "report", "bundle", "gradescope", "stages"),
)
USAGE, BROKEN, INTERRUPTED = 2, 3, 130
# What a system refuses for reasons that lie outside of the grader, and that its user can mend.
MENDABLE = {getattr(errno, name, 0) for name in ("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT")}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line, and where to read more; exit with status 2."""
        self.exit(USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser(names: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser with these commands; only their modules are loaded."""
    top = Parser(prog="python -m grader", description="From Echo to Chat: check and grade.")
    top.add_argument("--version", action="version", version=f"From Echo to Chat {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        module = importlib.import_module(f"grader.commands.{name}")
        summary = (module.__doc__ or "").splitlines()[0].rstrip(".")
        command = commands.add_parser(name, help=summary, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run, refuse=command.error)
    return top


def needed_commands(given: Sequence[str]) -> list[str]:
    """Return the command that is asked for, or all; a student's kit has only some of them."""
    named = [name for name in given[:1] if name in COMMANDS] or COMMANDS
    there = [name for name in COMMANDS if find_spec(f"grader.commands.{name}")]
    return [name for name in named if name in there] or there


def never_fail_to_print() -> None:
    """Let what the terminal's encoding cannot show become a question mark instead of an error.

    Where stdout or stderr was closed by whoever started us, what is printed goes nowhere.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def print_no_more() -> None:
    """Throw away what stdout has not taken: Python tries it again when it ends, and complains."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def know_home(options: argparse.Namespace) -> None:
    """Let `~` be the user's home in each path: some shells, and make, hand it on as it is."""
    for name, value in vars(options).items():
        if isinstance(value, Path) and value.parts[:1] == ("~",):
            setattr(options, name, Path.home().joinpath(*value.parts[1:]))


def run(given: Sequence[str]) -> int:
    """Run a command until all that it has printed is out; return its exit status."""
    try:
        options, unknown = parser(needed_commands(given)).parse_known_args(given)
        if unknown:
            options.refuse(f"unrecognized arguments: {' '.join(unknown)}")
        know_home(options)
        return int(options.run(options))
    finally:
        sys.stdout.flush()


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    given = list(sys.argv[1:] if words is None else words)
    never_fail_to_print()
    try:
        return run(given)
    except UserError as error:
        print(f"grader: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("grader: stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        print_no_more()
        return INTERRUPTED  # the reader of our output, such as head, has seen enough
    except ModuleNotFoundError as error:
        where = ".venv\\Scripts\\python" if os.name == "nt" else ".venv/bin/python"
        made = "made by: python grader/bootstrap.py core"
        print(f"grader: this Python has no {error.name}: use {where} ({made})", file=sys.stderr)
        return USAGE
    except Exception as error:  # the last line of defence: nobody is shown a traceback
        return explained(error)


def explained(error: Exception) -> int:
    """Say what the system has refused, or else that the grader has broken; return the status."""
    if isinstance(error, OSError) and error.errno in MENDABLE:
        where = f"{error.filename}: " if error.filename else ""
        way_out = "mend that and give the same command again"
        print(f"grader: {where}{error.strerror}; {way_out}", file=sys.stderr)
        print_no_more()  # stdout itself may be on the disk that is full
        return USAGE
    print(f"grader: it broke itself: {type(error).__name__}: {error}", file=sys.stderr)
    print("grader: please report this, with the command you gave", file=sys.stderr)
    return BROKEN
