"""Two modules compared layer by layer, so that a deep network does not blow up the rounding of its layers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from networks.core.message import Message, message

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}
"""Largest difference, as a share of the largest number; sums in another order differ by less."""


_OTHERS = message("other numbers reach it than reach its layer")
_OTHERWISE = message("it computes other numbers than its layer")


class Differing(NamedTuple):
    """A layer whose module is given or gives other numbers."""

    layer: str
    reason: Message


class Call(NamedTuple):
    """What a part was given in its first call, and what it gave."""

    given: Tensor
    gave: Tensor


@contextmanager
def recording(module: nn.Module, names: Collection[str]) -> Iterator[dict[str, Call]]:
    """Keeps what the parts of these names are given and give, in the first call of each."""
    given: dict[str, Tensor] = {}
    found: dict[str, Call] = {}

    def keep_input(name: str, _: nn.Module, inputs: Any) -> None:
        if inputs and isinstance(inputs[0], Tensor) and name not in given:
            given[name] = inputs[0].detach().clone()  # before the part may write over it

    def keep_output(name: str, _: nn.Module, inputs: Any, output: Any) -> None:
        if name in given and name not in found and isinstance(output, Tensor):
            found[name] = Call(given[name], output.detach().clone())

    handles: list[RemovableHandle] = []
    for name, part in module.named_modules():
        if name in names:
            handles.append(part.register_forward_pre_hook(partial(keep_input, name)))
            handles.append(part.register_forward_hook(partial(keep_output, name)))
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def following(module: nn.Module, leader: Mapping[str, Call]) -> Iterator[list[Differing]]:
    """Makes each part that gives what the leader's part of that name gave go on with the leader's numbers.

    A deep network may turn the rounding of one layer into another result: of resnest269e, a change in the
    last bit of an image moves the scores by a third. This way rounding does not add up: where the scores
    still differ, some layer computes something else. What differs goes on as it is and is listed, in order.
    """
    found: list[Differing] = []

    def compare(name: str, _: nn.Module, inputs: Any, output: Any) -> Tensor | None:
        call = leader[name]
        if isinstance(output, Tensor) and alike(output, call.gave):
            replaced: Tensor = _Replaced.apply(output, call.gave)  # type: ignore[no-untyped-call]
            return replaced
        found.append(Differing(name, _OTHERWISE if alike(inputs[0], call.given) else _OTHERS))
        return None

    handles = [
        part.register_forward_hook(partial(compare, name))
        for name, part in module.named_modules()
        if name in leader
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


class _Replaced(torch.autograd.Function):
    """Other numbers in the place of these, whose gradients these get."""

    @staticmethod
    def forward(ctx: Any, numbers: Tensor, others: Tensor) -> Tensor:
        return others.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None


def alike(found: Tensor, expected: Tensor, leeway: float = 1, further: float = 0) -> bool:
    """Whether these are the same numbers but for rounding; `further` counts as numbers beside them."""
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return False
    if torch.equal(found, expected):
        return True
    if not found.is_floating_point():
        return False
    tolerance = TOLERANCE.get(found.dtype, 0) * (leeway * largest(expected) + further)
    return torch.allclose(found, expected, rtol=0, atol=tolerance, equal_nan=True)


def largest(numbers: Tensor) -> float:
    """The largest magnitude that is finite."""
    return float(numbers.detach().nan_to_num(0, 0, 0).abs().max()) if numbers.numel() else 0.0
