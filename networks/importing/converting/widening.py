"""One pixel that is repeated to the size of an image, mostly for a product that would do so by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from networks.core.message import message
from networks.importing.calls.values import LayerOutput, Widened, is_sequence, without_numbers
from networks.importing.refusal import UnshowableError, tried
from networks.layers.resizing import Resize

EXPANDS: dict[Any, Callable[..., Tensor]] = {
    "expand": Tensor.expand,
    "expand_as": Tensor.expand_as,
    "broadcast_to": Tensor.broadcast_to,
    torch.broadcast_to: torch.broadcast_to,
}
"""What repeats a tensor along axes of one place."""


def widened(target: Any, args: Sequence[Any], kwargs: Any) -> LayerOutput | Widened | None:
    """What such a call gives of the output of a layer; None for other calls. Raises UnshowableError."""
    if target not in EXPANDS or not isinstance(args[0], LayerOutput):
        return None
    x = args[0]
    data = tried(EXPANDS[target], x.data, *map(without_numbers, args[1:]), **kwargs)
    if data.shape == x.data.shape:
        return x
    if len(x.shape) != 3 or x.shape[1:] != (1, 1) or data.shape[:2] != x.data.shape[:2] or data.dim() != 4:
        raise UnshowableError(message("it repeats something else than single pixels"))
    return Widened(x, data)


def narrowed(value: Any, sizes: set[tuple[int, ...]], resize: Callable[[Resize, LayerOutput], Any]) -> Any:
    """Arguments with the single pixels themselves, where another argument is as large as they were made.

    Sums and products repeat them then. Elsewhere, where `sizes` is empty, a layer does that.
    """
    if isinstance(value, Widened):
        if tuple(value.data.shape) in sizes:
            return value.output
        return resize(Resize((value.data.shape[2], value.data.shape[3])), value.output)
    return tuple(narrowed(each, sizes, resize) for each in value) if is_sequence(value) else value
