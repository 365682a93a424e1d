"""Whether the tensors of a module can be the weights of layers: of numbers with a point, each for itself."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor, nn

from networks.core.message import message
from networks.importing.refusal import refused

_TYPES = frozenset((torch.float32, torch.float64, torch.float16, torch.bfloat16))
"""What becomes single precision."""


def refuse_unfit(module: nn.Module, names: Collection[str]) -> None:
    """Raises UserError for the first tensor of these names that a layer could not hold.

    A layer's weights are numbers with a point, which become single precision, and change for themselves.
    """
    tensors = dict((*module.named_parameters(), *module.named_buffers()))
    held = {name: tensors[name] for name in names if name in tensors}
    for name, tensor in held.items():
        if not name.endswith("num_batches_tracked"):
            refuse_type(name, tensor)
        if tensor.layout is not torch.strided:
            layout = str(tensor.layout).removeprefix("torch.")
            raise refused(
                name,
                message("its numbers are kept as {layout}, and those of a layer are dense", layout=layout),
            )
    _refuse_shared(held)


def refuse_type(name: str, tensor: Tensor) -> None:
    """Raises UserError for numbers that have no point, or too few digits to compute with."""
    if tensor.dtype not in _TYPES:
        kind = str(tensor.dtype).removeprefix("torch.")
        raise refused(
            name, message("it holds numbers of the type {kind}, and a layer computes with float32", kind=kind)
        )


def _refuse_shared(held: dict[str, Tensor]) -> None:
    places: dict[int, list[tuple[int, int, str]]] = {}
    for name, tensor in held.items():
        if not tensor.numel():
            continue
        if any(size > 1 and not stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True)):
            raise refused(name, message("several of its numbers lie at one place in memory"))
        start, steps = int(tensor.storage_offset()), zip(tensor.shape, tensor.stride(), strict=True)
        extent = 1 + sum((size - 1) * stride for size, stride in steps)
        for first, behind, other in places.setdefault(tensor.untyped_storage()._cdata, []):
            if start < behind and first < start + extent:
                raise refused(
                    name, message("it shares its memory with “{other}”, so that both change", other=other)
                )
        places[tensor.untyped_storage()._cdata].append((start, start + extent, name))
