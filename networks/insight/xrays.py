"""Makes an X-ray: one picture through the network, and what leaves each layer as small views."""

from __future__ import annotations

import time

import msgspec
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from networks.graph.network import Network
from networks.insight.closeups import closeup, spread
from networks.insight.small_views import Size, SmallViews
from networks.insight.taps import Change, Taps
from networks.layers.ends import Output
from networks.recipes.losses import Loss
from networks.training.engine.answers import probabilities
from networks.xray.capture import Capture
from networks.xray.closeup import Closeup, Focus, Order, Spread
from networks.xray.flatness import flat_stretches
from networks.xray.silenced import NOTHING_OFF, Silenced
from networks.xray.view import Mode, XRay


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


def xray(
    taps: Taps,
    network: Network,
    loss: Loss,
    images: Tensor,
    wanted: Wanted,
    step: int = 0,
    held: dict[str, Capture] | None = None,
) -> XRay:
    """The views of the first of these images; `loss` says how scores are read as probabilities.

    In training mode the other images are the batch that the first one is trained in. Nothing is computed for
    other layers than those that are wanted need; unless `held` is to be filled with all that every layer
    computed with, which is for modules whose weights stay, and with nothing switched off.
    """
    began = time.perf_counter()
    small = SmallViews(Size(wanted.maps, wanted.side, wanted.order))
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
        small.add(name, output[0], inputs[0][0] if stretches else None, stretches)
        if isinstance(layer, Output):
            answer.append(_answer(output, loss))

    names = wanted.names | {wanted.spread} if wanted.spread in network else wanted.names
    names = names if focus is None else names | {focus.name}
    training = wanted.mode == "training"
    if held is None:
        taps.run(images, names, take, training=training, change=silencer(wanted.off))
    else:
        assert not wanted.off, "what is held are the network's own numbers"
        held |= taps.captures(images, network.order, training=training, own_weights=True, take=take)
    intact = None
    if wanted.off and answer:
        ends = {each.name for each in network.of_type(Output)}
        taps.run(images, ends, lambda _, __, output: answer.append(_answer(output, loss)), training=training)
        intact = answer.pop()
    views = small.finish()
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


def _answer(scores: Tensor, loss: Loss) -> NDArray[np.float64]:
    """The probabilities of the first picture."""
    found: NDArray[np.float64] = probabilities(scores[:1].float().cpu(), loss)[0].double().numpy()
    return found
