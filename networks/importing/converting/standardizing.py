"""Filters that forward computes from learned ones, as convolutions with weight standardization do."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from networks.core.message import message
from networks.importing.calls.values import Learned, Standardized
from networks.importing.refusal import UnshowableError
from networks.module.own_layers import StandardizedConv2d

MULTIPLIED = frozenset((operator.mul, torch.mul, "mul"))
BATCH_NORM = ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
"""The parameters of torch's function, in their order."""


def computed_weights(learned: Learned) -> UnshowableError:
    """For numbers that are computed from learned ones otherwise than a layer does."""
    return UnshowableError(
        message(
            "it computes its weights from “{path}”, and a layer learns its own directly", path=learned.path
        )
    )


def number_beside(args: Sequence[Any], kwargs: Mapping[str, Any]) -> float | None:
    """The number that one tensor is multiplied by; None where there is none."""
    numbers = [each for each in args if isinstance(each, int | float) and not isinstance(each, bool)]
    return float(numbers[0]) if len(args) == 2 and len(numbers) == 1 and not kwargs else None


def standardized(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Learned | None:
    """Filters that a batch norm brings to mean 0 and variance 1, one channel for each; None otherwise.

    So does Qiao et al.'s own code, and all that follows it, since torch computes it at once.
    """
    if target is not functional.batch_norm:
        return None
    given = dict(zip(BATCH_NORM, args, strict=False)) | dict(kwargs)
    filters, gain = given["input"], given.get("weight")
    kept = any(given.get(name) is not None for name in ("running_mean", "running_var", "bias"))
    if not isinstance(filters, Learned) or filters.is_computed or kept or not given.get("training"):
        return None
    count = filters.tensor.shape[0]
    if filters.shape != (1, count, filters.tensor[0].numel()):
        return None
    eps = given.get("eps", 1e-5)
    if gain is None:
        return filters._replace(standardized=Standardized(eps, "", ()))
    if not isinstance(gain, Learned) or gain.standardized or gain.shape != (count,):
        return None
    size = tuple(gain.tensor.shape)
    return filters._replace(factor=gain.factor, standardized=Standardized(eps, gain.path, size))


def standardizing(made: nn.Module, path: str, filters: Learned) -> nn.Module:
    """The convolution `made` with these filters instead of its own, on the meta device.

    Raises UnshowableError where its gain has another name or shape than the layer's.
    """
    assert isinstance(made, nn.Conv2d)
    if filters.standardized is None:
        raise computed_weights(filters)
    eps, gain, shape = filters.standardized
    if gain and (gain, shape) != (f"{path}.gain", (made.out_channels, 1, 1, 1)):
        raise UnshowableError(
            message("it computes with “{path}”, which no layer holds under this name", path=gain)
        )
    size = filters.tensor[0].numel()
    # the layer divides a filter with a gain by the root of its size
    gamma = float(f"{filters.factor * (size**0.5 if gain else 1.0):.12g}")
    return StandardizedConv2d(
        made.in_channels,
        made.out_channels,
        made.kernel_size,  # type: ignore[arg-type]
        made.stride,  # type: ignore[arg-type]
        made.padding,  # type: ignore[arg-type]
        made.dilation,  # type: ignore[arg-type]
        made.groups,
        made.bias is not None,
        eps,
        bool(gain),
        gamma,
    )
