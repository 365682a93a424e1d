"""A picture's way into the network: stored, resized, after each step of the augmentation, normalized."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRect, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from networks.recipes.augmentation import Steps
from networks.recipes.looks import Look
from widgets.data.stage_tile import GAP, Stage, StageTile
from widgets.data.tiles import as_bytes, signed
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared, said

_WIDTH, _HEIGHT, _HIGH, _BETWEEN = 128, 60, 82, 6
_FIRST = 2
"""The stages before the first step of the augmentation."""


class StepChain(QWidget):
    """Shows the stages. A click asks for the panel where one is set; steps can be changed right here."""

    panel_wished = Signal(str)
    changed = Signal(int, str, object)
    """The index of a step, a parameter's name and its new value."""
    moved = Signal(int, int)
    """A step's index, and the one that it is to have."""
    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[StageTile] = []
        self._target: int | None = None
        """Where a step that is dragged would be put: before the one with this index."""
        self._focused: int | None = None
        self.add_button = QPushButton(self.tr("Add"), self)
        self.add_button.setObjectName("add_stage")
        self.add_button.setIcon(icon("plus"))
        self.add_button.setAccessibleName(self.tr("Add a step to the augmentation"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_look(self, look: Look | None, steps: Steps) -> None:
        """Shows what became of a picture; `steps` are those of its augmentation, none for validation."""
        stages = self._stages(look, steps)
        while len(self._tiles) > len(stages):
            self._tiles.pop().deleteLater()
        while len(self._tiles) < len(stages):
            self._tiles.append(self._make(len(self._tiles)))
        for place, (one, stage) in enumerate(zip(self._tiles, stages, strict=True)):
            one.show_stage(stage, last=place == len(stages) - 1)
        self.add_button.setVisible(bool(stages))
        if self._focused is not None and self._focused < len(self._tiles):
            self._tiles[self._focused].setFocus()
        self._focused = None
        self._lay_out()
        self.updateGeometry()

    def _make(self, place: int) -> StageTile:
        made = StageTile(self)
        index = place - _FIRST
        made.opened.connect(self.panel_wished)
        made.changed.connect(partial(self.changed.emit, index))
        made.removed.connect(partial(self.removed.emit, index))
        made.dragged.connect(partial(self._drag, made))
        made.dropped.connect(partial(self._drop, index))
        made.stepped.connect(partial(self._step, index))
        before = self._tiles[-1] if self._tiles else None
        if before is not None:
            QWidget.setTabOrder(before.slider, made)
        QWidget.setTabOrder(made, made.slider)
        QWidget.setTabOrder(made.slider, self.add_button)
        made.show()
        return made

    def stages(self) -> tuple[Stage, ...]:
        """What is shown."""
        return tuple(one.stage for one in self._tiles)

    def tile(self, place: int) -> StageTile:
        """The button of a stage."""
        return self._tiles[place]

    def _stages(self, look: Look | None, steps: Steps) -> tuple[Stage, ...]:
        if look is None:
            return ()
        high, wide = look.stored.shape[:2]
        height, width = look.fitted.shape[:2]
        always = self.tr("always")
        size = self.tr("to {size}").format(size=f"{height}×{width}")
        found = [
            Stage("data", self.tr("Stored"), f"{high}×{wide}", always, look.stored),
            Stage("input", self.tr("Resize"), size, always, as_bytes(look.fitted)),
        ]
        for step, made in zip(steps, look.steps, strict=False):
            amount, share = said(step.amount()), ""
            if step.probability != 1:
                share = self.tr("in {percent} %").format(percent=f"{100 * step.probability:g}")
            note = (said(made.drawn) or self.tr("always")) if made.applied else self.tr("not this time")
            picture = as_bytes(made.picture)
            found.append(Stage("augmentation", declared(step.name()), amount, note, picture, share, step))
        mean = (
            self.tr("mean {mean}").format(mean=f"{look.mean[0]:.3f}")
            if len(look.mean) == 1
            else self.tr("each channel")
        )
        numbers = signed(look.normalized, theme.colors(self))
        found.append(Stage("input", self.tr("Normalize"), mean, always, numbers))
        return tuple(found)

    # another order

    def _steps(self) -> list[StageTile]:
        return [tile for tile in self._tiles if tile.stage.step is not None]

    def _drag(self, tile: StageTile, place: QPointF) -> None:
        at = tile.mapTo(self, place)
        # the place in the order of reading: rows first, then columns
        self._target = sum(
            at.y() > other.geometry().bottom()
            or (at.y() >= other.y() and at.x() > other.x() + (other.width() - GAP) / 2)
            for other in self._steps()
        )
        self.update()

    def _drop(self, index: int) -> None:
        target, self._target = self._target, None
        self.update()
        if target is not None and target not in (index, index + 1):
            self.moved.emit(index, target - (target > index))

    def _step(self, index: int, by: int) -> None:
        if 0 <= index + by < len(self._steps()):
            self._focused = index + by + _FIRST
            self.moved.emit(index, index + by)

    def paintEvent(self, event: QPaintEvent) -> None:
        steps = self._steps()
        if self._target is None or not steps:
            return
        before = steps[self._target] if self._target < len(steps) else None
        place = steps[-1].geometry() if before is None else before.geometry()
        x = place.right() - GAP // 2 + 1 if before is None else max(1, place.left() - GAP // 2)
        painter = QPainter(self)
        painter.setPen(QPen(QColor(theme.colors(self).accent), 3))
        painter.drawLine(x, place.top() + 3, x, place.bottom() - 3)
        painter.end()

    # wrapping

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if not self._tiles:
            return 0
        rows = -(-self._cells() // self._columns(width))
        return rows * (self._height() + _BETWEEN) - _BETWEEN

    def _cells(self) -> int:
        """The tiles and the button behind them."""
        return len(self._tiles) + 1

    def _height(self) -> int:
        return theme.grown(_HIGH if self._steps() else _HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(480))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(_WIDTH), self._height() if self._tiles else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _columns(self, width: int) -> int:
        # the button is narrower than a tile
        most = max(1, (width + GAP) // (theme.grown(_WIDTH) + GAP))
        if self._cells() == most + 1 and width - most * (theme.grown(_WIDTH) + GAP) >= self._button_width():
            most += 1
        return min(most, max(1, self._cells()))

    def _button_width(self) -> int:
        return self.add_button.sizeHint().width()

    def _lay_out(self) -> None:
        columns, high = self._columns(self.width()), self._height()
        button = self._button_width()
        in_one_row = columns == self._cells()
        room = self.width() - button if in_one_row else self.width() + GAP
        step = min(room // max(1, columns - in_one_row), theme.grown(_WIDTH) + 4 * GAP)
        for place, one in enumerate((*self._tiles, self.add_button)):
            down, across = divmod(place, columns)
            corner = across * step, down * (high + _BETWEEN)
            last = one is self.add_button
            one.setGeometry(QRect(*corner, button if last else step, high))
