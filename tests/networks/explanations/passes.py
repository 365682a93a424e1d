"""Layers of every type, run by torch on random numbers, with all that an explanation is told of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from networks.core.shapes import Shape
from networks.explanations.core.layer_pass import LayerPass
from networks.layers.base import Layer
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.module.build import run
from networks.xray.capture import Capture
from tests.networks.strategies import evaluated


class Judged(NamedTuple):
    """A layer's pass, a random gradient of its output, and autograd's gradients of inputs and weights."""

    passed: LayerPass
    gradient: np.ndarray
    of_inputs: tuple[np.ndarray, ...]
    of_weights: dict[str, np.ndarray]


def judged(
    layer: Layer,
    shapes: tuple[Shape, ...],
    *,
    training: bool = True,
    coarse: bool = False,
    images: int = 2,
    seed: int = 0,
    precision: torch.dtype = torch.float64,
    only: tuple[int, ...] | None = None,
) -> Judged:
    """Runs the layer on normal random numbers, halves of whole ones where `coarse`: then many are equal.

    With `only` the gradient is 1 for this number of the output and 0 for all others.
    """
    torch.manual_seed(seed)
    inputs = []
    for shape in shapes:
        x = torch.randn((images, *shape), dtype=precision)
        inputs.append(((x * 2).round() / 2 if coarse else x).requires_grad_())
    module, weights = _made(layer, shapes, precision)
    module.train(training)

    def forward(*given: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(seed)
        if isinstance(layer, Output | AuxiliaryOutput):
            return given[0] * 1
        if isinstance(layer, Input):
            mean, deviation = (weights[name].view(-1, 1, 1) for name in ("mean", "deviation"))
            return (given[0] - mean) / deviation
        if layer.module(*shapes) is not None:
            return module(*given)
        return evaluated(layer.function(*shapes), (*given, *weights.values()))

    held = {name: tensor.detach().clone() for name, tensor in {**module.state_dict(), **weights}.items()}
    output = forward(*inputs)
    drawn: tuple[np.ndarray, ...] = ()
    if layer.draws_random_numbers and training:
        drawn = ((forward(*(torch.ones_like(x) for x in inputs)) > 0).numpy(),)
    gradient = torch.randn(output.shape, generator=torch.Generator().manual_seed(seed + 1), dtype=precision)
    if only is not None:
        gradient = torch.zeros_like(gradient)
        gradient[only] = 1
    learned = {**dict(module.named_parameters()), **weights}
    found = torch.autograd.grad((output * gradient).sum(), [*inputs, *learned.values()])
    capture = Capture(
        "layer",
        tuple(x.detach().numpy() for x in inputs),
        {name: tensor.numpy() for name, tensor in held.items()},
        training,
        drawn,
        output.detach().numpy(),
    )
    numbers = [one.numpy() for one in found]
    of_weights = dict(zip(learned, numbers[len(inputs) :], strict=True))
    return Judged(LayerPass(layer, capture), gradient.numpy(), tuple(numbers[: len(inputs)]), of_weights)


def _made(layer, shapes, precision):
    """The module with random weights and running statistics, or an empty one and the tensors beside it."""
    if isinstance(layer, Input):
        mean, deviation = torch.randn(layer.channels), torch.rand(layer.channels) + 0.5
        tensors = {"mean": mean, "deviation": deviation}
        return nn.Module(), {name: value.to(precision).requires_grad_() for name, value in tensors.items()}
    if isinstance(layer, Output | AuxiliaryOutput):
        return nn.Module(), {}
    call = layer.module(*shapes)
    if call is None:
        tensor = layer.tensor(*shapes)
        if tensor is None:
            return nn.Module(), {}
        return nn.Module(), {"": torch.randn_like(run(tensor).to(precision)).requires_grad_()}
    module = run(call).to(precision)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn_like(weight))
        for name, buffer in module.named_buffers():
            if name == "running_mean":
                buffer.copy_(torch.randn_like(buffer))
            elif name == "running_var":
                buffer.copy_(torch.rand_like(buffer) + 0.1)
    return module, {}
