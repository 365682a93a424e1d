"""The canvas, or the strip that stands for it while a tab needs its room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.icon import icon, put_beside_words

STRIP_WIDTH = 150


class CanvasZone(QWidget):
    """Shows one of both; above the strip is a button that brings the canvas back."""

    opening_wished = Signal()

    def __init__(
        self, canvas: QWidget, strip: QWidget, over: Sequence[QWidget] = (), parent: QWidget | None = None
    ) -> None:
        """`over` are lines above the canvas, which go and come with it."""
        super().__init__(parent)
        self._canvas, self._strip, self._folded = canvas, strip, QWidget(self)
        self._whole = QWidget(self)
        """The canvas and the lines above it."""
        lines = QVBoxLayout(self._whole)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        for line in over:
            lines.addWidget(line)
        lines.addWidget(canvas, 1)
        opener = QToolButton()
        opener.setObjectName("open_canvas")
        opener.setText(self.tr("Network"))
        opener.setAccessibleName(self.tr("Show the canvas"))
        opener.setIcon(icon("panel-left"))
        opener.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        put_beside_words(opener)
        opener.setAutoRaise(True)
        opener.setToolTip(self.tr("Show the canvas beside this tab"))
        opener.clicked.connect(self.opening_wished)
        column = QVBoxLayout(self._folded)
        column.setContentsMargins(4, theme.SPACE, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(opener, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(strip, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        # the strip can be dragged wider until it is the canvas again
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.addWidget(self._whole)
        row.addWidget(self._folded)
        self._folded.hide()
        # what is not shown explicitly cannot be given the focus before the window is
        canvas.show()

    @property
    def on_strip(self) -> bool:
        """Whether the strip stands for the canvas."""
        return self._folded.isVisibleTo(self)

    def set_on_strip(self, on_strip: bool) -> None:
        """Shows the strip instead of the canvas, or the canvas again; what has the focus keeps it."""
        if on_strip == self.on_strip:
            return
        leaving, coming = (self._whole, self._folded) if on_strip else (self._folded, self._whole)
        focused = self.focusWidget()
        inside = focused is not None and focused.hasFocus()
        coming.show()
        if inside:
            # Qt would give it to the next button, which the next key would press
            (self._strip if on_strip else self._canvas).setFocus()
        leaving.hide()

    def take_focus(self) -> None:
        """Gives the focus to what is shown."""
        (self._strip if self.on_strip else self._canvas).setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.colors(self).window))
        painter.end()

    def set_draggable_to_strip(self, draggable: bool) -> None:
        """Whether it may be dragged so narrow that the strip takes the place of the canvas."""
        self.setMinimumWidth(theme.grown(STRIP_WIDTH) if draggable else self.least_width())

    def least_width(self) -> int:
        """The width below which the canvas would be cut off."""
        return max(self._canvas.minimumSizeHint().width(), self._canvas.minimumWidth())
