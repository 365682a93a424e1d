"""Keys and mouse gestures of widgets that are in no menu, for the page of keys."""

from __future__ import annotations

import msgspec
from PySide6.QtGui import QKeySequence


class Gesture(msgspec.Struct, frozen=True):
    """What can be done, and how: with keys, the mouse, or either."""

    where: str
    """The heading on the page: “On the canvas”."""
    what: str
    keys: tuple[str, ...] = ()
    """Portable key sequences."""
    mouse: str = ""
    """In words: “drag”, “wheel”."""

    def how(self) -> str:
        """The keys as they are written on this system, and the mouse."""
        return ", ".join((*map(native, self.keys), *((self.mouse,) if self.mouse else ())))


def native(keys: str) -> str:
    """A portable key sequence as it is written on this system."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
