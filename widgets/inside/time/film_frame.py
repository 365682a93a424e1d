"""Draws a moment for a film or a report: the probe, the map, what was answered, and a caption."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from networks.xray.film import Frame
from widgets.inside.near.map_painting import image_of, paint_image
from widgets.look import theme
from widgets.look.color_scale import grey
from widgets.look.fitting import fitted

WIDTH, HEIGHT = 640, 360
_MARGIN, _BARS = 20.0, 6


class Shown(NamedTuple):
    """All that is drawn of a moment; `title` says when it was, `bound` what the strongest colour is."""

    frame: Frame
    picture: NDArray[np.uint8] | None
    classes: tuple[str, ...]
    bound: float
    title: str
    caption: tuple[str, ...]


def film_frame(shown: Shown, shade: theme.Colors) -> QImage:
    """A picture of `WIDTH`×`HEIGHT` pixels, in the colours of the theme."""
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor(shade.panel))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_moment(painter, shown, shade)
    painter.end()
    return image


def paint_moment(painter: QPainter, shown: Shown, shade: theme.Colors) -> None:
    """Paints it on a ground of `WIDTH`×`HEIGHT` that has been filled."""
    frame, bound = shown.frame, shown.bound
    painter.setPen(QColor(shade.text))
    painter.setFont(theme.font(theme.LARGE, bold=True, grows=False))
    place = QRectF(_MARGIN, 12, WIDTH - 2 * _MARGIN, 26)
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown.title)
    left = _MARGIN
    if shown.picture is not None:
        place = fitted(QRectF(left, 52, 110, 110), *shown.picture.shape[:2])
        paint_image(painter, _image(shown.picture), place, shade)
        left += 126
    if frame.map is not None:
        place = fitted(QRectF(left, 52, 220, 220), *frame.map.shape)
        paint_image(painter, image_of(frame.map, (-bound, bound), "signed", dark=shade.dark), place, shade)
        left += 240
    _paint_answer(painter, frame, shown.classes, QRectF(left, 52, WIDTH - _MARGIN - left, 220), shade)
    painter.setFont(theme.font(theme.SMALL, grows=False))
    painter.setPen(QColor(shade.text_dim))
    for line, words in enumerate(shown.caption):
        place = QRectF(_MARGIN, HEIGHT - 18 - 18 * (len(shown.caption) - line), WIDTH - 2 * _MARGIN, 18)
        metrics = QFontMetricsF(painter.font())
        painter.drawText(place, metrics.elidedText(words, Qt.TextElideMode.ElideRight, place.width()))


def _paint_answer(
    painter: QPainter, frame: Frame, classes: tuple[str, ...], place: QRectF, shade: theme.Colors
) -> None:
    answer = frame.answer
    if answer is None or frame.said is None:
        return
    row = place.height() / _BARS
    painter.setFont(_digits())
    for line, index in enumerate(np.argsort(-answer, kind="stable")[:_BARS].tolist()):
        top = place.top() + line * row
        color = shade.success if index == frame.label else shade.error if line == 0 else shade.border_strong
        if frame.label is None:
            color = shade.accent if line == 0 else shade.border_strong
        name = classes[index] if index < len(classes) else str(index)
        painter.setPen(QColor(shade.text))
        words = f"{name}  {100 * float(answer[index]):.1f} %"
        painter.drawText(QRectF(place.left(), top, place.width(), 18), Qt.AlignmentFlag.AlignVCenter, words)
        painter.fillRect(QRectF(place.left(), top + 20, place.width(), 7), QColor(shade.hair))
        bar = QRectF(place.left(), top + 20, place.width() * float(answer[index]), 7)
        painter.fillRect(bar, QColor(color))


def _digits() -> QFont:
    return theme.font(theme.DENSE, grows=False)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width, channels = pixels.shape
    if channels == 1:
        colors = np.ascontiguousarray(np.take(grey(), pixels[:, :, 0].astype(np.intp)))
        return QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
    data = np.ascontiguousarray(pixels[:, :, :3])
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
