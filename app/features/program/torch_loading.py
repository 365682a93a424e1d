"""torch, which is loaded when the window already stands; then all panels, so that each opens at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel

import widgets
from app.background.imports_ahead import ImportsAhead
from app.background.panels_ahead import PanelsAhead
from app.feature.desk import LASTING, Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from app.training.torch_loader import TorchLoader
from networks.core.message import Message
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import said


class TorchLoading(Feature):
    """Loads torch in the background; what needs it is shown the devices that it finds."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setContentsMargins(0, 0, theme.SPACE, 0)
        self.label.setProperty("role", "dim")
        self._loader = TorchLoader(self)
        self._loader.loaded.connect(self._take)
        self._loader.failed.connect(self._miss)
        # also without torch
        self.ahead = ImportsAhead(widgets, self)
        self._loader.loaded.connect(self.ahead.start)
        self._loader.failed.connect(self.ahead.start)
        self.panels_ahead = PanelsAhead(desk.window, self)
        self.ahead.done.connect(self.panels_ahead.start)
        self.panels_ahead.done.connect(desk.made_ahead)

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.CORNER, self.label),)

    def begin(self) -> None:
        self.label.setText(self.tr("torch is loading…"))
        self._loader.start()

    def close(self) -> None:
        self.ahead.close()
        self.panels_ahead.close()
        self._loader.close()

    @Slot(object, str)
    def _take(self, devices: tuple[str, ...], version: str) -> None:
        self.label.setText(self.tr("torch {version}").format(version=version))
        self.desk.show_devices(devices)

    @Slot(object)
    def _miss(self, reason: Message) -> None:
        self.label.setText(self.tr("torch could not be loaded"))
        self.label.setToolTip(plain_hint(said(reason)))
        self.desk.say(reason, LASTING)
