"""Finds in a Python file what other systems lack, and whether anything guards it."""

import ast
import re
from pathlib import Path

from tests.like_windows.windows_lacks import ATTRIBUTES, MODULES, PLACES

GUARD = re.compile(r"\bPOSIX\b|os\.name|sys\.platform|hasattr\(|\bLIBC\b|\.ground is")
FORGIVEN = {"ImportError", "ModuleNotFoundError", "OSError", "AttributeError"}

# Only Linux uses these, since `levels.trouble` offers its levels to no other system. Anybody may
# import them.
BOXED = {
    f"box/{name}.py" for name in ("attacker", "ground", "inside", "kernel", "landlock", "walls")
}
LOOKED_AT_FIRST = {  # by whoever calls these
    "box/box.py": {"Box._start_boxed", "_in_memory"},
    "box/boxed.py": {"BoxedFamily", "_pid_inside"},
    "box/family.py": {"Family._is_mine"},
    "wire/sockets.py": {"_queues_of"},
    "wire/crowd.py": {"_somaxconn", "_knock", "_connected"},
    "wire/terminal.py": {"Terminal.__init__"},
}


class Reader:
    """Finds in a file what Windows lacks, and where it is not guarded."""

    def __init__(self, path: Path) -> None:
        self.name = f"{path.parent.name}/{path.name}"
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    def unguarded(self, wanted):
        """Return a line for each node for which `wanted` has a word, where nothing guards it."""
        found = ((node, wanted(node)) for node in ast.walk(self.tree))
        return [
            f"{self.name}:{node.lineno}: {word}"
            for node, word in found
            if word and not self.is_guarded(node)
        ]

    def is_guarded(self, node) -> bool:
        """Whether a question about the system, or a forgiven error, stands around it."""
        names = []
        while node in self.parents:
            before, node = node, self.parents[node]
            if isinstance(node, ast.If | ast.IfExp | ast.BoolOp):
                test = node.values[0] if isinstance(node, ast.BoolOp) else node.test
                if before is not test and GUARD.search(ast.unparse(test)):
                    return True
            if isinstance(node, ast.Try) and before in node.body and forgives(node.handlers):
                return True
            if isinstance(node, ast.With) and before in node.body and suppresses(node):
                return True
            if isinstance(node, ast.FunctionDef) and asks_first(node, before):
                return True
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.insert(0, node.name)
        if self.name in BOXED:
            return bool(names)  # what stands outside of functions runs everywhere
        inside = {".".join(names[:n]) for n in range(1, len(names) + 1)}
        return bool(inside & LOOKED_AT_FIRST.get(self.name, set()))


def forgives(handlers) -> bool:
    """Whether one of these handlers takes what a missing thing raises."""
    return any(handler.type and names_of(handler.type) & FORGIVEN for handler in handlers)


def names_of(node):
    """Return the names in an expression."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def suppresses(node) -> bool:
    """Whether a `with` is a suppress() of what a missing thing raises."""
    calls = [item.context_expr for item in node.items]
    return any("suppress" in names_of(call) and names_of(call) & FORGIVEN for call in calls)


def asks_first(function, statement) -> bool:
    """Whether the function returns, before this statement, where the system is another one."""
    place = function.body.index(statement) if statement in function.body else 0
    return any(
        isinstance(one, ast.If)
        and GUARD.search(ast.unparse(one.test))
        and isinstance(one.body[-1], ast.Return | ast.Raise)
        for one in function.body[:place]
    )


def lacking(node) -> str:
    """Return what a node uses that Windows lacks; empty for nothing."""
    if isinstance(node, ast.Import):
        return ", ".join(a.name for a in node.names if a.name.partition(".")[0] in MODULES)
    if isinstance(node, ast.ImportFrom):
        names = {a.name for a in node.names} & ATTRIBUTES.get(node.module or "", set())
        return ", ".join([node.module] if node.module in MODULES else sorted(names))
    owner = ast.unparse(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{owner}.{node.attr}" if owner and node.attr in ATTRIBUTES.get(owner, ()) else ""


def place(node) -> str:
    """Return the path that a string names, if it is one that only Unix has."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if node.value.startswith(PLACES) else ""
    return ""


def text_file(node) -> str:
    """Return a call that opens a text, or a program's, and leaves its encoding to the system."""
    if not isinstance(node, ast.Call):
        return ""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    given = {word.arg for word in node.keywords}
    texts = {ast.unparse(w) for w in node.keywords} & {"text=True", "universal_newlines=True"}
    opens = name in ("read_text", "write_text") or texts
    if name in ("open", "fdopen"):
        first, *_ = [*map(ast.unparse, node.args), ""]
        a_file = isinstance(node.func, ast.Name) or name == "fdopen" or first.startswith(("'", '"'))
        binary = re.search("'[rwxa+]*b[+]?'", ast.unparse(node))
        opens = a_file and first != "os.devnull" and not binary
    return ast.unparse(node) if opens and "encoding" not in given else ""
