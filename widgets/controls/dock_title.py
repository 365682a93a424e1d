"""The title of a dock: its name and two buttons, or only a grip where a tab says the name already."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from widgets.look import theme
from widgets.look.icon import icon

GRIP_HEIGHT = 9


class DockTitle(QWidget):
    """Drags the dock, which QDockWidget does itself for presses that this widget leaves alone."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._dock = dock
        self._label = QLabel(dock.windowTitle())
        self._label.setFont(theme.font(theme.BODY, bold=True))
        self._float = self._button(icon("float"), self.tr("Move “{name}” into a window of its own, or back"))
        self._float.clicked.connect(self._toggle_floating)
        self._close = self._button(icon("close"), self.tr("Hide “{name}”; the View menu brings it back"))
        self._close.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE + 4, 4, theme.SPACE // 2, 2)
        row.setSpacing(0)
        row.addWidget(self._label, 1)
        row.addWidget(self._float)
        row.addWidget(self._close)
        self.setToolTip(self.tr("Drag to move, double-click to float"))
        self.show_tabbed(False)

    def show_tabbed(self, tabbed: bool) -> None:
        """Whether a tab names the dock."""
        self._tabbed = tabbed
        for widget in (self._label, self._float, self._close):
            widget.setVisible(not tabbed)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(60, GRIP_HEIGHT) if self._tabbed else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._tabbed else super().minimumSizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._tabbed:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colors(self).border_strong))
        middle = QPointF(self.width() / 2, self.height() / 2)
        for index in range(-2, 3):
            painter.drawEllipse(middle + QPointF(6 * index, 0), 1.2, 1.2)
        painter.end()

    def _button(self, symbol: QIcon, help: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(symbol)
        button.setIconSize(QSize(12, 12))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        text = help.format(name=self._dock.windowTitle())
        button.setToolTip(text)
        button.setAccessibleName(text)
        return button

    def _toggle_floating(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())
