"""The base of features with one panel, which is made when it first comes into sight."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.shown import Shown
from widgets.controls.late import Late

AnyPanel = TypeVar("AnyPanel", bound=QWidget)


class PanelFeature(Feature, Generic[AnyPanel]):
    """Declares `self.late` as the widget of its panel, so that what is folded away is no part of the start.

    For the same reason the file of the panel is imported in `make_panel`.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.late: Late[AnyPanel] = Late(self.make_panel, self._show_first)

    @property
    def panel(self) -> AnyPanel:
        """The panel, made now if it is not there yet."""
        return self.late.widget

    def make_panel(self) -> AnyPanel:
        """Makes the panel, with its connections. Called once."""
        raise NotImplementedError

    def show_panel(self, panel: AnyPanel, old: Shown | None, new: Shown) -> None:
        """Shows a state on the panel. `old` is None the first time."""

    def show(self, old: Shown | None, new: Shown) -> None:
        if self.late.made is not None:
            self.show_panel(self.late.made, old, new)

    def _show_first(self, panel: AnyPanel) -> None:
        self.show_panel(panel, None, self.desk.shown)
