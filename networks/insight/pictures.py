"""Makes the probe, and some pictures beside it, ready for the network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.data.single import as_batch, as_stored
from networks.data.views import Views, views
from networks.graph.network import Network
from networks.layers.ends import Input
from networks.project.project import Project
from networks.xray.probe import OwnPicture, Probe

BESIDE = 31
"""Training pictures that make a batch with the probe, and over which it is counted what never fires."""
MOST_BYTES = 2**23
"""What all these pictures take; of large ones there are fewer."""


class Pictures(NamedTuple):
    """The probe, normalized as the network takes it, with others behind it: n×channels×height×width.

    `seen` is the probe as bytes, height×width×channels; `label` is None where nobody knows it. `mean` and
    `deviation` have a number for each channel, by which the pictures, from 0 to 1, were normalized.
    """

    images: Tensor
    seen: NDArray[np.uint8]
    label: int | None
    mean: tuple[float, ...]
    deviation: tuple[float, ...]


def input_of(network: Network) -> Input | None:
    """The Input that takes the pictures; None where there is none."""
    found = network.of_type(Input)
    layer = found[0].layer if found else None
    return layer if isinstance(layer, Input) else None


def pictures(project: Project, probe: Probe) -> Pictures:
    """The probe and up to `BESIDE` training pictures, evenly from all of them.

    Raises UserError where the pictures cannot be had, and IndexError where there is no such picture.
    """
    entry = input_of(project.network)
    assert entry is not None, "networks that fit have an Input"
    data = project.recipe.data
    made = views(data, entry, project.recipe.learning.seed)
    training, _ = data.split()
    most = MOST_BYTES // (4 * entry.channels * entry.size[0] * entry.size[1]) - 1
    some = min(BESIDE, max(1, most), len(training))
    beside = training[np.linspace(0, len(training) - 1, some).astype(int)]
    others = _in_front(made.seen(beside))
    if isinstance(probe, OwnPicture):
        stored = as_stored(probe.pixels[None], data.dataset.size, data.dataset.channels)
        first, label = as_batch(stored, made.scale, torch.device("cpu")), None
    else:
        first = _in_front(made.seen(np.array([probe.row])))
        label = int(data.dataset.labels()[probe.row])
    mean, deviation = (tuple(map(float, each)) for each in (made.scale.mean, made.scale.std))
    return Pictures(torch.cat([first, others]), _seen(made, first), label, mean, deviation)


def _in_front(numbers: NDArray[np.float32]) -> Tensor:
    """n×height×width×channels as torch takes it; it lies in memory as it did."""
    return torch.from_numpy(numbers).permute(0, 3, 1, 2)


def _seen(made: Views, first: Tensor) -> NDArray[np.uint8]:
    shown = made.picture(first[0].permute(1, 2, 0).contiguous().numpy())
    found: NDArray[np.uint8] = (255 * shown).round().astype(np.uint8)
    return found
