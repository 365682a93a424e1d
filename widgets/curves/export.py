"""Copies widgets such as the curves, or makes files of them: PNG, SVG or PDF, or what they show as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QMarginsF,
    QMimeData,
    QPoint,
    QRect,
    QSize,
    QSizeF,
)
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageWriter, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from networks.core.message import visible
from widgets.controls.new_file import new_file
from widgets.curves.legend import RunsLegend
from widgets.look import theme

if TYPE_CHECKING:
    from widgets.curves.chart import Chart

Parts = Sequence[QWidget]
"""What stands below each other in a picture."""
Write = Callable[[Path, bytes, str], None]
"""Has a file written, and the sentence said once it is on the disk."""

_SCALE = 2.0
"""Pixels of a picture per device-independent pixel, whatever the screen has."""
_MARGIN, _BETWEEN = 20, 4
"""Room around and between the parts, in device-independent pixels."""
_POINTS_PER_INCH, _PIXELS_PER_INCH = 72, 96


@contextmanager
def printed(charts: Sequence[Chart], figure: QWidget, legend: RunsLegend) -> Iterator[Parts]:
    """The parts of a picture, made ready for it: the figure that holds the charts, and their runs."""
    # the cached ground would stand in an SVG as an image
    caching = [chart.cacheMode() for chart in charts]
    for chart in charts:
        chart.setCacheMode(chart.CacheModeFlag.CacheNone)
    with legend.printed(figure.width()) as runs:
        yield figure, runs
    for chart, mode in zip(charts, caching, strict=True):
        chart.setCacheMode(mode)


def picture(parts: Parts) -> QImage:
    """The widgets below each other as they look now, with a margin, at twice its size in pixels."""
    size = _size(parts)
    image = QImage(size * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(theme.colors(parts[0]).panel))
    painter = QPainter(image)
    _render(parts, painter)
    painter.end()
    return image


def png(parts: Parts) -> bytes:
    """The picture as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    if not writer.write(picture(parts)):
        raise RuntimeError(writer.errorString())
    return bytes(buffer.data().data())


def svg(parts: Parts) -> bytes:
    """The widgets as an SVG file, in lines and words, with a margin."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    size = _size(parts)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(_PIXELS_PER_INCH)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(), size))
    generator.setTitle(_tr("Measured by Backbone"))
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(), size), QColor(theme.colors(parts[0]).panel))
    _render(parts, painter)
    painter.end()
    return bytes(buffer.data().data())


def pdf(parts: Parts) -> bytes:
    """The widgets as a PDF file of one page, in lines and words, with a margin."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    size = _size(parts)
    writer = QPdfWriter(buffer)
    writer.setResolution(_PIXELS_PER_INCH)
    points = QSizeF(size) * (_POINTS_PER_INCH / _PIXELS_PER_INCH)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF())
    writer.setTitle(_tr("Measured by Backbone"))
    painter = QPainter(writer)
    painter.fillRect(QRect(QPoint(), size), QColor(theme.colors(parts[0]).panel))
    _render(parts, painter)
    painter.end()
    return bytes(buffer.data().data())


FORMATS = {".png": png, ".svg": svg, ".pdf": pdf}
"""How pictures are written, by the ending of the file's name."""


def copy_picture(parts: Parts) -> None:
    """Puts a picture of the widgets on the clipboard."""
    QGuiApplication.clipboard().setImage(picture(parts))


def copy_csv(text: str) -> None:
    """Puts CSV on the clipboard, both as CSV and as plain text."""
    data = QMimeData()
    data.setText(text)
    data.setData("text/csv", QByteArray(text.encode()))
    QGuiApplication.clipboard().setMimeData(data)


def save_picture(widget: QWidget, parts: Parts, write: Write, name: str = "curves.png") -> None:
    """Asks for a name and makes a file of these parts of the widget: PNG, SVG or PDF, as the name ends.

    `name` is the one that is offered.
    """
    title = _tr("Save picture")
    chosen = new_file(widget, title, name, [(ending[1:].upper(), ending) for ending in FORMATS])
    if chosen is not None:
        words = _tr("“{path}” holds the picture.").format(path=visible(chosen.name))
        write(chosen, FORMATS[chosen.suffix.lower()](parts), words)


def save_csv(widget: QWidget, text: str, write: Write, name: str = "curves.csv") -> None:
    """Asks for a name and makes a file of CSV; `name` is the one that is offered."""
    title = _tr("Save CSV")
    chosen = new_file(widget, title, name, [("CSV", ".csv")])
    if chosen is not None:
        write(chosen, text.encode(), _tr("“{path}” holds the table.").format(path=visible(chosen.name)))


def _size(parts: Parts) -> QSize:
    heights = sum(part.height() for part in parts) + _BETWEEN * (len(parts) - 1)
    return QSize(max(part.width() for part in parts) + 2 * _MARGIN, heights + 2 * _MARGIN)


def _render(parts: Parts, painter: QPainter) -> None:
    painter.translate(_MARGIN, _MARGIN)
    for part in parts:
        part.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        painter.translate(0, part.height() + _BETWEEN)


def _tr(text: str) -> str:
    return QCoreApplication.translate("CurvesExport", text)
