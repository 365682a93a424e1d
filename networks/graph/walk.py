"""The one walk through a graph: everything that can be reached from some starts, whatever the nodes are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def reached(starts: Iterable[N], neighbours: Callable[[N], Iterable[N]]) -> frozenset[N]:
    """The starts and all that `neighbours` lead to, directly or by way of others. Loops are no trouble.

    `neighbours` is asked once for each node, in no particular order.
    """
    found = set(starts)
    waiting = list(found)
    while waiting:
        for node in neighbours(waiting.pop()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return frozenset(found)
