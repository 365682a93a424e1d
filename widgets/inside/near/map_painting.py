"""Maps as small pictures: painted once for each theme and range, hatched where they are dead."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from networks.xray.closeup import Reals
from widgets.look import theme
from widgets.look.color_scale import Scale, painted
from widgets.look.fitting import settled


def image_of(values: Reals, ends: tuple[float, float], scale: Scale, *, dark: bool) -> QImage:
    """A map height×width as an image with as many pixels."""
    colors = np.ascontiguousarray(painted(np.nan_to_num(values), *ends, scale, dark=dark))
    height, width = colors.shape
    return QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def paint_image(painter: QPainter, image: QImage, where: QRectF, shade: theme.Colors) -> None:
    """An image with a thin frame; its numbers stay squares where there is room for that."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > where.width())
    where = settled(painter, where)
    painter.drawImage(where, image)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(shade.border), 1))
    painter.drawRect(where)


def hatch(painter: QPainter, place: QRectF, shade: theme.Colors) -> None:
    """Stands for what is dead, or switched off."""
    painter.setPen(QPen(QColor(shade.border), 1))
    painter.setBrush(QBrush(QColor(shade.warning), Qt.BrushStyle.BDiagPattern))
    painter.drawRect(place)
    painter.setBrush(Qt.BrushStyle.NoBrush)
