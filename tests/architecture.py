"""What the source of a package says about its structure, read without running it.

Every check gives a list of findings, one sentence each; an empty list means that all is well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FLOORS = {
    "base": 0,
    "calculus": 1,
    "data": 1,
    "augment": 2,
    "filters": 2,
    "nn": 2,
    "likelihoods": 2,
    "penalties": 2,
    "metrics": 2,
    "optim": 2,
    "robust": 2,
    "insight": 3,
    "models": 3,
    "learn": 3,
    "training": 4,
    "doctor": 5,
    "evaluation": 5,
    "report": 5,
    "tuning": 5,
    "estimators": 6,
    "keras": 6,
    "cli": 6,
    "serve": 6,
}
FRONT_DOOR = 6  # the package itself is a face, too: for users, not for the rooms below

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60

FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")


class Module(NamedTuple):
    """One file of a package."""

    name: str
    source: str
    tree: ast.Module
    is_package: bool

    @property
    def room(self) -> str:
        """The second part of the name; empty for the front door."""
        return [*self.name.split("."), ""][1]


class Import(NamedTuple):
    """One imported name, and where it is."""

    target: str
    line: int


def read(root: Path) -> dict[str, Module]:
    """Every module of the package in the folder `root`, by its full name."""
    modules = {}
    for path in sorted(root.rglob("*.py")):
        parts = [root.name, *path.relative_to(root).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        source = path.read_text(encoding="utf-8")
        modules[name] = Module(name, source, ast.parse(source), is_package)
    return modules


def upward_imports(modules: dict[str, Module]) -> list[str]:
    """Imports of a higher floor, anywhere in a file, and rooms without a floor."""
    findings = [f"{m.name}: its room has no floor" for m in modules.values() if floor(m) is None]
    for module in modules.values():
        for target, line in imports(module, ast.walk(module.tree), modules):
            above = floor(modules[target])
            mine = floor(module)
            if mine is not None and above is not None and above > mine:
                findings.append(f"{module.name}:{line} (floor {mine}) imports {target} ({above})")
    return findings


def import_cycles(modules: dict[str, Module]) -> list[str]:
    """Chains of imports, run when the files are loaded, that lead back to where they began."""
    graph = {
        name: sorted({i.target for i in imports(module, at_load_time(module.tree), modules)})
        for name, module in modules.items()
    }
    findings, done = [], set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            findings.append(" → ".join([*trail[trail.index(name) :], name]))
        elif name not in done:
            for target in graph[name]:
                walk(target, (*trail, name))
            done.add(name)

    for name in graph:
        walk(name, ())
    return findings


def long_files(modules: dict[str, Module]) -> list[str]:
    """Files that hold more than one idea, by their length."""
    lengths = {name: len(module.source.splitlines()) for name, module in modules.items()}
    return [f"{name}: {n} lines" for name, n in lengths.items() if n > MOST_LINES_OF_A_FILE]


def long_functions(modules: dict[str, Module]) -> list[str]:
    """Functions that are too long to be read at once; docstrings are not counted."""
    return [
        f"{module.name}:{node.lineno} {node.name}: {body_lines(node)} lines"
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and body_lines(node) > MOST_LINES_OF_A_FUNCTION
    ]


def lost_updates(modules: dict[str, Module]) -> list[str]:
    """Statements like `x.at[i].set(v)`: the new array is thrown away."""
    return [
        f"{module.name}:{node.lineno} {ast.unparse(node)}"
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr) and is_indexed_update(node.value)
    ]


def code_from_data(modules: dict[str, Module]) -> list[str]:
    """Pickle and its kin, `eval` and its kin: what lets a file run code."""
    findings = []
    for module in modules.values():
        for node in ast.walk(module.tree):
            names = {name.split(".")[0] for name in imported_names(node)} & FORBIDDEN_MODULES
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names |= {node.func.id} & FORBIDDEN_CALLS
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                names |= {"allow_pickle"} if ast.unparse(node.value) != "False" else set()
            findings += [f"{module.name}:{node.lineno} {name}" for name in sorted(names)]
    return findings


def unfinished(modules: dict[str, Module]) -> list[str]:
    """Lines that say that something is missing."""
    return [
        f"{module.name}:{number} {line.strip()}"
        for module in modules.values()
        for number, line in enumerate(module.source.splitlines(), 1)
        if UNFINISHED.search(line)
    ]


def floor(module: Module) -> int | None:
    """The floor of a module's room; None where the table has none."""
    return FRONT_DOOR if module.room in ("", "__main__") else FLOORS.get(module.room)


def imports(module: Module, nodes, modules: dict[str, Module]) -> list[Import]:
    """The modules of the package itself that some nodes of a file import; the front door may
    import whom it likes.
    """
    found = []
    for node in nodes:
        for name in imported_names(node, module):
            target = name if name in modules else name.rpartition(".")[0]
            if target in modules and target != module.name:
                found.append(Import(target, node.lineno))
    return [] if module.room == "" else found


def imported_names(node: ast.AST, module: Module | None = None) -> list[str]:
    """Full names of what an import statement imports; nothing for other nodes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level and module is not None:
        package = module.name.split(".")
        package = package[: len(package) - node.level + module.is_package]
        base = ".".join([*package, *filter(None, [node.module])])
    return [f"{base}.{alias.name}" for alias in node.names]


def at_load_time(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a file is loaded: none inside functions or `TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from at_load_time(node)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` on, without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return total
    docstring = function.body[0]
    return total - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def is_indexed_update(node: ast.AST) -> bool:
    """Whether an expression is a call such as `x.at[i].set(v)`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Subscript)
        and isinstance(node.func.value.value, ast.Attribute)
        and node.func.value.value.attr == "at"
    )
