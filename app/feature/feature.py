"""The base of all features: one thing that the program can do, and all that the window knows of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.feature.command import MenuEntry
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Piece
from app.feature.shown import Shown


class Feature(QObject):
    """Declares what it adds to the window, is shown the state, and asks the desk for everything else.

    Features know neither each other nor the window. A subclass overrides only the methods that it needs.
    """

    rested = Signal()
    """What `halt` was waiting for has ended."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk

    def panels(self) -> tuple[Panel, ...]:
        """Its panels. Called once."""
        return ()

    def pieces(self) -> tuple[Piece, ...]:
        """Its widgets at fixed places. Called once."""
        return ()

    def commands(self) -> tuple[MenuEntry, ...]:
        """Its menu entries, in their order. Called once."""
        return ()

    def gestures(self) -> tuple[Gesture, ...]:
        """Keys and mouse gestures of its widgets that belong to no command."""
        return ()

    def show(self, old: Shown | None, new: Shown) -> None:
        """Shows a state. `old` is the one that was shown here before, None the first time.

        The feature may ask the desk for changes at once; they are shown after it returns.
        """

    def begin(self) -> None:
        """Called once the window is on the screen: time to load, ask or offer something."""

    def may_close(self) -> bool:
        """Whether the window may be closed as far as this feature is concerned. It may ask the user."""
        return True

    def halt(self) -> str:
        """Ends what is going on. If that takes a while, says what is waited for; `rested` comes after it."""
        return ""

    def close(self) -> None:
        """Called when the window closes for good: waits for threads and leaves nothing behind."""
