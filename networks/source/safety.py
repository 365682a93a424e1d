"""A last check of printed code: it is parsed, and may import, call and name only what was intended."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence

from networks.core.call import Call
from networks.graph.network import RESERVED
from networks.source.classes import Class, Member

_IMPORTS = frozenset(("import torch", "from torch import Tensor, nn", "from collections import OrderedDict"))
_NAMES = frozenset(
    ("super", "range", "int", "float", "bool", "str", "tuple", "torch", "nn", "Tensor", "OrderedDict", "_")
)
_TORCH = frozenset(("nn.Module", "nn.Sequential", "nn.ModuleList", "nn.ModuleDict", "nn.Parameter"))
_METHODS = frozenset(("__init__", "forward", "train"))
_HIDDEN = frozenset(("__init__",))
"""The only attribute that may begin with an underscore, besides those that are parts of the network."""
_COMMENT = re.compile(r"# [0-9×, …]+")
_NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Import, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef, ast.arguments, ast.arg,
    ast.Expr, ast.Assign, ast.Return, ast.If, ast.Call, ast.keyword, ast.Attribute, ast.Name, ast.Constant,
    ast.Subscript, ast.Tuple, ast.List, ast.Dict, ast.BinOp, ast.UnaryOp, ast.Starred, ast.GeneratorExp,
    ast.comprehension, ast.operator, ast.unaryop, ast.expr_context,
)  # fmt: skip


class UnexpectedCodeError(AssertionError):
    """Printed code that was not intended: a bug of the printer, never the user's fault."""


def verify(text: str, classes: Sequence[Class], own: Mapping[str, str]) -> None:
    """Parses the text and checks all that it imports, calls and names. Raises UnexpectedCodeError.

    `own` are the texts of further classes that stand in it word for word, by name.
    """
    tree = ast.parse(text)
    _leave_out(tree, text, own)
    known = {made.name for made in classes}
    parts = {name for made in classes for name in _components(made.body.members)} - RESERVED
    targets = _TORCH | {target for made in classes for target in targets_of(made)}
    for node in ast.walk(tree):
        _require(isinstance(node, _NODES), node)
        match node:
            case ast.Import() | ast.ImportFrom():
                _require(ast.unparse(node) in _IMPORTS, node)
            case ast.Attribute():
                _require(not node.attr.startswith("_") or node.attr in _HIDDEN | parts, node)
                if _root(node) in ("torch", "nn"):
                    dotted = ast.unparse(node)
                    _require(any(f"{target}.".startswith(f"{dotted}.") for target in targets), node)
    for statement in tree.body:
        _require(isinstance(statement, ast.Import | ast.ImportFrom | ast.ClassDef), statement)
        if isinstance(statement, ast.ClassDef):
            _require(statement.name in known, statement)
            for method in statement.body[1:]:
                _require(isinstance(method, ast.FunctionDef) and method.name in _METHODS, method)
                _verify_names(method, _NAMES | known | own.keys())
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not _COMMENT.fullmatch(token.string):
            raise UnexpectedCodeError(token.string)


def _leave_out(tree: ast.Module, text: str, own: Mapping[str, str]) -> None:
    """Takes the classes out whose text is known, which must stand in it unchanged."""
    for statement in list(tree.body):
        if isinstance(statement, ast.ClassDef) and statement.name in own:
            _require(ast.get_source_segment(text, statement) == own[statement.name], statement)
            tree.body.remove(statement)


def _require(meant: bool, node: ast.AST) -> None:
    if not meant:
        raise UnexpectedCodeError(ast.unparse(node))


def _verify_names(method: ast.AST, known: frozenset[str] | set[str]) -> None:
    """Every name is known, an argument, or a variable of this method that shadows no known name."""
    names = [node for node in ast.walk(method) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    stored |= {node.arg for node in ast.walk(method) if isinstance(node, ast.arg)}
    for node in names:
        _require(node.id in known or node.id in stored, node)
        _require(node.id == "_" or not (node.id in known and node.id in stored), node)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def targets_of(made: Class) -> Iterator[str]:
    """What a class calls, by its dotted names."""
    for member in made.body.members:
        yield from _called(member)
    for line in made.body.lines:
        yield from _called(line.expression)


def _components(members: Sequence[Member]) -> Iterator[str]:
    for member in members:
        yield member.component
        yield from _components(member.members)


def _called(value: object) -> Iterator[str]:
    match value:
        case Member():
            yield from _called(value.call)
            yield from _called(value.members)
        case Call():
            yield value.target
            yield from _called(value.args)
            yield from _called([arg for _, arg in value.kwargs])
        case tuple() | list():
            for each in value:
                yield from _called(each)
