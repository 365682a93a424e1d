"""The weights that make one channel, as tiles: in colour where colours come in, else by input channel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from networks.xray.closeup import Reals
from widgets.inside.near.near import Near
from widgets.inside.near.tile_row import Tile
from widgets.panels.sample_strip import to_image

MOST = 48
"""How many windows of a filter are shown; of more, those with the largest weights."""


def filter_tiles(near: Near) -> tuple[str, list[Tile]]:
    """What the filter of the chosen channel is called, and its windows. Without weights, nothing."""
    closeup, kernel = near.closeup, near.closeup.kernel
    if kernel is None:
        return "", []
    bound = float(np.abs(kernel).max())
    ends = (-bound, bound)
    if kernel.ndim == 1:
        return _linear(near, ends)
    title = _tr("Filter {channel}").format(channel=closeup.channel)
    if near.colors and len(kernel) == 3:
        tiles = [Tile(_tr("in colour"), kernel[0], ends, _in_color(kernel, bound))]
        names = (_tr("red"), _tr("green"), _tr("blue"))
        tiles += [_tile(name, window, ends) for name, window in zip(names, kernel, strict=True)]
        return title, tiles
    strengths = np.abs(kernel).reshape(len(kernel), -1).max(1)
    shown = np.arange(len(kernel))
    if len(kernel) > MOST:
        shown = np.sort(np.argsort(-strengths, kind="stable")[:MOST])
        title = _tr("Filter {channel}: the {shown} strongest of {count} windows").format(
            channel=closeup.channel, shown=MOST, count=len(kernel)
        )
    words = _tr("from {channel}")
    return title, [
        _tile(words.format(channel=closeup.kernel_from + index), kernel[index], ends)
        for index in shown.tolist()
    ]


def _linear(near: Near, ends: tuple[float, float]) -> tuple[str, list[Tile]]:
    """The weights of one number of a Linear layer: as maps where they belong to maps, else as one line."""
    kernel = near.closeup.kernel
    assert kernel is not None
    shape = near.source_shape
    title = _tr("Weights of number {channel}").format(channel=near.closeup.channel)
    if shape is not None and len(shape) == 3 and np.prod(shape) == len(kernel) and shape[1] * shape[2] > 1:
        maps = kernel.reshape(shape)
        strengths = np.abs(maps).reshape(shape[0], -1).max(1)
        shown = np.sort(np.argsort(-strengths, kind="stable")[:MOST])
        words = _tr("from {channel}")
        return title, [_tile(words.format(channel=index), maps[index], ends) for index in shown.tolist()]
    # a vector has no neighbours: a square of them is only compact
    width = int(np.ceil(np.sqrt(len(kernel))))
    square = np.zeros(width * -(-len(kernel) // width), np.float32)
    square[: len(kernel)] = kernel
    return title, [Tile("", square.reshape(-1, width), ends)]


def _tile(words: str, window: Reals, ends: tuple[float, float]) -> Tile:
    """A window of weights; one of zeros lets nothing through, whatever the picture."""
    return Tile(words, window, ends, hatched=not window.any())


def _in_color(kernel: Reals, bound: float) -> QImage:
    """Weights as colours: grey for zero, and each channel brighter or darker by its own weight."""
    levels = np.clip(kernel / (2 * bound or 1.0) + 0.5, 0, 1)
    return to_image((255 * levels.transpose(1, 2, 0)).round().astype(np.uint8))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Filters", text)
