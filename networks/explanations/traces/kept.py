"""What is kept of one picture's way through a network, so that its values can be explained."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.shapes import count
from networks.explanations.core.forms import Explanation
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.traces.trace import Trace
from networks.explanations.values.losses import LossPass, loss_of_image
from networks.explanations.values.value import explained
from networks.graph.check import Report
from networks.graph.network import Network
from networks.xray.capture import Capture
from networks.xray.value_place import ValuePlace
from networks.xray.view import Mode


class Kept(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """Captures of a batch in which the picture `image` is followed; `step` says of when the weights are.

    `whole` is false where the captures are only those of the layer that was asked for. `report` is that of
    the network. `loss` is the loss at the main end as torch computed it, None without a label. `trace` has
    the gradients of this loss, where they were asked for.
    """

    network: Network
    report: Report
    captures: Mapping[str, Capture]
    step: int
    mode: Mode
    picture: NDArray[np.uint8]
    label: int | None
    whole: bool
    end: str | None = None
    losses: LossPass | None = None
    loss: float | None = None
    trace: Trace | None = None
    image: int = 0

    def passed(self, name: str) -> LayerPass:
        """What one layer did. Raises KeyError where it was not kept."""
        return LayerPass(self.report.nodes[name].layer, self.captures[name])

    def value(self, place: ValuePlace) -> Explanation:
        """Where this number comes from. KeyError where its layer was not kept, IndexError beyond it."""
        if place.is_loss:
            if self.losses is None or self.loss is None or place.layer != self.end:
                raise KeyError(place.layer)
            return loss_of_image(self.losses, self.image, self.loss)
        return explained(self.passed(place.layer), (self.image, *place.at))


def bytes_of_outputs(report: Report, images: int) -> int:
    """How much memory the outputs of all layers take for this many images, in single precision."""
    numbers = sum(
        count(found.output)
        for found in report.nodes.values()
        # an Output passes on what it gets
        if found.contributing and found.output is not None and not found.layer.ends
    )
    return 4 * images * numbers
