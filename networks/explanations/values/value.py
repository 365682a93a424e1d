"""Where this number comes from: the explanation of one value of a layer's output."""

from __future__ import annotations

import numpy as np

from networks.core.message import UserError, message
from networks.explanations.core.explainer import Explainer
from networks.explanations.core.forms import Explanation
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Position
from networks.explanations.layers import (
    activation,
    convolution,
    copying,
    linear,
    merging,
    normalization,
    pixels,
    pooling,
)
from networks.layers.base import Layer

EXPLAINERS: dict[type[Layer], Explainer] = {
    kind: explainer
    for family in (
        pixels,
        convolution,
        pooling,
        activation,
        normalization,
        linear,
        merging,
        copying,
    )
    for kind, explainer in family.EXPLAINERS.items()
}
"""The explanation of each layer type."""


class UnexplainedError(UserError):
    """A layer type that declares no explanation."""

    def __init__(self, kind: type[Layer]) -> None:
        super().__init__(message("There is no explanation of {kind} yet.", kind=kind.name()))


def explainer_of(kind: type[Layer]) -> Explainer:
    """What the type declares. Raises UnexplainedError where it declares none."""
    if kind not in EXPLAINERS:
        raise UnexplainedError(kind)
    return EXPLAINERS[kind]


@np.errstate(all="ignore")
def explained(passed: LayerPass, at: Position) -> Explanation:
    """The arithmetic behind `passed.output[at]`; `at` has a position for each axis, the image first.

    Raises UnexplainedError where the layer's type declares no explanation.
    """
    return Explanation(at, float(passed.output[at]), explainer_of(type(passed.layer)).stages(passed, at))
