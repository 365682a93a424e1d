"""What printed code contains of Backbone's own functions and classes, read as text from their files."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from networks.graph.walk import reached
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.losses import LOSSES
from networks.recipes.optimizers import OPTIMIZERS
from networks.runs.measures import MEASURES

_NETWORKS = Path(__file__).parents[1]
OWN_LAYERS = "module/own_layers.py"
"""The classes of layers that torch has no module for; each is printed where it is used."""
RATES = "recipes/rates.py"
"""The curves of schedules."""


def _defined_in(place: str) -> tuple[str, ...]:
    statements = ast.parse((_NETWORKS / place).read_text(encoding="utf-8")).body
    defined = (each for each in statements if isinstance(each, ast.ClassDef | ast.FunctionDef))
    return tuple(each.name for each in defined)


_PRINTED = {
    OWN_LAYERS: _defined_in(OWN_LAYERS),
    "data/fitting.py": ("fit",),
    "recipes/datasets/decoding.py": ("pixels_of",),
    "data/ahead.py": ("ahead",),
    "data/order.py": ("balanced",),
    "recipes/balancing.py": ("class_weights",),
    "recipes/splitting.py": ("split", "few_per_class"),
    RATES: _defined_in(RATES),
    "runs/measures.py": ("add_to", "means", *(measure.taken.__name__ for measure in MEASURES)),
    "runs/stopping.py": ("is_better", "is_over"),
    "training/printed/loss_functions.py": tuple(loss().call().target for loss in LOSSES if loss.own),
    "training/printed/dropout.py": ("dropout_layers", "scale_dropout"),
    "training/printed/norm_guards.py": ("guard_norms",),
    "training/printed/mean_pools.py": ("quicken_pools",),
    "training/printed/weight_groups.py": (
        *(kind.groups for kind in OPTIMIZERS if kind.groups),
        "spare_decay",
    ),
    **{f"training/printed/{kind.own}.py": (kind().call("cpu").target,) for kind in OPTIMIZERS if kind.own},
    "training/printed/options.py": ("set_options",),
    "training/printed/averaging.py": ("average_weights",),
    "training/printed/precision.py": ("InBfloat16",),
    "training/printed/compiled.py": ("Compiled",),
    "training/printed/data_parallel.py": ("DataParallel",),
    "training/printed/steps.py": ("train_step", "judge", "set_rate"),
    "data/augmentation/cut_outs.py": ("cut_outs",),
    "data/augmentation": ("augment", "with_partners", *(each.function for each in AUGMENTATIONS)),
}
"""By file or folder, in the order of the script: what is printed, with what it uses of the same place.

The files are read, not imported: what they import is torch's, or is in the script under the same name.
"""
_ORDER = {"data/augmentation": ("draws.py", "geometry.py", "pixels.py", "mixing.py", "batch.py")}
"""Of folders the files, in the order of the script."""


@cache
def loop_text(place: str, *names: str) -> dict[str, str]:
    """The text of what scripts take from a file or folder of `networks`, by name, in its order.

    With `names` only these, and what they use; else all that are ever taken.
    """
    texts: dict[str, str] = {}
    uses: dict[str, set[str]] = {}
    for file in _ORDER.get(place, ("",)):
        text = (_NETWORKS / place / file).read_text(encoding="utf-8")
        for statement in ast.parse(text).body:
            match statement:
                case (
                    ast.FunctionDef(name=name)
                    | ast.ClassDef(name=name)
                    | ast.Assign(targets=[ast.Name(id=name)])
                ):
                    texts[name] = ast.get_source_segment(text, statement) or ""
                    uses[name] = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    assert set(names) <= {*_PRINTED[place]}
    needed = reached(names or _PRINTED[place], lambda name: uses[name] & uses.keys())
    return {name: text for name, text in texts.items() if name in needed}


def loop_names() -> tuple[str, ...]:
    """What all of these functions are called."""
    return tuple(name for place in _PRINTED for name in loop_text(place))
