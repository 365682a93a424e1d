"""Makes a film of one picture: the same network with the weights of one moment of a run after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.core.after_step import AfterStep
from networks.insight.copies import kept_looker
from networks.insight.looker import Looker
from networks.insight.pictures import Pictures
from networks.insight.xrays import Wanted
from networks.layers.ends import Output
from networks.project.project import Project
from networks.training.keeping.moments import read_moment
from networks.xray.film import Frame

SIDE = 40
"""Pixels on a side of a map at most; larger ones are averaged to that."""


def frames(
    project: Project,
    folder: Path,
    steps: Sequence[int],
    pictures: Pictures,
    layer: str,
    channel: int | None,
    *,
    averaged: bool = False,
) -> Iterator[Frame]:
    """A frame for each of these moments of the run in a folder, in this order.

    `layer` is the one whose map is shown, empty for none, and `channel` which of its maps; None chooses that
    with the largest value at the first of these moments. `averaged` asks for averaged weights. Raises
    UserError where a moment cannot be read.
    """
    outputs = frozenset(node.name for node in project.network.of_type(Output))
    looker: Looker | None = None
    for step in steps:
        if looker is None:
            looker = kept_looker(project, folder, AfterStep(step, averaged), step)
        else:
            looker.wear(read_moment(folder, step, averaged=averaged), folder, step)
        seen = looker.look(pictures, Wanted(outputs, maps=1, side=1))
        maps = _maps(looker, pictures, layer)
        if maps is not None and channel is None:
            channel = int(np.abs(maps).max((1, 2)).argmax())
        shown = None if maps is None or channel is None or channel >= len(maps) else maps[channel]
        yield Frame(step, seen.answer, seen.label, shown, channel or 0)


def _maps(looker: Looker, pictures: Pictures, layer: str) -> NDArray[np.float32] | None:
    """The maps of the layer for the probe; None where it gives no maps."""
    found: list[Tensor] = []
    if layer:
        looker.run(pictures.images[:1], {layer}, lambda name, inputs, output: found.append(output[0]))
    if not found or found[0].ndim != 3:
        return None
    maps = found[0].float()
    if max(maps.shape[1:]) > SIDE:
        height, width = maps.shape[1:]
        maps = torch.nn.functional.adaptive_avg_pool2d(maps, (min(SIDE, height), min(SIDE, width)))
    shown: NDArray[np.float32] = maps.detach().cpu().numpy()
    return np.nan_to_num(shown, posinf=0.0, neginf=0.0)
