"""Where this gradient comes from: the outputs that a number has a part in, times their own gradients."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from networks.core.message import message
from networks.explanations.core.explainer import Slopes
from networks.explanations.core.forms import Explanation, Joined, Stage, WeightedSum
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Array, Numbers, Places, Position
from networks.explanations.values.value import explainer_of


class Consumer(msgspec.Struct, frozen=True, eq=False):
    """A layer that takes the output in question as its input `which`, and the gradient of its own output."""

    name: str
    passed: LayerPass
    which: int
    gradient: Array


@np.errstate(all="ignore")
def gradient_of_value(consumers: Sequence[Consumer], at: Position, value: float) -> Explanation:
    """The gradient of one number of a layer's output: a stage for each wire that leaves it, then their sum.

    `value` is what torch computed. Raises UnexplainedError where a consumer's type declares no explanation.
    """
    stages = []
    for consumer in consumers:
        slopes = explainer_of(type(consumer.passed.layer)).input_slopes(consumer.passed, consumer.which, at)
        title = message("By way of {layer}", layer=consumer.name)
        stages.append(Stage(title, _weighed(slopes, consumer.gradient), "∂L/∂x = Σ ∂L/∂y · ∂y/∂x"))
    if len(stages) != 1:
        parts = np.array([stage.form.result for stage in stages])
        places = tuple(Places("stage", index) for index in range(len(stages)))
        title = message("All ways together")
        stages.append(Stage(title, Joined("sum", parts, places), "∂L/∂x = Σ over the ways"))
    return Explanation(at, value, tuple(stages))


@np.errstate(all="ignore")
def gradient_of_weight(
    passed: LayerPass, name: str, at: Position, gradient: Array, value: float
) -> Explanation:
    """The gradient of one learned number: every output that it has a part in, in all images of the batch.

    `name` is torch's within the layer, `gradient` that of the layer's output, `value` what torch computed.
    Raises UnexplainedError where the type declares no explanation.
    """
    slopes = explainer_of(type(passed.layer)).weight_slopes(passed, name, at)
    stage = Stage(
        message("Every place where the weight was used"),
        _weighed(slopes, gradient),
        "∂L/∂w = Σ ∂L/∂y · ∂y/∂w",
    )
    return Explanation(at, value, (stage,))


def _weighed(slopes: Slopes, gradient: Array) -> WeightedSum:
    above = slopes.outputs.read(gradient, slopes.values.shape)
    return WeightedSum("gradient", above, slopes.values, slopes.outputs, slopes.factors)


def shares(norms: Numbers) -> Numbers:
    """The share of each way at a fork: its gradient's norm over the sum of all; 0 where nothing arrives."""
    total = norms.sum()
    return norms / total if total > 0 else np.zeros_like(norms)
