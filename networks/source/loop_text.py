"""Functions of Backbone's own that training scripts contain, read as text from the files that hold them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from networks.graph.walk import reached
from networks.recipes.losses import LOSSES
from networks.runs.measures import MEASURES

_NETWORKS = Path(__file__).parents[1]
_PRINTED = {
    "data/fitting.py": ("fit",),
    "data/order.py": ("balanced",),
    "recipes/balancing.py": ("class_weights",),
    "recipes/splitting.py": ("split", "few_per_class"),
    "recipes/rates.py": (
        "warm_up",
        "drops",
        "regular_drops",
        "exponential",
        "cosine",
        "restarts",
        "one_cycle",
        "plateau",
    ),
    "runs/measures.py": ("add_to", "means", *(measure.taken.__name__ for measure in MEASURES)),
    "runs/stopping.py": ("is_better", "is_over"),
    "training/loss_functions.py": tuple(loss().call().target for loss in LOSSES if loss.own),
    "training/dropout.py": ("dropout_layers", "scale_dropout"),
    "training/norm_guards.py": ("guard_norms",),
    "training/steps.py": ("train_step", "judge", "set_rate"),
}
"""By file, in the order of the script: what is printed, with what it uses of the same file.

The files are read, not imported: what they import is torch's, or is in the script under the same name.
"""


@cache
def loop_text(file: str, *names: str) -> dict[str, str]:
    """The text of the functions that scripts take from a file of `networks`, by name, in the file's order.

    With `names` only these, and what they use; else all that are ever taken.
    """
    text = (_NETWORKS / file).read_text(encoding="utf-8")
    found: dict[str, ast.stmt] = {}
    for statement in ast.parse(text).body:
        match statement:
            case ast.FunctionDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                found[name] = statement

    def used(name: str) -> set[str]:
        return {node.id for node in ast.walk(found[name]) if isinstance(node, ast.Name)} & found.keys()

    assert set(names) <= {*_PRINTED[file]}
    needed = reached(names or _PRINTED[file], used)
    return {name: ast.get_source_segment(text, node) or "" for name, node in found.items() if name in needed}


def loop_names() -> tuple[str, ...]:
    """What all of these functions are called."""
    return tuple(name for file in _PRINTED for name in loop_text(file))
