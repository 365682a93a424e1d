"""How much memory all that looks into the network may hold together, and who holds how much of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Set
from typing import NamedTuple

import msgspec
import numpy as np
from PySide6.QtGui import QImage

from networks.core.message import Message, message

MOST_BYTES = 300 * 2**20
"""What all views hold together at most, with the copies of weights that they are made from."""

_NO_MEMORY = frozenset({type(None), bool, int, float, str})


class Counted(NamedTuple):
    """The memory in which something lies, counted by `blocks_of` before, perhaps in another thread."""

    blocks: Mapping[Hashable, int]


class Budget:
    """Who holds which memory. For the window's thread alone.

    Whoever wants to keep much asks first, and makes a smaller choice where that is too much. What two of
    them share is counted once.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self._held: dict[str, Mapping[Hashable, int]] = {}
        self._telling: dict[str, Callable[[], object]] = {}
        self._giving: dict[str, Callable[[], object]] = {}

    def join(self, who: str, let_go: Callable[[], object]) -> None:
        """`let_go` is called where others need the room: it frees what `who` holds, if nobody sees it."""
        self._giving[who] = let_go

    def fits(self, who: str, size: int) -> bool:
        """Whether there is room for this many bytes, in place of what `who` holds now."""
        return size <= self._room_for(who)

    def ask(self, who: str, size: int) -> bool:
        """Whether `who` may hold this many bytes, in place of what it holds now. If so, they count at once.

        Where there is no room, others that are out of sight give up theirs, the largest first.
        """
        if not self._makes_room(who, size):
            return False
        self._held[who] = {who: size}
        return True

    def _makes_room(self, who: str, size: int) -> bool:
        """Whether there is room, be it that others give up theirs. What fits at once is counted once."""
        if self.fits(who, size):
            return True
        for other in sorted(self._giving.keys() - {who}, key=self.held_by, reverse=True):
            self._giving[other]()
            if self.fits(who, size):
                return True
        return False

    def hold(self, who: str, *things: object) -> None:
        """`who` holds the arrays and tensors in these things now, and nothing else."""
        self._held[who] = blocks_of(*things)

    def follow(self, who: str, told: Callable[[], object]) -> None:
        """`told` gives what `who` holds: asked only when it matters, for what changes many times a second."""
        self._telling[who] = told

    def free(self, who: str) -> None:
        """`who` holds nothing any more."""
        self._held.pop(who, None)

    def held_by(self, who: str) -> int:
        """The bytes that `who` holds, shared or not."""
        return sum(self._blocks().get(who, {}).values())

    @property
    def total(self) -> int:
        """The bytes that all of them hold together."""
        return self.most - self._room_for("")

    @property
    def holders(self) -> tuple[str, ...]:
        """Those who hold something."""
        return tuple(who for who, blocks in self._blocks().items() if blocks)

    def _blocks(self) -> dict[str, Mapping[Hashable, int]]:
        return self._held | {who: blocks_of(told()) for who, told in self._telling.items()}

    def _room_for(self, who: str) -> int:
        together: dict[Hashable, int] = {}
        for other, blocks in self._blocks().items():
            if other != who:
                together |= blocks
        return self.most - sum(together.values())


def no_room(needed: int, most: int) -> Message:
    """Why something is not made that would take this many bytes, and what to try."""
    return message(
        "This needs {needed} MB of memory, and all views together may take {most} MB. Close another view "
        "that looks inside the network, or choose a smaller network.",
        needed=-(-needed >> 20),
        most=most >> 20,
    )


def blocks_of(*things: object) -> dict[Hashable, int]:
    """The memory in which all arrays, tensors and images within these things lie.

    By its address, or what else tells it from other memory, its bytes.
    """
    found: dict[Hashable, int] = {}
    waiting: list[object] = list(things)
    while waiting:
        thing = waiting.pop()
        if type(thing) in _NO_MEMORY:
            # most of what there is in views: asked for several times a second while a run goes on
            continue
        if isinstance(thing, Counted):
            found |= thing.blocks
        elif (parts := _parts_of(thing)) is not None:
            waiting.extend(parts)
        elif isinstance(thing, np.ndarray):
            owner = _owner(thing)
            if isinstance(owner, np.ndarray):
                found[owner.__array_interface__["data"][0]] = owner.nbytes
            else:
                waiting.append(owner)
        elif hasattr(thing, "untyped_storage"):
            # a tensor; torch need not be there to know one
            storage = thing.untyped_storage()
            found[storage.data_ptr()] = storage.nbytes()
        elif isinstance(thing, QImage):
            found["image", thing.cacheKey()] = thing.sizeInBytes()
    return found


def _parts_of(thing: object) -> Collection[object] | None:
    """What a thing is made of; None where it is something by itself."""
    if isinstance(thing, tuple | list):
        return thing
    if isinstance(thing, msgspec.Struct):
        return msgspec.structs.astuple(thing)
    if isinstance(thing, Mapping):
        return thing.values()
    return thing if isinstance(thing, Set) else None


def _owner(array: np.ndarray) -> object:
    """The array whose memory this one is a part of, or the tensor whose memory that is."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.base if hasattr(array.base, "untyped_storage") else array
