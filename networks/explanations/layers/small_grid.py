"""A window that slides over a small grid: what it covers, and how large the output is, by formula."""

from __future__ import annotations

import msgspec
import numpy as np
from msgspec.structs import replace

from networks.core.shapes import Shape
from networks.explanations.core.places import Positions
from networks.layers.base import Layer
from networks.layers.convolution import (
    Conv2d,
    ConvTranspose2d,
    DepthwiseConv2d,
    PointwiseConv2d,
    StandardizedConv2d,
)
from networks.layers.pooling import AvgPool2d, MaxPool2d

KINDS = (
    Conv2d,
    DepthwiseConv2d,
    StandardizedConv2d,
    PointwiseConv2d,
    ConvTranspose2d,
    MaxPool2d,
    AvgPool2d,
)
"""The layer types whose window slides."""
FIELDS = ("kernel", "stride", "padding", "output_padding", "dilation", "ceil")
"""The parameters that say how it slides, where a type has them."""


class Side(msgspec.Struct, frozen=True):
    """One axis of a sliding window: `size` pixels become `length`."""

    size: int
    length: int
    kernel: int
    stride: int
    padding: int
    dilation: int = 1
    output_padding: int = 0
    ceil: bool = False
    transposed: bool = False

    def covered(self, out: int) -> Positions:
        """The input pixels that make this output pixel; negative ones and those from `size` on are padding.

        Of a transposed convolution those whose patch reaches it.
        """
        taps = np.arange(self.kernel) * self.dilation
        if not self.transposed:
            return out * self.stride - self.padding + taps
        starts = np.arange(self.size) * self.stride - self.padding
        reaching: Positions = np.flatnonzero((starts[:, None] + taps == out).any(axis=1))
        return reaching

    def written(self, source: int) -> Positions:
        """The output pixels over which a transposed convolution spreads this input pixel."""
        out = source * self.stride - self.padding + np.arange(self.kernel) * self.dilation
        return out[(out >= 0) & (out < self.length)]

    @property
    def symbols(self) -> str:
        """The formula of the output's size, as torch documents it."""
        if self.transposed:
            return "(n − 1) · s − 2p + d · (k − 1) + o + 1"
        left, right = ("⌈", "⌉") if self.ceil else ("⌊", "⌋")
        return f"{left}(n + 2p − d · (k − 1) − 1) ÷ s{right} + 1"

    @property
    def figures(self) -> str:
        """The same with the numbers of this axis, and what comes of it."""
        n, k, s, p, d = self.size, self.kernel, self.stride, self.padding, self.dilation
        if self.transposed:
            o = self.output_padding
            return f"({n} − 1) · {s} − 2 · {p} + {d} · ({k} − 1) + {o} + 1 = {self.length}"
        left, right = ("⌈", "⌉") if self.ceil else ("⌊", "⌋")
        return f"{left}({n} + 2 · {p} − {d} · ({k} − 1) − 1) ÷ {s}{right} + 1 = {self.length}"

    @property
    def hangs_over(self) -> bool:
        """Whether a last window would begin beyond the image, which torch leaves out in spite of `ceil`."""
        span = self.dilation * (self.kernel - 1) + 1
        return self.ceil and -(-(self.size + 2 * self.padding - span) // self.stride) + 1 > self.length


def sides(layer: Layer, height: int, width: int) -> tuple[Side, Side]:
    """Rows and columns of this layer's window over one channel of this size.

    Raises ShapeError where it does not fit.
    """
    plain, channels = _plain(layer)
    _, *lengths = plain.shape((channels, height, width))
    rows, columns = (
        Side(
            size,
            length,
            _at(plain, "kernel", axis),
            _at(plain, "stride", axis),
            _at(plain, "padding", axis),
            _at(plain, "dilation", axis, 1),
            _at(plain, "output_padding", axis),
            bool(getattr(plain, "ceil", False)),
            isinstance(plain, ConvTranspose2d),
        )
        for axis, (size, length) in enumerate(zip((height, width), lengths, strict=True))
    )
    return rows, columns


def fields(layer: Layer) -> tuple[str, ...]:
    """The parameters of this layer that say how its window slides."""
    return tuple(name for name in FIELDS if name in layer.__struct_fields__)


def _plain(layer: Layer) -> tuple[Layer, int]:
    """The same window with one filter over one channel."""
    match layer:
        case PointwiseConv2d():
            return Conv2d(1, (1, 1), layer.stride, (0, 0)), 1
        case Conv2d() | DepthwiseConv2d() | StandardizedConv2d():
            return Conv2d(1, layer.kernel, layer.stride, layer.padding, layer.dilation), 1
        case ConvTranspose2d():
            return replace(layer, filters=1, groups=1), 1
        case _:
            return layer, 1


def _at(layer: Layer, name: str, axis: int, missing: int = 0) -> int:
    value = getattr(layer, name, None)
    return missing if value is None else int(value[axis])


def shown_size(shape: Shape, most: int = 12) -> tuple[int, int]:
    """The layer's own input where it is small enough to be drawn, else as much of it."""
    return min(most, shape[1]), min(most, shape[2])
