"""The functions of `networks.runs.measures` that training scripts print, read as text from its file."""

from __future__ import annotations

import ast
import inspect
from functools import cache

from networks.runs import measures


def printed_functions() -> str:
    """The functions that measure, and those that they use, two empty lines apart."""
    return "\n\n\n".join(_functions().values())


def printed_names() -> tuple[str, ...]:
    """What the functions are called."""
    return tuple(_functions())


@cache
def _functions() -> dict[str, str]:
    text = inspect.getsource(measures)
    found = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    wanted = ["add_to", "means", *(measure.taken.__name__ for measure in measures.MEASURES)]
    needed: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in needed:
            needed.add(name)
            used = {node.id for node in ast.walk(found[name]) if isinstance(node, ast.Name)}
            wanted += used & found.keys()
    return {name: ast.get_source_segment(text, node) or "" for name, node in found.items() if name in needed}
