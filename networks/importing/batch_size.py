"""The batch size as a number that forward may pass on but not decide by: layers take batches of any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from networks.core.message import message
from networks.importing.refusal import UnshowableError
from networks.importing.values import BATCH


class _BatchSize(int):
    """Refuses to be compared with a number that is no batch size."""

    __hash__ = int.__hash__


def _comparing(name: str) -> Callable[[_BatchSize, object], Any]:
    plain = getattr(int, name)

    def compared(self: _BatchSize, other: object) -> Any:
        if isinstance(other, int) and not isinstance(other, _BatchSize):
            raise UnshowableError(
                message("its forward decides by the batch size, and a layer does the same with any")
            )
        return plain(self, other)

    return compared


for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(_BatchSize, _name, _comparing(_name))


def with_batch_size(asked: Any) -> Any:
    """What a tensor tells of its size, or the method that tells it, with the batch size marked as such."""
    if isinstance(asked, torch.Size):
        return torch.Size(map(with_batch_size, asked))
    if callable(asked):
        return lambda *args, **kwargs: with_batch_size(asked(*args, **kwargs))
    return _BatchSize(asked) if type(asked) is int and asked == BATCH else asked
