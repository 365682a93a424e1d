"""The bar at the top: the program's name and file, backbones, undo and redo, and the training controls."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar, QWidget

from widgets.controls.elided_label import ElidedLabel
from widgets.look import theme
from widgets.look.icon import icon


class Toolbar(QToolBar):
    """Undo and redo say what they would do."""

    def __init__(self, backbones: QWidget, controls: QWidget) -> None:
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
        self.undo, self.redo = QAction(self), QAction(self)
        self.undo.setShortcuts([QKeySequence("Ctrl+Z")])
        self.undo.setIcon(icon("undo"))
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.redo.setIcon(icon("redo"))
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(brand)
        self.addWidget(self._file)
        self.addWidget(backbones)
        self.addAction(self.undo)
        self.addAction(self.redo)
        self.addWidget(gap)
        self.addWidget(controls)
        self.show_history("", "")

    def show_file(self, title: str) -> None:
        """The name of the file beside the program's."""
        self._file.set_text(title)

    def show_history(self, undo: str, redo: str) -> None:
        """What undo and redo would do, in the menu: “Undo: Insert ReLU”; empty where there is nothing."""
        self.undo.setText(self.tr("Undo: {step}").format(step=undo) if undo else self.tr("Undo"))
        self.redo.setText(self.tr("Redo: {step}").format(step=redo) if redo else self.tr("Redo"))
        self.undo.setEnabled(bool(undo))
        self.redo.setEnabled(bool(redo))
