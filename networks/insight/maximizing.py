"""Activation maximization: changes a picture until it excites a channel as much as possible.

Gradient ascent on the picture (Erhan et al. 2009, Visualizing Higher-Layer Features of a Deep Network), kept
natural by small random moves and by working against differences between neighbouring pixels (Olah et al.
2017, Feature Visualization, doi:10.23915/distill.00007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, fx

from networks.graph.network import Network
from networks.graph.walk import reached
from networks.layers.ends import AuxiliaryOutput, Output
from networks.xray.maximized import Ascent, Maximized

RATE = 0.05
"""The learning rate of Adam, for numbers of which a sigmoid makes pixels."""
NOISE = 0.5
"""The deviation of these numbers at the start, around those of the average pixel."""
EVERY = 8
"""Steps between two looks at how far it is."""


class Aim(NamedTuple):
    """The layer, and which of its channels; of an Output, which class."""

    layer: str
    channel: int


class Eye(NamedTuple):
    """A network up to one layer, and how pixels from 0 to 1 become what it takes.

    `mean` and `deviation` are 1×channels×1×1; `size` is height and width.
    """

    module: Callable[[Tensor], Tensor]
    mean: Tensor
    deviation: Tensor
    size: tuple[int, int]

    def outputs(self, pixels: Tensor) -> Tensor:
        """What leaves the layer."""
        return self.module((pixels - self.mean) / self.deviation)


def up_to(module: fx.GraphModule, network: Network, layer: str) -> fx.GraphModule:
    """The part of a built module that this layer's output depends on; it shares the weights."""
    while isinstance(network[layer].layer, Output | AuxiliaryOutput):
        (layer,) = network[layer].inputs
    end = next(node for node in module.graph.nodes if node.meta.get("name") == layer)
    needed = reached([end], lambda node: node.all_input_nodes)
    graph = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    for node in module.graph.nodes:
        if node in needed:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[end])
    return fx.GraphModule(module, graph)


def score_of(outputs: Tensor, channel: int) -> Tensor:
    """What is made large: the number of a vector, or the mean over a map."""
    return outputs[:, channel].mean()


def start(eye: Eye, seed: int) -> Tensor:
    """Numbers of which a sigmoid makes the average pixel with noise: 1×channels×height×width."""
    draw = torch.Generator().manual_seed(seed)
    noise = NOISE * torch.randn(1, eye.mean.shape[1], *eye.size, generator=draw)
    average = torch.logit(eye.mean.clamp(0.02, 0.98))
    return (average + noise.to(eye.mean.device)).detach()


def ascend(eye: Eye, channel: int, ascent: Ascent, numbers: Tensor) -> Iterator[Tensor]:
    """Takes the steps, and gives after each of them the same tensor: the gradient that was followed.

    `numbers` are those of which a sigmoid makes pixels, and are changed in place.
    """
    # another stream than that of the noise
    draw = torch.Generator().manual_seed(ascent.seed + 1)
    optimizer = torch.optim.Adam([numbers], lr=RATE)
    for _ in range(ascent.steps):
        numbers.requires_grad_(True)
        pixels = numbers.sigmoid()
        moved = pixels
        if ascent.jitter:
            shifts = torch.randint(-ascent.jitter, ascent.jitter + 1, (2,), generator=draw).tolist()
            moved = torch.roll(pixels, shifts, (2, 3))
        score = score_of(eye.outputs(moved), channel)
        if not score.requires_grad:
            numbers.requires_grad_(False)
            yield torch.zeros_like(numbers)
            continue
        (gradient,) = torch.autograd.grad(score, [numbers], retain_graph=bool(ascent.smoothness))
        numbers.grad = -gradient
        if ascent.smoothness:
            (rough,) = torch.autograd.grad(roughness(pixels), [numbers])
            share = ascent.smoothness * gradient.norm() / rough.norm().clamp_min(1e-12)
            numbers.grad = numbers.grad + share * rough
        optimizer.step()
        numbers.requires_grad_(False)
        yield gradient


def roughness(pixels: Tensor) -> Tensor:
    """The mean difference between neighbouring pixels (total variation, Rudin et al. 1992)."""
    down = (pixels[:, :, 1:] - pixels[:, :, :-1]).abs()
    across = (pixels[:, :, :, 1:] - pixels[:, :, :, :-1]).abs()
    return (down.sum() + across.sum()) / pixels.numel()


def maximized(
    eye: Eye,
    channel: int,
    ascent: Ascent,
    report: Callable[[float], bool],
    show: Callable[[Maximized], None] | None = None,
) -> Maximized:
    """The picture with the highest score that was found; every `EVERY` steps `show` gets the best so far.

    Ends early where `report` says so. Equal settings on one machine give the same picture, to the bit.
    """
    with torch.inference_mode(False), torch.enable_grad():
        numbers = start(eye, ascent.seed)
        found = _look(eye, channel, ascent, numbers, 0, None)
        reached = False
        for step, gradient in enumerate(ascend(eye, channel, ascent, numbers), 1):
            reached = reached or bool(gradient.any())
            if step % EVERY and step != ascent.steps:
                continue
            found = _look(eye, channel, ascent, numbers, step, found, reached=reached)
            if show is not None:
                show(found)
            if not report(step / ascent.steps):
                break
    return found


@torch.no_grad()
def _look(
    eye: Eye,
    channel: int,
    ascent: Ascent,
    numbers: Tensor,
    step: int,
    best: Maximized | None,
    *,
    reached: bool = True,
) -> Maximized:
    """The better one of the best picture so far and this one, which is measured as it would be shown."""
    stored = (255 * numbers.sigmoid()).round()
    outputs = eye.outputs(stored / 255)
    score, largest = float(score_of(outputs, channel)), float(outputs[:, channel].max())
    if best is not None and not score > best.score:
        return Maximized(best.picture, best.score, best.largest, best.noise, step, ascent, reached)
    picture = stored[0].permute(1, 2, 0).to(torch.uint8).cpu().numpy()
    noise = largest if best is None else best.noise
    return Maximized(picture, score, largest, noise, step, ascent, reached)
