"""Copies or saves the curves, as a picture or as CSV."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QMimeData, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from networks.core.message import UserError
from networks.core.storage import write_atomically
from widgets.look import theme
from widgets.look.translation import said

_SCALE = 2.0
"""Pixels of a picture per device-independent pixel, whatever the screen has."""


def picture(widget: QWidget) -> QImage:
    """The widget as it looks now, at twice its size in pixels."""
    image = QImage(widget.size() * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(theme.colors(widget).panel))
    painter = QPainter(image)
    widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    painter.end()
    return image


def copy_picture(widget: QWidget) -> None:
    """Puts a picture of the widget on the clipboard."""
    QGuiApplication.clipboard().setImage(picture(widget))


def copy_csv(text: str) -> None:
    """Puts CSV on the clipboard, both as CSV and as plain text."""
    data = QMimeData()
    data.setText(text)
    data.setData("text/csv", QByteArray(text.encode()))
    QGuiApplication.clipboard().setMimeData(data)


def save_picture(widget: QWidget) -> None:
    """Asks for a name and writes a picture of the widget as PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    if not writer.write(picture(widget)):
        raise RuntimeError(writer.errorString())
    _save(widget, _tr("Save picture"), "curves.png", "PNG (*.png)", bytes(buffer.data().data()))


def save_csv(widget: QWidget, text: str) -> None:
    """Asks for a name and writes CSV."""
    _save(widget, _tr("Save CSV"), "curves.csv", "CSV (*.csv)", text.encode())


def _save(widget: QWidget, title: str, name: str, kind: str, data: bytes) -> None:
    chosen, _ = QFileDialog.getSaveFileName(widget, title, name, kind)
    if not chosen:
        return
    path = Path(chosen)
    if not path.suffix:
        path = path.with_suffix(Path(name).suffix)
    try:
        write_atomically(path, data)
    except UserError as error:
        box = QMessageBox(QMessageBox.Icon.Warning, title, said(error.reason), parent=widget)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


def _tr(text: str) -> str:
    return QCoreApplication.translate("CurvesExport", text)
