"""A setting of a Django settings module, read from its source: the module is never run.

Only what the source alone says is taken for known: literals, lists put together from them, names
set before, `from .base import *`. What comes from the environment or hangs on a condition is
unclear, with its line.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from probes.engine.errors import CannotLook
from probes.engine.files.settings_file import Setting, items_of

Read = Callable[[Path], str | None]
_DEEPEST = 5
_MOST_PARENTS = 4


def read_django_setting(path: Path, name: str, *, read: Read) -> Setting | None:
    """None when no statement sets it. `read` gives the source of a file, or None when there is
    none. Raises CannotLook for what is no proper Python."""
    known: dict[str, Setting] = {}
    try:
        _follow(path, known, read, depth=0)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise CannotLook("unreadable", f"{path.name} is not proper Python: {error}") from None
    return known.get(name)


def _follow(path: Path, known: dict[str, Setting], read: Read, *, depth: int) -> bool:
    """False when there is no such file."""
    source = read(path) if depth < _DEEPEST else None
    if source is None:
        return False
    for statement, is_certain in _statements(ast.parse(source).body, is_certain=True):
        if isinstance(statement, ast.ImportFrom):
            if any(alias.name == "*" for alias in statement.names):
                any(_follow(each, known, read, depth=depth + 1) for each in _files(path, statement))
            continue
        where = f"line {statement.lineno} of {path.name}"
        for name, value, adds in _assignments(statement):
            new = _value(value, known, where)
            known[name] = _after(known.get(name), new, where, adds=adds, is_certain=is_certain)
    return True


def _after(
    before: Setting | None, new: Setting, where: str, *, adds: bool, is_certain: bool
) -> Setting:
    if is_certain:
        return (before or Setting()) + new if adds else new
    # Either may hold, so what is certain is in both.
    had = before.items if before else ()
    certain = had if adds else tuple(each for each in had if each in new.items)
    return Setting(items=certain, unclear=f"{where} sets it on a condition")


def _statements(body: list[ast.stmt], *, is_certain: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """Those that run when the module is imported, and whether they do for certain."""
    for statement in body:
        if not isinstance(statement, ast.If | ast.Try | ast.With | ast.For | ast.While):
            yield statement, is_certain
            continue
        for name in ("body", "handlers", "orelse", "finalbody"):
            for inner in getattr(statement, name, []):
                block = inner.body if isinstance(inner, ast.ExceptHandler) else [inner]
                yield from _statements(block, is_certain=False)


def _files(path: Path, statement: ast.ImportFrom) -> Iterator[Path]:
    """Where the module may lie: beside this file, or below a folder above it."""
    steps = statement.module.split(".") if statement.module else []
    above = list(path.parents)
    if statement.level:
        above = above[statement.level - 1 : statement.level]
    for folder in above[:_MOST_PARENTS]:
        yield folder.joinpath(*steps, "__init__.py")
        if steps:
            yield folder.joinpath(*steps).with_suffix(".py")


def _assignments(statement: ast.stmt) -> Iterator[tuple[str, ast.expr, bool]]:
    """Name, value, and whether it is added to what was there."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield from ((each.id, value, False) for each in targets if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value, False
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, value, True
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=deed), args=[*_, last])
        ) if deed in ("append", "insert"):
            yield name, ast.List(elts=[last], ctx=ast.Load()), True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=deed))):
            # After `remove`, `clear` and the like nothing is certain any more.
            yield name, statement.value, deed == "extend"


def _value(node: ast.expr, known: Mapping[str, Setting], where: str) -> Setting:
    match node:
        case ast.Constant(value=value):
            return Setting(items=items_of(value))
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return sum((_part(each, known, where) for each in parts), Setting())
        case ast.Dict(keys=keys):
            return sum((_part(each, known, where) for each in keys if each), Setting())
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _value(left, known, where) + _value(right, known, where)
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Call(func=ast.Attribute(attr="extend"), args=[value]):
            return _value(value, known, where)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="split")):
            return Setting(items=items_of(text))
    return Setting(unclear=_why_unclear(node, where))


def _part(node: ast.expr, known: Mapping[str, Setting], where: str) -> Setting:
    """A text inside a list is one part, whatever is in it."""
    match node:
        case ast.Constant(value=value):
            return Setting(items=items_of([value]))
        case ast.Starred(value=value):
            return _value(value, known, where)
    return _value(node, known, where)


def _why_unclear(node: ast.expr, where: str) -> str:
    for each in ast.walk(node):
        match each:
            case (
                ast.Call(args=[ast.Constant(value=str(name)), *_])
                | ast.Subscript(slice=ast.Constant(value=str(name)))
            ) if name.isidentifier() and name.isupper():
                return (
                    f"{where} seems to take it from the environment variable {name}; look there "
                    "(env_var, env_file_keys)"
                )
    return f"{where} works it out when it runs"
