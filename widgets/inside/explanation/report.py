"""A picture for a report, painted on white with a title and a caption: PNG or SVG."""

from __future__ import annotations

from abc import ABC, abstractmethod

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from networks.core.message import UserError, message

_SCALE = 2
"""How many pixels of a PNG stand for one on the screen."""


class Report(ABC):
    """What both kinds of file have in common; `width` and `height` are set before one is made."""

    width: float
    height: float

    @property
    @abstractmethod
    def title(self) -> str:
        """What the picture shows."""

    @property
    @abstractmethod
    def caption(self) -> str:
        """Network, layer, weights, picture and range, in one line."""

    @abstractmethod
    def paint(self, painter: QPainter) -> None:
        """Paints all of it on the white ground."""

    def file(self, ending: str) -> bytes:
        """The file of this ending. Raises UserError where there is no memory for it."""
        return self._svg() if ending.lower() == ".svg" else self._png()

    def _png(self) -> bytes:
        image = QImage(round(_SCALE * self.width), round(_SCALE * self.height), QImage.Format.Format_RGB32)
        if image.isNull():
            raise UserError(message("There is not enough memory for this picture: choose .svg."))
        image.setDevicePixelRatio(_SCALE)
        painter = QPainter(image)
        self._paint(painter)
        painter.end()
        image.setDevicePixelRatio(1)
        buffer = _buffer()
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(buffer.data().data())

    def _svg(self) -> bytes:
        buffer = _buffer()
        generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        generator.setOutputDevice(buffer)
        generator.setResolution(96)
        whole = QRectF(0, 0, self.width, self.height)
        generator.setViewBox(whole)
        generator.setSize(whole.size().toSize())
        generator.setTitle(self.title)
        generator.setDescription(self.caption)
        painter = QPainter(generator)
        self._paint(painter)
        painter.end()
        return bytes(buffer.data().data())

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(QRectF(0, 0, self.width, self.height), QColor(Qt.GlobalColor.white))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter)


def height_of(text: str, width: float, font: QFont) -> float:
    """How high this text is where its lines are so wide."""
    room = QRectF(0, 0, width, 10_000)
    return QFontMetricsF(font).boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
