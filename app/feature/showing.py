"""Shows features the state: the one way in which they learn that something has changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.shown import Shown


class Showing(QObject):
    """Shows every feature the newest state, in their order, whenever it changes.

    A feature may change the state while it is shown one, as the canvas does with its folding. Those behind it
    then see both changes at once; it and those before it see the second change afterwards.
    """

    def __init__(self, desk: Desk, features: Sequence[Feature]) -> None:
        super().__init__(desk)
        self._desk, self._features = desk, features
        self._seen: dict[Feature, Shown] = {}
        self._busy = False
        desk.changed.connect(self.show)

    @Slot()
    def show(self) -> None:
        """Shows the state to all features that have not seen it, until all have seen the same one."""
        if self._busy:
            return
        self._busy = True
        try:
            while (late := self._late()) is not None:
                old, self._seen[late] = self._seen.get(late), self._desk.shown
                late.show(old, self._desk.shown)
        finally:
            self._busy = False

    def _late(self) -> Feature | None:
        """The first feature that has not seen the newest state."""
        shown = self._desk.shown
        return next((feature for feature in self._features if self._seen.get(feature) is not shown), None)
