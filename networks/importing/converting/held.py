"""Functions that forward calls with a module's own tensors, as the module that would do the same."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.core.message import message
from networks.importing.calls.functions import RESHAPES
from networks.importing.calls.values import LayerOutput, Learned, without_numbers
from networks.importing.converting.standardizing import (
    BATCH_NORM,
    MULTIPLIED,
    computed_weights,
    number_beside,
    standardized,
    standardizing,
)
from networks.importing.refusal import UnshowableError, tried

_PARAMETERS: dict[Any, tuple[str, ...]] = {
    functional.conv2d: ("input", "weight", "bias", "stride", "padding", "dilation", "groups"),
    functional.conv_transpose2d: (
        "input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation"
    ),
    functional.linear: ("input", "weight", "bias"),
    functional.prelu: ("input", "weight"),
    functional.batch_norm: BATCH_NORM,
    functional.group_norm: ("input", "num_groups", "weight", "bias", "eps"),
    functional.layer_norm: ("input", "normalized_shape", "weight", "bias", "eps"),
}  # fmt: skip
"""The functions, with their parameters in order: those of torch that are built in do not tell."""
TRAINING = "training"
COUNTER = "num_batches_tracked"
"""The buffer in which a BatchNorm counts batches."""


def of_tensors_alone(target: Any, x: Learned, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Learned:
    """What a function gives of a module's own tensors alone."""
    if target in RESHAPES and x is args[0]:
        tensors = map(without_numbers, args)
        data: Tensor = tried(RESHAPES[target], *tensors, **kwargs)
        return Learned(x.path, x.tensor, tuple(data.shape), x.factor, x.standardized)
    if target in MULTIPLIED and (factor := number_beside(args, kwargs)) is not None:
        return x._replace(factor=x.factor * factor)
    if (filters := standardized(target, args, kwargs)) is not None:
        return filters
    if target in ("add_", operator.iadd) and x.path.endswith(COUNTER):
        return x  # the layer counts its batches itself
    raise computed_weights(x)


def arguments_with_tensors(
    target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The arguments of such a function by name; None for every other function, or without own tensors."""
    if target not in _PARAMETERS:
        return None
    found = dict(zip(_PARAMETERS[target], args, strict=False)) | dict(kwargs)
    return found if any(isinstance(value, Learned) for value in found.values()) else None


def holder_of(target: Any, arguments: Mapping[str, Any]) -> tuple[str, nn.Module]:
    """The path of the module that holds all tensors of the call, and a module of torch that does the same.

    It lies on the meta device. Raises UnshowableError where the tensors have other names than in a module.
    """
    held = {name: value for name, value in arguments.items() if isinstance(value, Learned)}
    paths = {value.path.removesuffix(f".{name}") for name, value in held.items()}
    (path, *others) = paths
    wrong = [value for name, value in held.items() if value.path != f"{path}.{name}" or not value.is_whole]
    if others or wrong:
        used = (wrong or list(held.values()))[0].path
        raise UnshowableError(
            message("it computes with “{path}”, which no layer holds under this name", path=used)
        )
    if any(isinstance(value, LayerOutput) for name, value in arguments.items() if name != "input"):
        raise UnshowableError(message("it computes its weights from the images"))
    with torch.device("meta"):
        module: nn.Module = tried(_MAKERS[target], arguments)
        for name, value in held.items():
            if value.is_computed:
                if target is not functional.conv2d or name != "weight":
                    raise computed_weights(value)
                module = standardizing(module, path, value)
    return path, module


def _options(arguments: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: arguments[name] for name in names if name in arguments}


def _has(arguments: Mapping[str, Any], name: str) -> bool:
    return arguments.get(name) is not None


def _convolution(arguments: Mapping[str, Any]) -> nn.Module:
    options = _options(arguments, "stride", "padding", "dilation", "groups")
    outputs, inputs, *kernel = arguments["weight"].tensor.shape
    bias = _has(arguments, "bias")
    return nn.Conv2d(inputs * options.get("groups", 1), outputs, tuple(kernel), bias=bias, **options)


def _transposed(arguments: Mapping[str, Any]) -> nn.Module:
    options = _options(arguments, "stride", "padding", "output_padding", "groups", "dilation")
    inputs, outputs, *kernel = arguments["weight"].tensor.shape
    bias = _has(arguments, "bias")
    return nn.ConvTranspose2d(inputs, outputs * options.get("groups", 1), tuple(kernel), bias=bias, **options)


def _linear(arguments: Mapping[str, Any]) -> nn.Module:
    outputs, inputs = arguments["weight"].tensor.shape
    return nn.Linear(inputs, outputs, bias=_has(arguments, "bias"))


def _prelu(arguments: Mapping[str, Any]) -> nn.Module:
    return nn.PReLU(arguments["weight"].tensor.numel())


def _batch_norm(arguments: Mapping[str, Any]) -> nn.Module:
    affine, tracked = _has(arguments, "weight"), _has(arguments, "running_mean")
    if affine != _has(arguments, "bias"):
        raise ValueError("a weight without a bias")
    kind = nn.BatchNorm2d if len(arguments["input"].shape) > 1 else nn.BatchNorm1d
    channels = arguments["input"].shape[0]
    return kind(
        channels, affine=affine, track_running_stats=tracked, **_options(arguments, "momentum", "eps")
    )


def _group_norm(arguments: Mapping[str, Any]) -> nn.Module:
    channels = arguments["input"].shape[0]
    affine = _has(arguments, "weight")
    return nn.GroupNorm(arguments["num_groups"], channels, affine=affine, **_options(arguments, "eps"))


def _layer_norm(arguments: Mapping[str, Any]) -> nn.Module:
    shape, bias = tuple(arguments["normalized_shape"]), _has(arguments, "bias")
    return nn.LayerNorm(shape, bias=bias, **_options(arguments, "eps"))


_MAKERS: dict[Any, Callable[[Mapping[str, Any]], nn.Module]] = {
    functional.conv2d: _convolution,
    functional.conv_transpose2d: _transposed,
    functional.linear: _linear,
    functional.prelu: _prelu,
    functional.batch_norm: _batch_norm,
    functional.group_norm: _group_norm,
    functional.layer_norm: _layer_norm,
}
