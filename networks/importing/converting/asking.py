"""What forward asks a tensor for: its size, its type, its device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from networks.importing.calls.values import without_numbers
from networks.importing.refusal import no_layer, tried

PLACES = {"dtype": torch.float32, "device": torch.device("meta")}
"""What the type of images is, and a device, as long as one is computed on which does not matter."""


def asked_for(target: Any, x: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What a tensor tells of its size, its type and its device. Raises UnshowableError for anything else."""
    asked: dict[Any, Callable[..., Any]] = {
        "size": Tensor.size,
        "dim": Tensor.dim,
        "numel": Tensor.numel,
        "shape": Tensor.size,
        "ndim": Tensor.dim,
    }
    if target is getattr:
        if args[1] in PLACES:
            return PLACES[args[1]]
        if args[1] not in ("shape", "ndim"):
            raise no_layer(str(args[1]))
        return asked[args[1]](without_numbers(x))
    return tried(asked[target], without_numbers(x), *args[1:], **kwargs)
