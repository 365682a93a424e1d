"""The base of features with one panel, which is made when it first comes into sight."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import Slot
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Panel, Place
from app.feature.shown import Shown
from app.feature.turns import takes_turns
from widgets.controls.late import Late

AnyPanel = TypeVar("AnyPanel", bound=QWidget)
_LEAST_WIDTH = 340
"""Of a room, in device-independent pixels."""


class PanelFeature(Feature, Generic[AnyPanel]):
    """Declares `self.late` as the widget of its panel, so that what is folded away is no part of the start.

    For the same reason the file of the panel is imported in `make_panel`. What a large network has to show on
    a panel waits for its turn, and on one that is out of sight until it is seen; so does what there is to
    show on a panel that was made while there was time and has never been in sight.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.late: Late[AnyPanel] = Late(self.make_panel, self._show_first)
        self.late.coming.connect(self._catch_up)
        self._last: Shown | None = None
        """What the panel was shown last, if it lags behind."""

    @property
    def panel(self) -> AnyPanel:
        """The panel with all that there is to show; it is made now if it is not there yet."""
        self._catch_up()
        return self.late.widget

    def as_room(self, name: str, title: str, width: int) -> Panel:
        """The panel as a tab that is closed until it is asked for; in front, it gets this width."""
        return Panel(
            name, title, Place.MEASURED, self.late, on_demand=True, least_width=_LEAST_WIDTH, room=width
        )

    def make_panel(self) -> AnyPanel:
        """Makes the panel, with its connections. Called once."""
        raise NotImplementedError

    def show_panel(self, panel: AnyPanel, old: Shown | None, new: Shown) -> None:
        """Shows a state on the panel. `old` is None the first time."""

    def show(self, old: Shown | None, new: Shown) -> None:
        panel = self.late.made
        if panel is None:
            return
        if old is None:
            self.show_panel(panel, None, new)
            return
        if self._last is None:
            self._last = old
        if not self._may_lag(new):
            self._catch_up()
        elif panel.isVisible():
            self.desk.turns.add(self._catch_up)

    def _may_lag(self, new: Shown) -> bool:
        unseen = not self.late.in_place and not QAccessible.isActive()
        return unseen or takes_turns(new)

    @Slot()
    def _catch_up(self) -> None:
        """Shows what the panel has missed."""
        old, self._last = self._last, None
        if old is not None and self.late.made is not None:
            self.show_panel(self.late.made, old, self.desk.shown)

    def _show_first(self, panel: AnyPanel) -> None:
        self.show_panel(panel, None, self.desk.shown)
