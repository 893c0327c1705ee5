"""What can be changed at one node of a syntax tree: the mistakes that fingers make.

Conditions, constants, statements left out or exchanged, ways out of a loop or a function, clean-up
and locks left out. A change is made to a copy of the node that it was found at.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

OPPOSITE = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
SIGNS = {
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
    **{ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in"},
}
CALLING = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return)
LEFT_ALONE = (ast.Pass, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.FunctionDef)


@dataclass(frozen=True)
class Change:
    """A change at a line, in words, and the function that makes it to a node."""

    line: int
    what: str
    make: Callable[[Any], object]


def changes(node: ast.AST) -> Iterator[Change]:
    """Yield every change that can be made at this node, not below it."""
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        yield _junction(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield Change(node.lineno, "not x -> x", _doubt)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        yield from _conditions(node)
    elif isinstance(node, ast.Return) and not _is_none(node.value):
        yield Change(node.lineno, "return x -> return None", _return_none)
    for field in ("body", "orelse", "finalbody"):
        if isinstance(statements := getattr(node, field, None), list):
            yield from _statements(node, field, statements)


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for place, old in enumerate(node.ops):
        for new in OPPOSITE[type(old)]:

            def make(node: ast.Compare, place: int = place, new: type[ast.cmpop] = new) -> None:
                node.ops[place] = new()

            yield Change(node.lineno, f"{SIGNS[type(old)]} -> {SIGNS[new]}", make)


def _junction(node: ast.BoolOp) -> Change:
    old, new = ("and", ast.Or) if isinstance(node.op, ast.And) else ("or", ast.And)

    def make(node: ast.BoolOp) -> None:
        node.op = new()

    return Change(node.lineno, f"{old} -> {'or' if old == 'and' else 'and'}", make)


def _doubt(node: ast.UnaryOp) -> None:
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _constants(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        others: tuple[object, ...] = (not value,)
    elif isinstance(value, int):
        others = (1 - value, value + 1) if value in (0, 1) else (value + 1,)
    else:
        others = ()
    for other in dict.fromkeys(others):

        def make(node: ast.Constant, other: Any = other) -> None:
            node.value = other

        yield Change(node.lineno, f"{value} -> {other}", make)


def _conditions(node: ast.If | ast.While | ast.IfExp) -> Iterator[Change]:
    test = node.test
    changed_below = isinstance(test, ast.Compare | ast.UnaryOp | ast.Constant)
    if not changed_below:

        def negate(node: Any) -> None:
            node.test = ast.UnaryOp(ast.Not(), node.test)

        yield Change(test.lineno, "x -> not x", negate)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _return_none(node: ast.Return) -> None:
    node.value = None


def _statements(owner: ast.AST, field: str, statements: list[Any]) -> Iterator[Change]:
    for place, statement in enumerate(statements):
        if _is_text(statement) or isinstance(statement, LEFT_ALONE):
            continue
        ends_it = isinstance(owner, ast.FunctionDef) and statement is statements[-1]
        for what, instead in _instead_of(statement, ends_it):
            yield _replaced(field, place, statement.lineno, what, instead)
        after = statements[place + 1] if place + 1 < len(statements) else None
        if after and _calls(statement) and _calls(after):
            yield Change(statement.lineno, "exchanged with the next statement", _swap(field, place))


def _instead_of(
    statement: ast.stmt, ends_it: bool
) -> Iterator[tuple[str, Callable[[Any], list[Any]]]]:
    """Yield what can stand in the place of a statement: words, and what makes it of a copy.

    ends_it: whether it is the last one of a function; there no return is a return of None.
    """
    if not (ends_it and isinstance(statement, ast.Return)):
        yield "left out", lambda old: [ast.Pass()]
    if isinstance(statement, ast.Break):
        yield "break -> continue", lambda old: [ast.Continue()]
    elif isinstance(statement, ast.Continue):
        yield "continue -> break", lambda old: [ast.Break()]
    elif isinstance(statement, ast.With):
        yield "without its with", lambda old: old.body
    elif isinstance(statement, ast.Try):
        for number in range(len(statement.handlers)):
            yield _nth_except(number), lambda old, number=number: _without_except(old, number)
        if statement.finalbody:
            yield "without its finally", _without_finally


def _nth_except(number: int) -> str:
    return "without its except" if number == 0 else f"without its except number {number + 1}"


def _without_except(old: ast.Try, number: int) -> list[Any]:
    del old.handlers[number]
    return [old] if old.handlers or old.finalbody else [*old.body, *old.orelse]


def _without_finally(old: ast.Try) -> list[Any]:
    old.finalbody = []
    return [old] if old.handlers else [*old.body, *old.orelse]


def _replaced(
    field: str, place: int, line: int, what: str, instead: Callable[[Any], list[Any]]
) -> Change:
    def make(owner: Any) -> None:
        statements = getattr(owner, field)
        statements[place : place + 1] = instead(statements[place])

    return Change(line, what, make)


def _swap(field: str, place: int) -> Callable[[Any], None]:
    def make(owner: Any) -> None:
        statements = getattr(owner, field)
        statements[place : place + 2] = reversed(statements[place : place + 2])

    return make


def _calls(statement: ast.stmt) -> bool:
    return isinstance(statement, CALLING) and any(
        isinstance(node, ast.Call) for node in ast.walk(statement)
    )


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
