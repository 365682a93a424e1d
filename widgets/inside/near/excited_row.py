"""The pictures of the data that excite a channel most, each with the part of it that did, framed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from widgets.canvas.items.inside import tinted
from widgets.controls.share import show_share
from widgets.look import theme
from widgets.look.fitting import fitted
from widgets.look.translation import thousands
from widgets.panels.sample_strip import to_image

_SIDE, _GAP, _LABEL = 46, 6, 16


class Exciting(NamedTuple):
    """A picture height×width×channels, the part of it that the largest number saw, and that number.

    `box` has the top, left, bottom and right of the part, the last two beyond it; None where it is all.
    """

    row: int
    words: str
    pixels: NDArray[np.uint8]
    box: tuple[int, int, int, int] | None
    value: float
    gaps: NDArray[np.bool_] | None = None
    """Which pixels of the box it saw, where that is not all of them, as with a dilation."""


class ExcitedRow(QWidget):
    """Offers to look for the pictures, says how far that is, and shows them."""

    search_wished = Signal()
    cancel_wished = Signal()
    picture_chosen = Signal(int)
    """The index of a picture in the data set: it becomes the probe."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = QLabel()
        self.about.setProperty("role", "dim")
        self.about.setWordWrap(True)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.search = QPushButton()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Looking through the pictures"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.pictures = ExcitingPictures()
        self.search.clicked.connect(self.search_wished)
        self.cancel.clicked.connect(self.cancel_wished)
        self.pictures.chosen.connect(self.picture_chosen)
        line = QHBoxLayout()
        line.addWidget(self.search)
        line.addWidget(self.progress, 1)
        line.addWidget(self.cancel)
        line.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.about)
        column.addWidget(self.pictures)
        column.addLayout(line)
        self.show_progress(None)
        self.show_pictures((), 0)

    def show_offer(self, pictures: int, hindrance: str = "") -> None:
        """Offers to look through this many training pictures, or says why that cannot be done now."""
        self.search.setText(
            self.tr("Look through {count} training pictures").format(count=thousands(pictures))
        )
        self.search.setEnabled(not hindrance)
        self.about.setText(hindrance)
        self.about.setVisible(bool(hindrance))
        self.search.setVisible(self.progress.isHidden())
        self.pictures.show_pictures(())

    def show_pictures(self, found: Sequence[Exciting], count: int) -> None:
        """Shows what was found among this many training pictures."""
        self.pictures.show_pictures(found)
        self.search.setVisible(not found and self.progress.isHidden())
        self.about.setVisible(bool(found))
        told = self.tr("Of {count} training pictures; framed: the part that its largest number saw.")
        if any(each.gaps is not None for each in found):
            told = self.tr(
                "Of {count} training pictures; framed: the part that its largest number saw, and of that "
                "only the tinted pixels: the window has gaps."
            )
        self.about.setText(told.format(count=thousands(count)))

    def show_progress(self, share: float | None) -> None:
        """How far the search is; None where nothing is searched."""
        show_share(self.progress, self.cancel, share)
        if share is not None:
            self.search.hide()


class ExcitingPictures(QWidget):
    """The pictures side by side. Left and right walk; Enter makes one the probe."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Exciting, ...] = ()
        self._images: list[QImage] = []
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Pictures that excite it most"))
        self.setToolTip(self.tr("Click a picture to follow it through the network"))

    def show_pictures(self, found: Sequence[Exciting]) -> None:
        """Shows these, the strongest first; nothing, where there is none."""
        self._found, self._current = tuple(found), 0
        self._images = [to_image(each.pixels) for each in found]
        self.setVisible(bool(found))
        self._tell()
        self._fit()
        self.update()

    @property
    def found(self) -> tuple[Exciting, ...]:
        """What is shown."""
        return self._found

    @property
    def held(self) -> tuple[object, ...]:
        """All that is held in memory for it."""
        return self._found, tuple(self._images)

    @property
    def _columns(self) -> int:
        return max(1, (self.width() + _GAP) // (theme.grown(_SIDE) + _GAP))

    def _height(self) -> int:
        lines = -(-len(self._found) // self._columns)
        return max(1, lines * (theme.grown(_SIDE) + theme.grown(_LABEL) + 4) + 2)

    def sizeHint(self) -> QSize:
        return QSize(200, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._height())

    def _fit(self) -> None:
        self.setFixedHeight(self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _place_of(self, index: int) -> QRectF:
        line, column = divmod(index, self._columns)
        side = theme.grown(_SIDE)
        return QRectF(
            column * (side + _GAP) + 1, line * (side + theme.grown(_LABEL) + 4) + 1, side - 2, side - 2
        )

    def _tell(self) -> None:
        words = ""
        if self._found:
            words = self._found[self._current].words
        self.setAccessibleDescription(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self._columns}
        steps[Qt.Key.Key_Down] = self._columns
        key = Qt.Key(event.key())
        if key in steps and self._found:
            self._current = max(0, min(len(self._found) - 1, self._current + steps[key]))
            self._tell()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._found:
            self.chosen.emit(self._found[self._current].row)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for index, each in enumerate(self._found):
            if self._place_of(index).contains(event.position()):
                self._current = index
                self._tell()
                self.update()
                self.chosen.emit(each.row)
                return

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        for index, (each, image) in enumerate(zip(self._found, self._images, strict=True)):
            place = self._place_of(index)
            where = fitted(place, image.height(), image.width())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > where.width())
            painter.drawImage(where, image)
            if each.box is not None:
                self._paint_box(painter, each.box, each.gaps, image, where, shade)
            if index == self._current and self.hasFocus():
                painter.setPen(QPen(QColor(shade.accent), 2))
                painter.drawRect(place.adjusted(-1, -1, 1, 1))
            painter.setFont(theme.font(theme.SMALL - 1, mono=True))
            painter.setPen(QColor(shade.text_dim))
            below = QRectF(place.left() - 2, place.bottom() + 3, place.width() + 4, theme.grown(_LABEL))
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, f"{each.value:.3g}".replace("-", "−"))
        painter.end()

    def _paint_box(
        self,
        painter: QPainter,
        box: tuple[int, int, int, int],
        gaps: NDArray[np.bool_] | None,
        image: QImage,
        where: QRectF,
        shade: theme.Colors,
    ) -> None:
        high, wide = where.height() / image.height(), where.width() / image.width()
        top, left, bottom, right = box
        frame = QRectF(
            where.left() + left * wide, where.top() + top * high, (right - left) * wide, (bottom - top) * high
        )
        if gaps is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(frame, tinted(gaps, QColor(shade.warn_mark)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, thick in (("#000000", 3.0), (shade.warn_mark, 1.6)):
            painter.setPen(QPen(QColor(color), thick))
            painter.drawRect(frame.adjusted(1, 1, -1, -1))
