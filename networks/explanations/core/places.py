"""Where numbers lie: indices into the arrays that a layer read, wrote or learned."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
"""Figures of an explanation: always of double precision, so that adding them up loses nothing."""
Array = NDArray[Any]
"""What the network holds, in whatever precision."""
Positions = NDArray[np.intp]
Position = tuple[int, ...]
"""One number of an array with its batch axis: (image, channel, row, column), or (image, index)."""

S = TypeVar("S", bound=np.generic)

Of = Literal["input", "output", "weight", "mask", "constant", "stage"]
"""In what a place lies: an input or the output of the layer, a learned tensor or running statistic, the
random mask of a dropout; a fixed number of the layer's parameters, or the result of an earlier stage."""


class Places(msgspec.Struct, frozen=True, eq=False):
    """Which number each figure of a form stands for.

    `which` is the index of the input, the name of the weight as torch has it within the layer, or the index
    of the stage. `index` holds one array of positions per axis; together they are broadcast to the shape of
    the figures, so that `array[places.index]` are these figures. `padding` is true where there is no such
    place, but a zero of the padding; None where there is no padding. Positions there mean nothing.
    """

    of: Of
    which: int | str = 0
    index: tuple[Positions, ...] = ()
    padding: NDArray[np.bool_] | None = None

    def position(self, term: tuple[int, ...], shape: tuple[int, ...]) -> Position | None:
        """The position of one term among figures of this shape; None where it is padding."""
        if self.padding is not None and bool(np.broadcast_to(self.padding, shape)[term]):
            return None
        return tuple(int(np.broadcast_to(axis, shape)[term]) for axis in self.index)

    def read(self, array: Array, shape: tuple[int, ...]) -> Numbers:
        """The figures at these places, of this shape; 0 at the padding."""
        found = np.broadcast_to(array[self.index], shape).astype(np.float64)
        return found if self.padding is None else np.where(self.padding, 0.0, found)


def one(of: Of, which: int | str, position: Position) -> Places:
    """The place of a single figure."""
    return Places(of, which, tuple(np.array(axis) for axis in position))


CONSTANT = Places("constant")
"""The place of a number that is fixed by the layer's parameters."""


def span(length: int, axis: int, axes: int) -> Positions:
    """0 to `length` − 1 along one of so many axes, to be broadcast with others."""
    return along(np.arange(length), axis, axes)


def along(positions: NDArray[S], axis: int, axes: int) -> NDArray[S]:
    """Positions or figures laid along one of so many axes, to be broadcast with others."""
    return positions.reshape([-1 if each == axis else 1 for each in range(axes)])
