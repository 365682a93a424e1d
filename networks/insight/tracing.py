"""Passes one batch forwards and backwards through a network, which stays as it was, and keeps all of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from networks.core.call import Argument, Call
from networks.explanations.traces.trace import Trace, length
from networks.explanations.values.losses import LossPass
from networks.graph.check import check
from networks.graph.forward import Forward, Operation, auxiliary_weights, forward_of
from networks.graph.network import Network, Wire
from networks.graph.submodules import executed, submodules_of
from networks.insight.own_numbers import OwnNumbers
from networks.module.build import resolve
from networks.recipes.losses import Loss
from networks.training.setup.make_loss import make_loss
from networks.xray.capture import Capture


def traced(
    module: nn.Module,
    network: Network,
    images: Tensor,
    targets: Tensor,
    loss: Loss,
    *,
    classes: int,
    weights: Sequence[float] | None = None,
    training: bool = False,
    seed: int | Tensor = 0,
    kept: Collection[str] | None = None,
    shares_weights: bool = False,
) -> Trace:
    """One batch through a module that was built from this network, and its loss back to every weight.

    `targets` are n labels or n×classes shares, `weights` one for each class. With fewer targets than images,
    the loss is that of the first images alone; the others are there for layers that normalize by the batch.
    In `training` mode layers compute as while training, with random numbers drawn from `seed` or going on
    from the state of a generator, and auxiliary outputs count. Weights, buffers, gradients and torch's random
    numbers stay as they are; what is kept are copies, but for weights where the trace `shares_weights`, which
    then must not change as long as it is used. Arrays are held for the layers `kept`, or for all.
    How much memory a trace of all layers holds, `bytes_of_trace` says before.
    """
    forward = forward_of(network, classes)
    passing = _Passing(module, network, forward, training, seed, images.device, kept, shares_weights)
    judged = len(targets)
    scores = {name: each[:judged] for name, each in passing.run(images).items()}
    factors = (1.0, *auxiliary_weights(network)) if training else (1.0,)
    function = make_loss(loss, images.device, None if weights is None else list(weights))
    whole = torch.stack(
        [factor * function(score, targets) for factor, score in zip(factors, scores.values(), strict=True)]
    ).sum()
    passing.back(whole)
    labels = not targets.is_floating_point()
    aims = nn.functional.one_hot(targets, classes) if labels else targets
    heavy = None if weights is None else np.array(weights)
    losses = {
        name: LossPass(loss, _numpy(score), _numpy(aims), labels, heavy, factor)
        for factor, (name, score) in zip(factors, scores.items(), strict=True)
    }
    layers = {name: found.layer for name, found in check(network, classes).nodes.items()}
    return Trace(
        network,
        {name: layers[name] for name in network.order if name in passing.values},
        passing.captures,
        losses,
        float(whole.detach()),
        passing.gradients,
        passing.by_weight,
        passing.by_wire,
        passing.norms,
        passing.wire_norms,
    )


class _Passing:
    """The passes of one batch: each layer is called by itself, with copies of its weights."""

    def __init__(
        self,
        module: nn.Module,
        network: Network,
        forward: Forward,
        training: bool,
        seed: int | Tensor,
        device: torch.device,
        kept: Collection[str] | None,
        shares_weights: bool,
    ) -> None:
        self._module, self._network, self._forward = module, network, forward
        self._training, self._kept, self._shares = training, kept, shares_weights
        self._numbers = OwnNumbers(seed, device)
        self.values: dict[str, Tensor] = {}
        self._wires: dict[Wire, Tensor] = {}
        self._learned: dict[str, dict[str, Tensor]] = {}
        self.captures: dict[str, Capture] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self.by_wire: dict[Wire, np.ndarray] = {}
        self.by_weight: dict[str, dict[str, np.ndarray]] = {}
        self.norms: dict[str, float] = {}
        self.wire_norms: dict[Wire, float] = {}

    def _keeps(self, name: str) -> bool:
        return self._kept is None or name in self._kept

    def run(self, images: Tensor) -> dict[str, Tensor]:
        """The scores under the names of the ends that count, the main ones first."""
        forward = self._forward
        order = [
            operation
            for operation in executed(submodules_of(forward))
            if self._training or operation.name in forward.needed
        ]
        ends = forward.ends if self._training else forward.ends[:1]
        started = images.detach().clone().requires_grad_()
        self.values[forward.images] = started
        if self._keeps(forward.images):
            self.captures[forward.images] = Capture(
                forward.images, (), {}, self._training, (), _numpy(started)
            )
        with torch.enable_grad(), self._numbers if self._training else nullcontext():
            for operation in order:
                self._compute(operation)
        with torch.enable_grad():
            return {name: self._value(name) for name in ends}

    def _value(self, name: str) -> Tensor:
        """What leaves a layer; an end passes on what it gets, also in the middle of a path."""
        if name not in self.values:
            (given,) = self._inputs(name)
            self.values[name] = given.view_as(given)
            if self._keeps(name):
                self.captures[name] = Capture(
                    name, (_numpy(given),), {}, self._training, (), _numpy(self.values[name])
                )
        return self.values[name]

    def _inputs(self, name: str) -> list[Tensor]:
        """What comes in along each wire, as a tensor of its own: so each has a gradient of its own."""
        found = []
        for index, source in enumerate(self._network[name].inputs):
            value = self._value(source)
            wire = self._wires[Wire(source, name, index)] = value.view_as(value)
            found.append(wire)
        return found

    def _compute(self, operation: Operation) -> None:
        inputs = self._inputs(operation.name)
        call, learned, held, training = self._called(operation)
        self._numbers.drawn.clear()
        self._numbers.keeps = self._training
        value = call(*inputs)
        self._numbers.keeps = False
        self.values[operation.name] = value
        if not self._keeps(operation.name):
            return
        self._learned[operation.name] = learned
        self.captures[operation.name] = Capture(
            operation.name,
            tuple(map(_numpy, inputs)),
            {name: _numpy(tensor) for name, tensor in held.items()},
            training,
            tuple(map(_numpy, self._numbers.drawn)),
            _numpy(value),
        )

    def _called(
        self, operation: Operation
    ) -> tuple[Callable[..., Any], dict[str, Tensor], Mapping[str, Tensor], bool]:
        """What computes it, its learned tensors, these and its buffers as they were; whether it trains."""
        expression = operation.expression
        if expression is None:
            part = self._module.get_submodule(operation.name)
            frozen = self._network[operation.name].frozen and bool(part.state_dict())
            twin = _twin(part, self._training and not frozen, self._shares)
            held = {name: tensor.clone() for name, tensor in twin.named_buffers()}
            learned: dict[str, Tensor] = dict(twin.named_parameters())
            return twin, learned, learned | held, twin.training
        learned = {}
        if operation.tensor:
            learned[""] = _leaf(dict(self._module.named_parameters())[operation.name], self._shares)
        return (
            lambda *inputs: _evaluated(expression, (*inputs, *learned.values())),
            learned,
            learned,
            self._training,
        )

    def back(self, loss: Tensor) -> None:
        """The gradients of the loss by everything."""
        learned = [(name, key, leaf) for name, own in self._learned.items() for key, leaf in own.items()]
        forked = {
            wire: tensor
            for wire, tensor in self._wires.items()
            if sum(other.source == wire.source for other in self._network.consumers[wire.source]) > 1
        }
        wanted = [*self.values.values(), *forked.values(), *(leaf for _, _, leaf in learned)]
        found = torch.autograd.grad(loss, wanted, allow_unused=True)
        # what the loss does not depend on has no slope
        numbers = iter(
            _numpy(torch.zeros_like(tensor) if gradient is None else gradient)
            for tensor, gradient in zip(wanted, found, strict=True)
        )
        for name in self.values:
            gradient = next(numbers)
            self.norms[name] = length(gradient)
            if self._keeps(name):
                self.gradients[name] = gradient
        for wire in forked:
            gradient = next(numbers)
            self.wire_norms[wire] = length(gradient)
            if self._keeps(wire.source):
                self.by_wire[wire] = gradient
        for name, key, _ in learned:
            self.by_weight.setdefault(name, {})[key] = next(numbers)


def _twin(part: nn.Module, training: bool, shares: bool) -> nn.Module:
    """The same module in this mode, with copies of its tensors; what runs in it changes nothing outside."""
    twin = copy.copy(part)
    twin.training = training
    own = vars(twin)
    own["_parameters"] = {
        name: None if tensor is None else nn.Parameter(_leaf(tensor, shares))
        for name, tensor in part._parameters.items()
    }
    own["_buffers"] = {
        name: None if tensor is None else tensor.detach().clone() for name, tensor in part._buffers.items()
    }
    own["_modules"] = {
        name: None if child is None else _twin(child, training, shares)
        for name, child in part._modules.items()
    }
    return twin


def _leaf(tensor: Tensor, shares: bool) -> Tensor:
    """The same numbers, by which the loss is derived; a copy unless memory is shared."""
    alone = tensor.detach()
    return (alone if shares else alone.clone()).requires_grad_()


def _evaluated(part: Any, inputs: Sequence[Tensor]) -> Any:
    """The value of an expression over `Argument`s."""
    if isinstance(part, Argument):
        return inputs[part.index]
    if isinstance(part, list):
        return [_evaluated(item, inputs) for item in part]
    if isinstance(part, Call):
        named = {name: _evaluated(value, inputs) for name, value in part.kwargs}
        return resolve(part.target)(*(_evaluated(value, inputs) for value in part.args), **named)
    return part


def _numpy(tensor: Tensor) -> np.ndarray:
    """The numbers, without a copy on the CPU: nothing writes into them any more."""
    return tensor.detach().cpu().numpy()
