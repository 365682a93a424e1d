"""A picture's way into the network: stored, resized, after each step of the augmentation, normalized."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from networks.recipes.augmentation import Steps
from networks.recipes.looks import Look
from widgets.data.tiles import as_bytes, paint_picture, signed, thinned
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.translation import declared, said
from widgets.panels.sample_strip import to_image

_WIDTH, _HEIGHT, _GAP, _PICTURE = 108, 58, 12, 36


class Stage(NamedTuple):
    """One stage of the way: where it is set, what it does, and the picture after it."""

    panel: str
    """What is asked for when it is clicked."""
    title: str
    amount: str
    note: str
    picture: NDArray[np.uint8] | None
    fixed: bool
    """Whether it is no step of the augmentation."""


class StepChain(QWidget):
    """Shows the stages; a click asks for the panel in which a stage is set."""

    panel_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[_StageTile] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_look(self, look: Look | None, steps: Steps) -> None:
        """Shows what became of a picture; `steps` are those of its augmentation, none for validation."""
        stages = self._stages(look, steps)
        while len(self._tiles) > len(stages):
            self._tiles.pop().deleteLater()
        while len(self._tiles) < len(stages):
            made = _StageTile(self)
            made.opened.connect(self.panel_wished)
            made.show()
            self._tiles.append(made)
        for place, (one, stage) in enumerate(zip(self._tiles, stages, strict=True)):
            one.show_stage(stage, last=place == len(stages) - 1)
        self._lay_out()
        self.updateGeometry()

    def stages(self) -> tuple[Stage, ...]:
        """What is shown."""
        return tuple(one.stage for one in self._tiles)

    def tile(self, place: int) -> QAbstractButton:
        """The button of a stage."""
        return self._tiles[place]

    def _stages(self, look: Look | None, steps: Steps) -> tuple[Stage, ...]:
        if look is None:
            return ()
        high, wide = look.stored.shape[:2]
        height, width = look.fitted.shape[:2]
        always = self.tr("always")
        found = [
            Stage("data", self.tr("Stored"), f"{high}×{wide}", always, look.stored, True),
            Stage(
                "input",
                self.tr("Resize"),
                self.tr("to {size}").format(size=f"{height}×{width}"),
                always,
                as_bytes(look.fitted),
                True,
            ),
        ]
        for step, made in zip(steps, look.steps, strict=False):
            share = (
                always
                if step.probability == 1
                else self.tr("{percent} % of pictures").format(percent=f"{100 * step.probability:g}")
            )
            note = share if made.applied else self.tr("not this time")
            amount, picture = said(step.amount()), as_bytes(made.picture)
            found.append(Stage("augmentation", declared(step.name()), amount, note, picture, False))
        mean = (
            self.tr("mean {mean}").format(mean=f"{look.mean[0]:.3f}")
            if len(look.mean) == 1
            else self.tr("each channel")
        )
        numbers = signed(look.normalized, theme.colors(self))
        found.append(Stage("input", self.tr("Normalize"), mean, always, numbers, True))
        return tuple(found)

    # wrapping

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if not self._tiles:
            return 0
        rows = -(-len(self._tiles) // self._columns(width))
        return rows * (theme.grown(_HEIGHT) + 6) - 6

    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(480))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(_WIDTH), theme.grown(_HEIGHT) if self._tiles else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _columns(self, width: int) -> int:
        most = max(1, (width + _GAP) // (theme.grown(_WIDTH) + _GAP))
        return min(most, max(1, len(self._tiles)))

    def _lay_out(self) -> None:
        columns = self._columns(self.width())
        step = min((self.width() + _GAP) // columns, theme.grown(_WIDTH) + 3 * _GAP)
        for place, one in enumerate(self._tiles):
            down, across = divmod(place, columns)
            top = down * (theme.grown(_HEIGHT) + 6)
            one.setGeometry(QRect(across * step, top, step, theme.grown(_HEIGHT)))


class _StageTile(QAbstractButton):
    """The picture after a stage, beside its name; an arrow leads on to the next one."""

    opened = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.stage = Stage("", "", "", "", None, True)
        self._image: QImage | None = None
        self._last = False
        self.clicked.connect(lambda: self.opened.emit(self.stage.panel))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_stage(self, stage: Stage, *, last: bool) -> None:
        """Shows a stage; behind the last one is no arrow."""
        self.stage, self._last = stage, last
        self._image = None if stage.picture is None else to_image(thinned(stage.picture, 128))
        words = ", ".join(filter(None, (stage.title, stage.amount, stage.note)))
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0.5, 0.5, self.width() - _GAP - 1, self.height() - 1)
        hovered = self.underMouse() and self.isEnabled()
        ground = shade.card_hover if hovered else shade.sunken if self.stage.fixed else shade.card
        edge = shade.accent if self.hasFocus() else shade.hair if self.stage.fixed else shade.border
        painter.setBrush(QColor(ground))
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS + 1, theme.RADIUS + 1)
        left = frame.left() + 6
        if self._image is not None:
            room = QRectF(left, (self.height() - _PICTURE) / 2, _PICTURE, _PICTURE)
            paint_picture(painter, self._image, room, self.devicePixelRatioF())
            left = room.right() + 6
        self._paint_words(painter, QRectF(left, 0, frame.right() - left - 2, self.height()), shade)
        if not self._last:
            place = QRectF(self.width() - _GAP, self.height() / 2 - 6, 12, 12)
            paint_icon(painter, "chevron-right", place, QColor(shade.text_dim))
        painter.end()

    def _paint_words(self, painter: QPainter, room: QRectF, shade: theme.Colors) -> None:
        high = theme.grown(16)
        lines = [
            (self.stage.title, theme.font(theme.DENSE, bold=True), shade.text),
            (self.stage.amount, theme.font(theme.SMALL), shade.text),
            (self.stage.note, theme.font(theme.SMALL), shade.text_dim),
        ]
        lines = [line for line in lines if line[0]]
        top = room.center().y() - high * len(lines) / 2
        for number, (words, font, color) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(QColor(color))
            place = QRectF(room.left(), top + number * high, room.width(), high)
            fits = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), fits)
