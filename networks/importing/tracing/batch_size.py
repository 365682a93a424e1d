"""The batch size as a number that forward may pass on but not decide by: layers take batches of any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import fx
from torch.fx.node import map_aggregate

from networks.core.message import message
from networks.importing.calls.values import BATCH
from networks.importing.refusal import UnfollowableError

OTHERS = (3, 2, 5, 4, 8, 64, 65, 256)
"""Further batch sizes that forward must make the same calls with, if it asks for the batch size."""
DECIDES = message("its forward decides by the batch size, and a layer does the same with any")


class _BatchSize(int):
    """Refuses to be compared with a number that is no batch size."""

    __hash__ = int.__hash__


def _comparing(name: str) -> Callable[[_BatchSize, object], Any]:
    plain = getattr(int, name)

    def compared(self: _BatchSize, other: object) -> Any:
        if isinstance(other, int) and not isinstance(other, _BatchSize):
            raise UnfollowableError(DECIDES)
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


def same_but_for_batch(first: fx.Graph, other: fx.Graph, batch: int) -> bool:
    """Whether two graphs make the same calls, the first for `BATCH` images and the other for `batch`."""

    def scaled(number: int) -> int:
        return number // BATCH * batch if number % BATCH == 0 else number

    return _calls(first, scaled) == _calls(other, lambda number: number)


def _calls(graph: fx.Graph, scaled: Callable[[int], int]) -> list[str]:
    """The calls of a graph, whose arguments bear the numbers of the calls that they come from."""
    place = {node: f"%{number}" for number, node in enumerate(graph.nodes)}

    def shown(value: Any) -> Any:
        if isinstance(value, fx.Node):
            return place[value]
        return scaled(value) if isinstance(value, int) and not isinstance(value, bool) else value

    return [
        # each trace gives another name to the tensors that forward makes: they are refused elsewhere
        f"{node.op} {'' if node.op == 'get_attr' else node.target} "
        f"{map_aggregate((node.args, node.kwargs), shown)}"
        for node in graph.nodes
    ]
