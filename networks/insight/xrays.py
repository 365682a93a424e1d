"""Makes an X-ray: one picture through the network, and what leaves each layer as small views."""

from __future__ import annotations

import time
from collections.abc import Collection

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from networks.graph.network import Network
from networks.insight.closeups import closeup, spread
from networks.insight.taps import Change, Taps
from networks.layers.ends import Output
from networks.recipes.losses import Loss
from networks.training.answers import probabilities
from networks.xray.closeup import Closeup, Focus, Order, Spread
from networks.xray.flatness import Stretch, flat_stretches
from networks.xray.silenced import NOTHING_OFF, Silenced
from networks.xray.view import MOST_BARS, Maps, Mode, View, XRay, bar_edges

Reals = NDArray[np.float32]


class Wanted(msgspec.Struct, frozen=True):
    """Which views are wanted: of which layers, how many maps of each, and how large at most."""

    names: frozenset[str]
    maps: int = 6
    side: int = 40
    order: Order = "strongest"
    mode: Mode = "evaluation"
    focus: Focus | None = None
    """The layer that is looked at from near."""
    off: Silenced = NOTHING_OFF
    """What is switched off while it is looked at."""
    spread: str = ""
    """The layer of which it is told how what comes in is spread; empty for none."""


def xray(taps: Taps, network: Network, loss: Loss, images: Tensor, wanted: Wanted, step: int = 0) -> XRay:
    """The views of the first of these images; `loss` says how scores are read as probabilities.

    In training mode the other images are the batch that the first one is trained in. Takes as long as a
    forward pass and a half. Nothing is computed for other layers than those that are wanted need.
    """
    began = time.perf_counter()
    views: dict[str, View] = {}
    answer: list[NDArray[np.float64]] = []

    near: list[Closeup] = []
    coming: list[Spread] = []
    focus = wanted.focus

    def take(name: str, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        layer = network[name].layer
        if focus is not None and name == focus.name:
            near.append(closeup(layer, taps.part(name), inputs, output, focus))
        if name == wanted.spread and inputs:
            coming.append(spread([each[0] for each in inputs]))
        if name not in wanted.names:
            return
        stretches = flat_stretches(layer)
        flat = _share_within(inputs[0][0], stretches) if stretches else None
        views[name] = _view(name, output[0], flat, wanted)
        if isinstance(layer, Output):
            answer.append(probabilities(output[:1].float().cpu(), loss)[0].double().numpy())

    names = wanted.names | {wanted.spread} if wanted.spread in network else wanted.names
    names = names if focus is None else names | {focus.name}
    training = wanted.mode == "training"
    taps.run(images, names, take, training=training, change=silencer(wanted.off))
    intact = None
    if wanted.off and answer:
        taps.run(images, {each.name for each in network.of_type(Output)}, take, training=training)
        intact = answer.pop()
    seconds = time.perf_counter() - began
    return XRay(
        views,
        step,
        wanted.mode,
        answer[0] if answer else None,
        seconds,
        closeup=near[0] if near else None,
        off=wanted.off,
        intact=intact,
        coming=coming[0] if coming else None,
    )


def silencer(off: Silenced) -> Change | None:
    """What makes layers give zeros, or what they got; None where nothing is switched off."""
    if not off:
        return None
    channels = {name: list(off.of(name)) for name, _ in off.channels}

    def change(name: str, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        if name in off.bypassed and inputs and inputs[0].shape == output.shape:
            output = inputs[0]
        if found := [each for each in channels.get(name, ()) if each < output.shape[1]]:
            output = output.clone()
            output[:, found] = 0
        return output

    return change


def _view(name: str, x: Tensor, flat: float | None, wanted: Wanted) -> View:
    """The view of one layer's output for one picture, channels×height×width or a vector."""
    shape = tuple(x.shape)
    # never a copy into another order: of large maps that would take longer than all the rest
    last = len(shape) == 3 and x.stride(0) == 1 and not x.is_contiguous()
    values = (x.permute(1, 2, 0) if last else x).float().cpu().contiguous().numpy()
    numbers = values.reshape(-1)
    zero = 1 - np.count_nonzero(numbers != 0) / max(1, len(numbers))
    mean = float(np.add.reduce(numbers)) / max(1, len(numbers))
    if len(shape) == 1 or shape[1] * shape[2] == 1:
        return View(
            name, shape, float(numbers.min()), float(numbers.max()), mean, zero, flat, None, _bars(numbers)
        )
    rows = values.reshape(-1, shape[0]) if last else values.reshape(shape[0], -1)
    lows, highs = rows.min(axis=0 if last else 1), rows.max(axis=0 if last else 1)
    chosen = _chosen(lows, highs, wanted)
    some = values[:, :, chosen].transpose(2, 0, 1) if last else values[chosen]
    ranges = np.stack([lows[chosen], highs[chosen]], 1)
    maps = Maps(
        _thumbnails(some, wanted.side), ranges, tuple(chosen.tolist()), shape[0], (shape[1], shape[2])
    )
    return View(name, shape, float(lows.min()), float(highs.max()), mean, zero, flat, maps)


def _chosen(lows: Reals, highs: Reals, wanted: Wanted) -> NDArray[np.int64]:
    """Which maps are shown, by their smallest and largest values."""
    shown = min(wanted.maps, len(lows))
    if wanted.order == "first":
        return np.arange(shown)
    # sorting puts what is no number last, and so first here: such a map is to be seen
    return np.argsort(np.maximum(-lows, highs), kind="stable")[: -shown - 1 : -1]


def _thumbnails(maps: Reals, side: int) -> Reals:
    """Copies of maps k×height×width, averaged down to at most `side` pixels on a side."""
    height, width = maps.shape[1:]
    if height <= side and width <= side:
        return np.array(maps, order="C")
    size = min(height, side), min(width, side)
    found: Reals = nn.functional.adaptive_avg_pool2d(
        torch.from_numpy(np.ascontiguousarray(maps)), size
    ).numpy()
    return found


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
