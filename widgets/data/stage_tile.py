"""One stage of a picture's way into the network: the picture after it, what it does, and how strongly."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QSlider, QWidget

from networks.core.fields import Field, fields_of
from networks.recipes.augmentation.base import Augmentation
from widgets.data.tiles import paint_picture, thinned
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.translation import declared
from widgets.panels.sample_strip import to_image

GAP = 12
_PICTURE, _SLIDER, _LINE = 40, 18, 16
_TICKS = 100


class Stage(NamedTuple):
    """One stage of the way: where it is set, what it does, and the picture after it."""

    panel: str
    """What is asked for when it is clicked."""
    title: str
    amount: str
    note: str
    """What this draw has made of it, or whether it is always the same."""
    picture: NDArray[np.uint8] | None
    share: str = ""
    """How many pictures it is applied to; empty for all."""
    step: Augmentation | None = None
    """The step of the augmentation; None for what is always done."""


class StageTile(QAbstractButton):
    """A picture beside its words. A step of the augmentation can be dragged, and has a slider."""

    opened = Signal(str)
    changed = Signal(str, object)
    """A parameter's name and its new value."""
    dragged = Signal(QPointF)
    """It is being dragged to this place, in this tile's coordinates."""
    dropped = Signal()
    stepped = Signal(int)
    """It was moved by a key: -1 is towards the front, 1 towards the end."""
    removed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.stage = Stage("", "", "", "", None)
        self._image: QImage | None = None
        self._last = False
        self._pressed: QPointF | None = None
        self._dragging = False
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _TICKS)
        self.slider.setPageStep(10)
        self.slider.valueChanged.connect(self._slide)
        self.clicked.connect(lambda: self.opened.emit(self.stage.panel))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_stage(self, stage: Stage, *, last: bool) -> None:
        """Shows a stage; behind the last one is no arrow."""
        self.stage, self._last = stage, last
        self._image = None if stage.picture is None else to_image(thinned(stage.picture, 128))
        words = ", ".join(filter(None, (stage.title, stage.amount, stage.share, stage.note)))
        self.setAccessibleName(words)
        keys = self.tr("drag it to another place, or press the left and right keys; Delete removes it")
        self.setToolTip(words if stage.step is None else f"{words}\n{keys}")
        field = None if stage.step is None else strength_of(type(stage.step))
        self.slider.setVisible(field is not None)
        if field is not None and stage.step is not None:
            name = self.tr("{step}: {field}").format(step=stage.title, field=declared(field.title))
            self.slider.setAccessibleName(name)
            self.slider.setToolTip(name)
            with QSignalBlocker(self.slider):
                self.slider.setValue(position(field, getattr(stage.step, field.name)))
        self.update()

    @Slot(int)
    def _slide(self, at: int) -> None:
        if self.stage.step is None or (field := strength_of(type(self.stage.step))) is None:
            return
        value = value_at(field, at)
        if value != getattr(self.stage.step, field.name):
            self.changed.emit(field.name, value)

    # moving it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.stage.step is not None and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif self.stage.step is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = event.position() if self.stage.step is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and not self._dragging:
            self._dragging = True
            self.setDown(False)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            self.dragged.emit(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragging, self._dragging, self._pressed = self._dragging, False, None
        if dragging:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.dropped.emit()
        else:
            super().mouseReleaseEvent(event)

    # painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left = 6 + _PICTURE + 6
        top = self._words_top() + 2 * theme.grown(_LINE)
        self.slider.setGeometry(left, int(top), self.width() - GAP - left - 6, _SLIDER)

    def _words_top(self) -> float:
        lines = 3 * theme.grown(_LINE) + (0 if self.slider.isHidden() else _SLIDER)
        return (self.height() - lines) / 2 + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fixed = self.stage.step is None
        frame = QRectF(0.5, 0.5, self.width() - GAP - 1, self.height() - 1)
        hovered = self.underMouse() and self.isEnabled()
        ground = shade.card_hover if hovered else shade.sunken if fixed else shade.card
        edge = shade.accent if self.hasFocus() else shade.hair if fixed else shade.border
        painter.setBrush(QColor(ground))
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS + 1, theme.RADIUS + 1)
        if not fixed:
            grip = QRectF(frame.center().x() - 6, 1, 12, 10)
            painter.save()
            painter.translate(grip.center())
            painter.rotate(90)
            paint_icon(painter, "grip", QRectF(-5, -6, 10, 12), QColor(shade.text_dim))
            painter.restore()
        left = frame.left() + 6
        if self._image is not None:
            room = QRectF(left, (self.height() - _PICTURE) / 2, _PICTURE, _PICTURE)
            paint_picture(painter, self._image, room, self.devicePixelRatioF())
        left += _PICTURE + 6
        self._paint_words(painter, left, frame.right() - left - 4, shade)
        if not self._last:
            place = QRectF(self.width() - GAP, self.height() / 2 - 6, 12, 12)
            paint_icon(painter, "chevron-right", place, QColor(shade.text_dim))
        painter.end()

    def _amount(self, width: int) -> str:
        """How strong it is and, where there is room for both, in how many pictures."""
        amount, share = self.stage.amount, self.stage.share
        both = " · ".join(filter(None, (amount, share)))
        fits = QFontMetrics(theme.font(theme.SMALL)).horizontalAdvance(both) <= width
        return both if fits or not amount else amount

    def _paint_words(self, painter: QPainter, left: float, width: float, shade: theme.Colors) -> None:
        high = theme.grown(_LINE)
        top = self._words_top()
        below = top + 2 * high + (0 if self.slider.isHidden() else _SLIDER)
        for words, font, color, at in (
            (self.stage.title, theme.font(theme.DENSE, bold=True), shade.text, top),
            (self._amount(int(width)), theme.font(theme.SMALL), shade.text, top + high),
            (self.stage.note, theme.font(theme.SMALL), shade.text_dim, below),
        ):
            painter.setFont(font)
            painter.setPen(QColor(color))
            fits = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(width))
            place = QRectF(left, at, width, high)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), fits)


def strength_of(kind: type[Augmentation]) -> Field | None:
    """The parameter that says how strong a step is, if it has one."""
    for field in fields_of(kind):
        if field.name != "probability" and field.low is not None and field.high is not None:
            return field
    return None


def value_at(field: Field, at: int) -> float | int:
    """The value at a place of the slider: by squares, since what is usual lies near the lower end."""
    assert field.low is not None
    assert field.high is not None
    at = max(at, 1) if field.open_low else at
    value = field.low + (field.high - field.low) * (at / _TICKS) ** 2
    if field.kind == "whole":
        return round(value)
    # two digits say it, but never beyond a bound
    return min(field.high, max(field.low, float(f"{value:.2g}")))


def position(field: Field, value: float) -> int:
    """The place of the slider that shows a value."""
    assert field.low is not None
    assert field.high is not None
    share = (value - field.low) / (field.high - field.low)
    return round(_TICKS * math.sqrt(max(0.0, share)))
