"""One picture large, as stored and as the network gets it, with the numbers of the pixel that is meant."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from networks.recipes.contents import Contents
from networks.recipes.looks import Look, Spread
from widgets.data.picture_view import PictureView
from widgets.data.read_out import ReadOut, fitted_pixel, stored_pixel
from widgets.data.spread_plot import SpreadPlot
from widgets.data.tiles import as_bytes
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.translation import declared

_BESIDE = 450
"""From this width on, the numbers stand beside the pictures."""


class PictureDetail(QWidget):
    """Shows one picture. Pointing at a pixel in either picture frames it in both."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decodes = False
        """Whether the picture as stored comes with `show_look`, too."""
        self._look: Look | None = None
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.about = dim()
        self.about.setWordWrap(False)
        self.stored = PictureView(self.tr("as stored"))
        self.seen = PictureView(self.tr("as seen"))
        self.stored.pointed.connect(self._point_at_stored)
        self.seen.pointed.connect(self.point)
        self.read_out = ReadOut()
        self.spread = SpreadPlot()
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE)
        head.addWidget(self.title)
        head.addWidget(self.about, 1)
        pictures = QHBoxLayout()
        pictures.setSpacing(theme.SPACE)
        pictures.addWidget(self.stored)
        pictures.addWidget(self.seen)
        pictures.addStretch(1)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        for side in (self._left, self._right):
            side.setSpacing(theme.SPACE)
        self._left.addLayout(pictures)
        self._right.addWidget(self.read_out)
        self._right.addWidget(self.spread)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(theme.SPACE + 4)
        self._body.addLayout(self._left)
        self._body.addLayout(self._right, 1)
        for side in (self._left, self._right):
            self._body.setAlignment(side, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(head)
        column.addLayout(self._body, 1)

    def show_row(self, contents: Contents, row: int) -> None:
        """Shows a picture as stored, until `show_look` knows the rest."""
        self._look = None
        self._decodes = contents.pixels is None
        self.stored.show_picture(None if contents.pixels is None else contents.pixels[row])
        self.seen.show_picture(None)
        high, wide = contents.size
        self.stored.show_caption(self.tr("as stored, {size}").format(size=f"{high}×{wide}"))
        self.seen.show_caption(self.tr("as seen"))
        self._frame(None)
        self.title.setText(self.tr("Picture {index}").format(index=row))
        part = contents.part_of(row)
        purposes = {
            "training": self.tr("{label}, training"),
            "validation": self.tr("{label}, validation"),
            "test": self.tr("{label}, test"),
        }
        words = self.tr("{label}, left out") if part is None else purposes[part.name]
        self.about.setText(words.format(label=declared(contents.classes[int(contents.labels[row])])))

    def show_look(self, look: Look) -> None:
        """Shows the picture on its way into the network."""
        keeps = self.seen.pixel() if self._look is not None or self.seen.pixel() else None
        self._look = look
        if self._decodes:
            self.stored.show_picture(look.stored)
        height, width = look.fitted.shape[:2]
        picture = look.steps[-1].picture if look.steps else look.fitted
        self.seen.show_picture(as_bytes(picture))
        size = f"{height}×{width}"
        words = (
            self.tr("in epoch {epoch}, {size}").format(epoch=look.epoch, size=size)
            if look.steps
            else self.tr("as seen, {size}").format(size=size)
        )
        self.seen.show_caption(words)
        row, column = keeps or (height // 2, width // 2)
        self.point(min(row, height - 1), min(column, width - 1))

    @Slot(int, int)
    def point(self, row: int, column: int) -> None:
        """Tells of the pixel in this row and column of the picture that the network gets."""
        if self._look is not None:
            self._frame((row, column))

    @Slot(int, int)
    def _point_at_stored(self, row: int, column: int) -> None:
        if self._look is not None:
            self._frame(fitted_pixel(self._look, row, column), (row, column))

    def _frame(self, pixel: tuple[int, int] | None, stored: tuple[int, int] | None = None) -> None:
        look = self._look
        if look is None or pixel is None:
            self.read_out.show_pixel(None, 0, 0)
            self.stored.show_pixel(None)
            self.seen.show_pixel(None)
            return
        self.read_out.show_pixel(look, *pixel)
        words = self.read_out.words()
        self.stored.show_pixel(stored or stored_pixel(look, *pixel), words)
        self.seen.show_pixel(pixel, words)

    def show_spread(self, spread: Spread | None) -> None:
        """Shows how the numbers of all training pictures are spread."""
        self.spread.show_spread(spread)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= theme.grown(_BESIDE)
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if direction != self._body.direction():
            self._body.setDirection(direction)
            (self._left if beside else self._right).addWidget(self.spread)
