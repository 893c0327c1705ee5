"""What differs between two stages of a file, part by part: functions, constants, classes."""

from __future__ import annotations

import ast

from grader.course.starter import functions


def parts(source: str) -> dict[str, str]:
    """Return every function and constant of a file, by qualified name, as normalised source.

    Docstrings and comments of functions count as part of them, imports and the file's own
    docstring do not.
    """
    tree = ast.parse(source)
    found = {name: ast.get_source_segment(source, node) or "" for name, node in functions(source)}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                found[ast.unparse(target)] = ast.get_source_segment(source, node) or ""
    return found


def changed_parts(before: str, after: str) -> list[str]:
    """Return the names of the parts that were added, changed or taken away, in order."""
    old, new = parts(before), parts(after)
    return [
        name for name in [*new, *(n for n in old if n not in new)] if old.get(name) != new.get(name)
    ]
