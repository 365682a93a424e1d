"""What of a large network is shown after the canvas: one thing after the other, between other events."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QAccessible

from app.feature.shown import Shown

LARGE = 300
"""From this many layers on, all panels together would take longer than a frame."""
TURN = 0.008
"""Seconds after which the next turn begins; a panel that takes longer is not broken off."""

_INPUT = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.Shortcut,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.InputMethod,
        QEvent.Type.ContextMenu,
        QEvent.Type.DragEnter,
        QEvent.Type.Drop,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


def takes_turns(shown: Shown) -> bool:
    """Whether its panels are shown it in turns, after the canvas.

    Not while a screen reader listens: what it does is no event, so nothing would be finished before it.
    """
    return len(shown.network.nodes) >= LARGE and not QAccessible.isActive()


class Turns(QObject):
    """Does what it is given in the order in which it came, a little at a time.

    Whatever the user does next finds all of it done: nobody can act on a panel that lags behind.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # a dict keeps the order, and whatever is given twice once
        self._waiting: dict[Callable[[], None], None] = {}
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._take_turn)

    def add(self, do: Callable[[], None]) -> None:
        """Does this soon; once, however often it is given until then."""
        application = QCoreApplication.instance()
        if not self._waiting and application is not None:
            application.installEventFilter(self)
        self._waiting[do] = None
        self._timer.start()

    @Slot()
    def finish(self) -> None:
        """Does all of it now."""
        while self._waiting:
            self._do_first()

    @Slot()
    def _take_turn(self) -> None:
        end = time.perf_counter() + TURN
        try:
            while self._waiting and time.perf_counter() < end:
                self._do_first()
        finally:
            if self._waiting:
                self._timer.start()

    def _do_first(self) -> None:
        do = next(iter(self._waiting))
        del self._waiting[do]
        application = QCoreApplication.instance()
        if not self._waiting and application is not None:
            application.removeEventFilter(self)
        do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self.finish()
        return False
