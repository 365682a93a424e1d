"""The bar at the top: the program's name and file, what features put there, and the training controls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar, QWidget

from widgets.controls.elided_label import ElidedLabel
from widgets.look import theme


class Toolbar(QToolBar):
    """Widgets and actions at the left, controls at the right, and a gap between them."""

    def __init__(
        self, widgets: Sequence[QWidget], actions: Sequence[QAction], controls: Sequence[QWidget]
    ) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Training"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(16, 16))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        brand = QLabel("Backbone")
        brand.setFont(theme.font(theme.LARGE, bold=True))
        brand.setContentsMargins(theme.SPACE // 2, 0, theme.SPACE, 0)
        self._file = ElidedLabel()
        self._file.setFixedWidth(150)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for widget in (brand, self._file, *widgets):
            self.addWidget(widget)
        self.addActions(actions)
        for widget in (gap, *controls):
            self.addWidget(widget)

    def show_file(self, title: str) -> None:
        """The name of the file beside the program's."""
        self._file.set_text(title)
