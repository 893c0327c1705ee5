"""Makes a starter from a solution: the named functions lose their bodies, and nothing else.

The rule: the docstring is the assignment, so it stays.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.errors import UserError

Function = ast.FunctionDef | ast.AsyncFunctionDef


def starter_source(source: str, holes: Mapping[str, str]) -> str:
    """Return the source with each named function emptied.

    holes: function -> what its TODO says. Raises UserError for a name that is not there.
    """
    found = dict(functions(source))
    missing = sorted(set(holes) - set(found))
    if missing:
        raise UserError(f"there is no function called {', '.join(missing)}")
    lines = source.splitlines(keepends=True)
    for name in sorted(holes, key=lambda name: -found[name].lineno):
        first, last, indent = _body(found[name])
        lines[first - 1 : last] = [f'{indent}raise NotImplementedError("TODO {holes[name]}")\n']
    return "".join(lines)


def functions(source: str) -> Iterator[tuple[str, Function]]:
    """Yield every function with its qualified name: `open_listener`, `Room.join`."""
    yield from _functions(ast.parse(source), "")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _body(function: Function) -> tuple[int, int, str]:
    """Return the first and last line of the body behind the docstring, and its indentation."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    first = body[0]
    end = function.end_lineno or first.lineno
    start = function.body[0].end_lineno
    begin = start + 1 if ast.get_docstring(function) is not None and start else first.lineno
    return begin, end, " " * first.col_offset
