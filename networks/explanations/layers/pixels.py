"""The Input: a pixel of the picture, less the mean and over the deviation of its colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from networks.core.message import message
from networks.core.shapes import Shape
from networks.explanations.core.explainer import Explainer, Mask, Slopes
from networks.explanations.core.forms import Copied, Normalized, Stage
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Position, one
from networks.explanations.core.symbols import output
from networks.layers.base import Layer
from networks.layers.ends import Input
from networks.xray.capture import Capture


class Pixels(Explainer):
    """The input is the picture, with values from 0 to 1; mean and deviation are those of the data.

    Where the capture has no picture, the pixel is where the arithmetic begins.
    """

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        if not passed.inputs:
            form = Copied(float(passed.output[at]), one("output", 0, at))
            return (Stage(message("A pixel of the picture, as it enters the network"), form, output(at)),)
        mean, deviation = (float(passed.tensors[name].ravel()[at[1]]) for name in ("mean", "deviation"))
        pixel = float(passed.inputs[0][at])
        normalized = Normalized(
            "data", pixel, one("input", 0, at), None, None, mean, deviation * deviation, deviation
        )
        title = message("The pixel, less the mean of all pictures and over their deviation")
        return (Stage(title, normalized, f"{output(at)} = (pixel − mean) ÷ deviation"),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        return Slopes(one("output", 0, at), np.array(1 / float(passed.tensors["deviation"].ravel()[at[1]])))

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return wanted


EXPLAINERS: dict[type[Layer], Explainer] = {Input: Pixels()}


def with_picture(capture: Capture, mean: Sequence[float], deviation: Sequence[float]) -> Capture:
    """The capture of an Input with the picture that was normalized, made from what it gave.

    `mean` and `deviation` hold one number for each channel; what was normalized by them is undone.
    """
    size = (1, -1, 1, 1)
    means, deviations = np.array(mean), np.array(deviation)
    pixels = capture.output * deviations.reshape(size) + means.reshape(size)
    return capture._replace(inputs=(pixels,), weights={"mean": means, "deviation": deviations})
