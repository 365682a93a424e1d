"""Turns what leaves layers into small views: layers of one shape together, which takes far fewer calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from networks.core.shapes import Shape
from networks.xray.closeup import Order
from networks.xray.flatness import Stretch
from networks.xray.view import MOST_BARS, Maps, View, bar_edges

Reals = NDArray[np.float32]

_TOGETHER = 2**22
"""Bytes that outputs may keep in memory while they wait to be converted together."""


class Size(NamedTuple):
    """How many maps of each layer are shown, which ones, and how many pixels they have on a side at most."""

    maps: int
    side: int
    order: Order


class _Output(NamedTuple):
    """What leaves a layer for one picture; what comes into an activation, and where that one is flat."""

    name: str
    values: Tensor
    entering: Tensor | None
    stretches: Collection[Stretch]

    @property
    def shape(self) -> Shape:
        return tuple(self.values.shape)

    @property
    def flat(self) -> float | None:
        """The share of what comes in that lies where the activation is flat."""
        return None if self.entering is None else _share_within(self.entering, self.stretches)


class SmallViews:
    """Gathers outputs and makes a view of each.

    What is given is read later: nobody may write into it until `finish` has been called. In the middle of a
    forward pass the same calls take a third longer.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._order: list[str] = []
        self._waiting: list[_Output] = []
        self._bytes = 0
        self._found: dict[str, View] = {}

    def add(
        self, name: str, x: Tensor, entering: Tensor | None = None, stretches: Collection[Stretch] = ()
    ) -> None:
        """One layer's output for one picture, channels×height×width or a vector.

        Of an activation `entering` is what comes in, and `stretches` are those where it is flat.
        """
        self._order.append(name)
        self._waiting.append(_Output(name, x, entering, stretches))
        # of a batch, the other pictures are kept, too
        self._bytes += x.untyped_storage().nbytes()
        if self._bytes > _TOGETHER:
            self._convert()

    def finish(self) -> dict[str, View]:
        """All views, in the order in which the outputs were given."""
        self._convert()
        return {name: self._found[name] for name in self._order}

    def _convert(self) -> None:
        alike: dict[tuple[Any, ...], list[_Output]] = {}
        for each in self._waiting:
            x, shape = each.values, each.shape
            if len(shape) == 1 or shape[1] * shape[2] == 1:
                self._found[each.name] = _vector(each)
                continue
            # never a copy into another order: of large maps that would take longer than all the rest
            last = x.stride(0) == 1 and not x.is_contiguous()
            alike.setdefault((shape, last, x.dtype, x.device), []).append(each)
        for (shape, last, *_), outputs in alike.items():
            for view in _images(shape, last, outputs, self._size):
                self._found[view.name] = view
        self._waiting, self._bytes = [], 0


def _images(shape: Shape, last: bool, outputs: list[_Output], size: Size) -> list[View]:
    """Views of outputs of one shape, channels×height×width; `last` says that channels come last in memory."""
    in_memory = [each.values.permute(1, 2, 0) if last else each.values for each in outputs]
    x = (in_memory[0][None] if len(in_memory) == 1 else torch.stack(in_memory)).float().cpu().contiguous()
    numbers = x.numpy()
    lows, highs = _reduced(np.minimum, numbers, last), _reduced(np.maximum, numbers, last)
    chosen = _chosen(lows, highs, size)
    maps = x.permute(0, 3, 1, 2) if last else x
    rows = np.arange(len(x))[:, None]
    some = maps[torch.from_numpy(rows), torch.from_numpy(chosen)]
    values = _thumbnails(some, size.side).numpy()
    ranges = np.empty((*chosen.shape, 2), np.float32)
    ranges[..., 0], ranges[..., 1] = lows[rows, chosen], highs[rows, chosen]
    numbers = numbers.reshape(len(x), -1)
    means = (np.add.reduce(numbers, 1) / numbers.shape[1]).tolist()
    zeros = [np.count_nonzero(each) / numbers.shape[1] for each in numbers == 0]
    ends = zip(lows.min(1).tolist(), highs.max(1).tolist(), strict=True)
    channels, (count, *place) = chosen.tolist(), shape
    return [
        View(
            each.name,
            shape,
            low,
            high,
            means[index],
            zeros[index],
            each.flat,
            Maps(values[index], ranges[index], tuple(channels[index]), count, (place[0], place[1])),
        )
        for index, (each, (low, high)) in enumerate(zip(outputs, ends, strict=True))
    ]


def _reduced(reduce: np.ufunc, numbers: Reals, last: bool) -> Reals:
    """The extreme of each map, layers×channels."""
    layers, channels = len(numbers), numbers.shape[3] if last else numbers.shape[1]
    if last:
        # first over the rows: many numbers in a line are compared a lot faster than the few of one pixel
        rows = reduce.reduce(numbers.reshape(layers, numbers.shape[1], -1), 1)
        found: Reals = reduce.reduce(rows.reshape(layers, -1, channels), 1)
    else:
        found = reduce.reduce(numbers.reshape(layers, channels, -1), 2)
    return found


def _vector(output: _Output) -> View:
    numbers = output.values.float().cpu().reshape(-1).numpy()
    low, high, mean = float(numbers.min()), float(numbers.max()), float(numbers.mean())
    zero = np.count_nonzero(numbers == 0) / len(numbers)
    return View(output.name, output.shape, low, high, mean, zero, output.flat, None, _bars(numbers))


def _chosen(lows: Reals, highs: Reals, size: Size) -> NDArray[np.int64]:
    """Which maps of each layer are shown, by their smallest and largest values, layers×channels."""
    shown = min(size.maps, lows.shape[1])
    if size.order == "first":
        return np.tile(np.arange(shown), (len(lows), 1))
    # sorting puts what is no number last, and so first here: such a map is to be seen
    order = np.argsort(np.maximum(-lows, highs), axis=1, kind="stable")
    return order[:, : -shown - 1 : -1].copy()


def _thumbnails(maps: Tensor, side: int) -> Tensor:
    """Copies of maps n×k×height×width, averaged down to at most `side` pixels on a side."""
    height, width = maps.shape[2:]
    if height <= side and width <= side:
        return maps.contiguous()
    return nn.functional.adaptive_avg_pool2d(maps.contiguous(), (min(height, side), min(width, side)))


def _bars(values: Reals) -> Reals:
    """All numbers of a vector; of a long one the number furthest from zero in each of `MOST_BARS` groups."""
    if len(values) <= MOST_BARS:
        return values.copy()
    edges = bar_edges(len(values))
    lows, highs = np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)
    return np.where(-lows > highs, lows, highs).astype(np.float32)


def _share_within(x: Tensor, stretches: Collection[Stretch]) -> float:
    """The share of these numbers that lie in one of the stretches."""
    numbers, inside = _in_memory(x), 0.0
    for low, high in stretches:
        if low == -np.inf:
            within = numbers <= high
        else:
            within = numbers >= low if high == np.inf else (numbers >= low) & (numbers <= high)
        inside += np.count_nonzero(within)
    return inside / max(1, len(numbers))


def _in_memory(x: Tensor) -> Reals:
    """All numbers of one picture in the order in which they lie, which takes no copy."""
    last = x.ndim == 3 and x.stride(0) == 1
    found: Reals = (x.permute(1, 2, 0) if last else x).float().cpu().contiguous().numpy().reshape(-1)
    return found
