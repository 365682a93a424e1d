"""The base of all features: one thing that the program can do, and all that the window knows of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.feature.command import MenuEntry
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Piece
from app.feature.shown import Shown


class Feature(QObject):
    """Declares what it adds to the window, and is shown the state; what it wishes for goes to the desk.

    No feature knows another one, and none knows the window. Every method may be left out.
    """

    rested = Signal()
    """What `halt` has asked to end has ended."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk

    def panels(self) -> tuple[Panel, ...]:
        """Its docks. Asked for once."""
        return ()

    def pieces(self) -> tuple[Piece, ...]:
        """Its widgets that stand at fixed places. Asked for once."""
        return ()

    def commands(self) -> tuple[MenuEntry, ...]:
        """Its entries in the menus, in the order in which they stand there."""
        return ()

    def gestures(self) -> tuple[Gesture, ...]:
        """Keys and gestures of its widgets that no command has."""
        return ()

    def show(self, old: Shown | None, new: Shown) -> None:
        """The state is `new`; `old` is what was shown here before, and None the first time.

        It may ask the desk for changes at once: they are shown when all features have seen this state.
        """

    def begin(self) -> None:
        """The window is on the screen: time to load, to ask or to offer something."""

    def may_close(self) -> bool:
        """Whether the window may be closed, as far as this feature is concerned; it may ask the user."""
        return True

    def halt(self) -> bool:
        """Ends what is going on. False where that takes a while: `rested` tells when it has ended."""
        return True

    def close(self) -> None:
        """The window closes for good: wait for threads, leave nothing behind."""
