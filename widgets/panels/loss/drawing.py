"""What is drawn of losses: curves over the right class's probability, and the images of a batch as points."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.recipes.losses import Loss
from networks.recipes.losses.base import Values
from networks.recipes.losses.curve import curve, given, right_probabilities
from networks.runs.glance import Glance

PROBABILITIES: Values = np.concatenate(
    (np.geomspace(1e-4, 0.02, 60), np.linspace(0.02, 0.98, 193)[1:], 1 - np.geomspace(0.02, 1e-4, 40)[1:])
)
"""Where curves are computed: closer together where they are steep."""
SURE = 0.9
"""Images whose right class got more than this are counted in a bracket."""


class Curve(msgspec.Struct, frozen=True, eq=False):
    """One loss as it is drawn; `color` is an index into the theme's colours of runs."""

    loss: Loss
    color: int
    values: Values
    slopes: Values

    @property
    def name(self) -> str:
        """A short name, to stand at the curve."""
        return self.loss.short or self.loss.name()

    def at(self, p: float) -> tuple[float, float]:
        """Value and slope at a probability."""
        return (
            float(np.interp(p, PROBABILITIES, self.values)),
            float(np.interp(p, PROBABILITIES, self.slopes)),
        )


class Points(msgspec.Struct, frozen=True, eq=False):
    """The images of a batch under one loss: probability of the right class, and loss, of each."""

    glance: Glance
    p: Values
    losses: Values
    taken: NDArray[np.int64]
    """The class that each was taken for."""
    outputs: Values
    """n×classes, as the loss expects them."""

    @property
    def worst(self) -> int:
        """The image with the largest loss."""
        return int(np.argmax(self.losses))


def drawn(loss: Loss, color: int, classes: int, spread: bool) -> Curve:
    """The curve of a loss, as `networks.recipes.losses.curve` defines it."""
    values, slopes = curve(loss, PROBABILITIES, max(classes, 2), spread)
    return Curve(loss, color, values, slopes)


def outputs_for(loss: Loss, glance: Glance, trained: Loss) -> Values:
    """What the network would give this loss. The loss that it was trained with got the outputs themselves."""
    if type(loss) is type(trained):
        return glance.outputs
    scores = glance.outputs
    if trained.expects == "probabilities":
        scores = np.log(np.clip(scores, 1e-12, None))
    return given(loss.expects, scores)


def points(loss: Loss, glance: Glance, trained: Loss) -> Points:
    """The batch's images under this loss."""
    outputs = outputs_for(loss, glance, trained)
    # soft targets would need another axis: what is drawn is how the larger share fares
    targets = glance.targets if loss.soft else np.eye(outputs.shape[1])[glance.labels]
    return Points(
        glance,
        right_probabilities(loss, outputs, glance.labels),
        loss.of_each(outputs, targets),
        outputs.argmax(axis=1),
        outputs,
    )
