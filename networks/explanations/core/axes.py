"""Which pixels of the input each pixel of the output reads, along one axis of an image.

Windows that slide, spread, adapt or blend treat rows and columns by themselves. So two of these tables say
all: read by output they give a value's terms, read by input those of its gradient, and as a matrix of yes
and no the receptive field.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import comb

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.explanations.core.places import Numbers, Positions


class Axis(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Pairs of an output pixel and an input pixel that it reads, ordered by output.

    `source` is −1 where the output reads a zero of the padding. `tap` is the place within the kernel, `share`
    what the input counts for where that is fixed. An input may be read twice, where a border is mirrored.
    """

    size: int
    length: int
    out: Positions
    source: Positions
    tap: Positions
    share: Numbers

    def row(self, out: int) -> tuple[Positions, Positions, Numbers]:
        """Sources, taps and shares of one output pixel; a source of −1 is padding."""
        chosen = slice(*np.searchsorted(self.out, [out, out + 1]))
        return self.source[chosen], self.tap[chosen], self.share[chosen]

    def column(self, source: int) -> tuple[Positions, Positions, Numbers]:
        """The outputs that read an input pixel, with taps and shares."""
        chosen = self.source == source
        return self.out[chosen], self.tap[chosen], self.share[chosen]

    def through(self, tap: int) -> tuple[Positions, Positions]:
        """The outputs that read an input through this tap of the kernel, and the inputs that they read."""
        chosen = (self.tap == tap) & (self.source >= 0)
        return self.out[chosen], self.source[chosen]

    @cached_property
    def reads(self) -> NDArray[np.float32]:
        """length×size: 1 where an output reads an input, 0 elsewhere."""
        found = np.zeros((self.length, self.size), np.float32)
        inside = (self.source >= 0) & (self.share != 0)
        found[self.out[inside], self.source[inside]] = 1
        return found


def _axis(size: int, length: int, source: Positions, tap: Positions, share: Numbers | None = None) -> Axis:
    """Of arrays length×taps; sources beyond the edges become padding."""
    out = np.broadcast_to(np.arange(length)[:, None], source.shape).ravel()
    source = np.where((source >= 0) & (source < size), source, -1).ravel()
    tap = np.broadcast_to(tap, (length, len(source) // length)).ravel()
    return Axis(size, length, out, source, tap, np.ones(len(out)) if share is None else share.ravel())


@lru_cache(maxsize=512)
def sliding(size: int, length: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> Axis:
    """A kernel that slides: torch.nn.Conv2d and MaxPool2d."""
    taps = np.arange(kernel)
    source = np.arange(length)[:, None] * stride - padding + taps * dilation
    return _axis(size, length, source, taps)


@lru_cache(maxsize=512)
def spread(size: int, length: int, kernel: int, stride: int, padding: int, dilation: int) -> Axis:
    """Each input pixel is spread over a patch of the output: torch.nn.ConvTranspose2d."""
    inputs, taps = np.meshgrid(np.arange(size), np.arange(kernel), indexing="ij")
    out = (inputs * stride - padding + taps * dilation).ravel()
    inside = (out >= 0) & (out < length)
    order = np.argsort(out[inside], kind="stable")
    source, tap = inputs.ravel()[inside][order], taps.ravel()[inside][order]
    return Axis(size, length, out[inside][order], source, tap, np.ones(len(order)))


@lru_cache(maxsize=512)
def adaptive(size: int, length: int) -> Axis:
    """As many windows as the output has pixels, of nearly equal size: torch.nn.AdaptiveAvgPool2d."""
    outs = np.arange(length)
    first, end = outs * size // length, -(-(outs + 1) * size // length)
    widths = end - first
    out = np.repeat(outs, widths)
    tap = np.arange(len(out)) - np.repeat(np.cumsum(widths) - widths, widths)
    return Axis(size, length, out, np.repeat(first, widths) + tap, tap, np.repeat(1 / widths, widths))


@lru_cache(maxsize=512)
def averaging(size: int, length: int, kernel: int, stride: int, padding: int, counts_padding: bool) -> Axis:
    """A mean that slides: torch.nn.AvgPool2d. The divisor counts what lies in the image and, if asked for, in
    the padding, never what hangs over beyond it.
    """
    plain = sliding(size, length, kernel, stride, padding)
    place = plain.out * stride - padding + plain.tap
    starts = np.arange(length) * stride - padding
    if counts_padding:
        kept = place < size + padding
        counted = np.minimum(starts + kernel, size + padding) - starts
    else:
        kept = plain.source >= 0
        counted = np.minimum(starts + kernel, size) - np.maximum(starts, 0)
    out = plain.out[kept]
    return Axis(size, length, out, plain.source[kept], plain.tap[kept], 1 / counted[out])


@lru_cache(maxsize=512)
def blurring(size: int, length: int, kernel: int, stride: int, border: str) -> Axis:
    """A binomial blur of every so many pixels, beyond the edges mirrored or 0: `own.BlurPool2d`."""
    width = (stride + kernel) // 2 - 1
    taps = np.arange(kernel)
    source = np.arange(length)[:, None] * stride - width + taps
    if border == "reflect":
        source = np.abs(source)
        source = size - 1 - np.abs(size - 1 - source)
    binomial = np.array([comb(kernel - 1, tap) for tap in taps]) / 2.0 ** (kernel - 1)
    return _axis(size, length, source, taps, np.broadcast_to(binomial, source.shape))


@lru_cache(maxsize=512)
def nearest(size: int, length: int, factor: int | None, precision: str) -> Axis:
    """Each output repeats one input: torch.nn.Upsample, "nearest".

    torch multiplies in the precision of the images, and rounding may choose the neighbour.
    """
    number = np.dtype(precision).type
    scale = number(1) / number(factor) if factor else number(size) / number(length)
    source = np.minimum(np.floor(np.arange(length).astype(number) * scale).astype(np.intp), size - 1)
    return _axis(size, length, source[:, None], np.zeros(1, np.intp))


@lru_cache(maxsize=512)
def bilinear(size: int, length: int, factor: int | None) -> Axis:
    """Each output blends its two neighbours in the input: torch.nn.Upsample, "bilinear".

    Corners are not aligned, which is torch's default.
    """
    scale = 1 / factor if factor else size / length
    exact = np.maximum((np.arange(length) + 0.5) * scale - 0.5, 0)
    first = np.minimum(np.floor(exact).astype(np.intp), size - 1)
    second = np.minimum(first + 1, size - 1)
    later = np.where(second > first, exact - first, 0.0)
    source = np.stack([first, second], axis=1)
    share = np.stack([1 - later, later], axis=1)
    axis = _axis(size, length, source, np.arange(2), share)
    kept = axis.share != 0
    return Axis(size, length, axis.out[kept], axis.source[kept], axis.tap[kept], axis.share[kept])
