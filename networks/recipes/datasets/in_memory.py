"""The data set that was read last stays in memory, and no other: a large one takes gigabytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Read = TypeVar("Read")

_last: tuple[Hashable, Any] = ((), None)
"""What was read, by what. Replaced as a whole: a window and a run read from threads of their own."""


def kept(key: Hashable, read: Callable[[], Read]) -> Read:
    """What was read for this key, if that was read last; else reads it, and lets the other go."""
    global _last
    last = _last
    if last[0] != key:
        _last = last = key, read()
    found: Read = last[1]
    return found


def keep(key: Hashable, read: Any) -> None:
    """Has this stand for the key from now on, at once: whoever asks finds the old or the new."""
    global _last
    _last = key, read


def recall(key: Hashable) -> Any:
    """What was read for this key; None if something else was read last."""
    last = _last
    return last[1] if last[0] == key else None


def forget(key: Hashable) -> None:
    """Lets go of what was read for this key, so that it is read anew."""
    global _last
    if _last[0] == key:
        _last = (), None
