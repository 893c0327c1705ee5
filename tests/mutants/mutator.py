"""Makes mutants of a function: programs that differ from it in one small place.

The rule: a mutant can be compiled and its text differs; whether it does anything else than the
original, a suite has to say. Words in quotes are left as they are: the suites compare each of them.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from grader.course.starter import Function, functions
from tests.mutants.changes import changes


@dataclass(frozen=True)
class Mutant:
    """One changed program. text: the line that was changed, as it was, without its indentation.

    nth: which of the function's lines with that text it is, from 1. what: the change, in a few
    words. source: the whole changed file.
    """

    function: str
    line: int
    text: str
    nth: int
    what: str
    source: str


def mutants(source: str, function: str) -> Iterator[Mutant]:
    """Yield every mutant of one function of a file, by its qualified name, from top to bottom.

    Raises KeyError when there is no such function.
    """
    lines = source.splitlines()
    texts = [line.strip() for line in lines]
    original = dict(functions(source))[function]
    seen = {ast.unparse(original)}
    for line, what, changed in sorted(_changed(original), key=lambda one: one[0]):
        whole = _with(changed, original, lines)
        if changed not in seen and _compiles(whole):
            seen.add(changed)
            nth = texts[original.lineno - 1 : line].count(texts[line - 1])
            yield Mutant(function, line, texts[line - 1], nth, what, whole)


def _changed(original: Function) -> Iterator[tuple[int, str, str]]:
    for place, node in enumerate(ast.walk(original)):
        for change in changes(node):
            changed = copy.deepcopy(original)
            change.make(list(ast.walk(changed))[place])
            yield change.line, change.what, ast.unparse(ast.fix_missing_locations(changed))


def _with(changed: str, original: Function, lines: list[str]) -> str:
    """Return the file with this text in the place of the original function."""
    text = textwrap.indent(changed, " " * original.col_offset)
    before, after = lines[: original.lineno - 1], lines[original.end_lineno :]
    return "\n".join([*before, text, *after]) + "\n"


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True
