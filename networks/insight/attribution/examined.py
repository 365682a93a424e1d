"""The network and the picture that heat maps are about, in evaluation mode, with nothing of it changed."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, fx

from networks.explanations.traces.kept import bytes_of_outputs
from networks.graph.check import Report, check
from networks.graph.network import Network
from networks.module.build import evaluation
from networks.recipes.losses import Loss
from networks.training.engine.answers import probabilities
from networks.xray.heat import Aim, Ground

AT_ONCE_BYTES = 96 * 2**20
"""What the outputs of pictures that go through at a time may take; a backward pass keeps all of them."""
MOST_AT_ONCE = 64


class Examined(NamedTuple):
    """A module that `build` made, in evaluation mode, and one picture 1×channels×height×width.

    `darkest` is black in the picture's own numbers, one for each channel; the average of the training
    pictures is zero there. `loss` says how scores are read as probabilities.
    """

    module: fx.GraphModule
    network: Network
    report: Report
    image: Tensor
    darkest: Tensor
    loss: Loss

    def scores(self, images: Tensor) -> Tensor:
        """What the network says of some pictures: n×classes."""
        found: Tensor = self.module(images)
        return found

    def aimed(self, images: Tensor, aim: Aim) -> Tensor:
        """The score that is looked at, for each of these pictures."""
        return of_aim(self.scores(images), aim)

    def tapped(self, images: Tensor, layer: str) -> tuple[Tensor, Tensor]:
        """What the network says, and what leaves a layer on the way."""
        tap = _Tap(self.module, layer)
        scores = tap.run(images)
        assert tap.value is not None, "the scores depend on the layer"
        return scores, tap.value

    def ground(self, kind: Ground) -> Tensor:
        """A picture of this size that shows nothing."""
        if kind == "average":
            return torch.zeros_like(self.image)
        return self.darkest[None, :, None, None].expand_as(self.image).clone()

    def answer(self, scores: Tensor) -> Tensor:
        """The probability of each class."""
        return probabilities(scores.detach().float().cpu(), self.loss).double()

    def tensors(self) -> tuple[Tensor, ...]:
        """All that it holds in memory."""
        return (*self.module.parameters(), *self.module.buffers(), self.image)

    @property
    def at_once(self) -> int:
        """How many pictures may go through the network at a time, so that memory stays bounded."""
        one = max(1, bytes_of_outputs(self.report, 1))
        return max(1, min(MOST_AT_ONCE, AT_ONCE_BYTES // one))

    def of_module(self, module: fx.GraphModule) -> Examined:
        """The same picture, for the same network with other weights."""
        return self._replace(module=module)

    def of_image(self, image: Tensor) -> Examined:
        """Another picture, 1×channels×height×width, for the same network."""
        plain = image.detach().to(self.image.device, self.image.dtype)
        return self._replace(image=plain.clone(memory_format=torch.contiguous_format))


def examined(
    module: fx.GraphModule,
    network: Network,
    classes: int,
    image: Tensor,
    darkest: tuple[float, ...],
    loss: Loss,
) -> Examined:
    """Makes ready what heat maps are about. `module` belongs to it from now on, and stays in evaluation mode.

    The picture gets the plain order in memory, so that the same one gives the same numbers always.
    """
    module.eval()
    main = evaluation(module).eval()
    device = next((weight.device for weight in main.parameters()), image.device)
    plain = image[:1].detach().to(device).clone(memory_format=torch.contiguous_format)
    black = torch.tensor(darkest, dtype=plain.dtype, device=plain.device)
    return Examined(main, network, check(network, classes), plain, black, loss)


def of_aim(scores: Tensor, aim: Aim) -> Tensor:
    """The score that is looked at, of n×classes."""
    own = scores[:, aim.label]
    return own if aim.other is None else own - scores[:, aim.other]


def gradient_of(score: Tensor, at: Tensor) -> Tensor:
    """By how much the sum of these scores grows with each number; zeros where it does not depend on them."""
    if not score.requires_grad:
        return torch.zeros_like(at)
    (found,) = torch.autograd.grad(score.sum(), [at], allow_unused=True)
    return torch.zeros_like(at) if found is None else found


class _Tap(fx.Interpreter):
    """Runs a module and keeps what leaves one of its layers."""

    def __init__(self, module: fx.GraphModule, layer: str) -> None:
        super().__init__(module)
        self._layer = layer
        self.value: Tensor | None = None

    def run_node(self, n: fx.Node) -> Any:
        found = super().run_node(n)
        if n.meta.get("name") == self._layer:
            self.value = found
        return found
