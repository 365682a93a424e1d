"""The animation after an edit: cards and wires glide from where they are to where they belong."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QVariantAnimation, Signal
from PySide6.QtWidgets import QGraphicsItem

from widgets.canvas.items.card import CardItem
from widgets.canvas.items.wire import WireItem
from widgets.canvas.placement.geometry import Point

MILLISECONDS = 180


class Glide(QObject):
    """Runs one animation at a time; a new one starts wherever the last one has got to."""

    moved = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._cards: list[tuple[CardItem, Point, Point]] = []
        self._wires: list[tuple[WireItem, tuple[Point, ...], tuple[Point, ...]]] = []
        self._ends: list[tuple[WireItem, tuple[Point, ...]]] = []
        self._appearing: list[QGraphicsItem] = []
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(MILLISECONDS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._step)
        self._animation.finished.connect(self.finish)

    def running(self) -> bool:
        """Whether anything is still moving."""
        return bool(self._cards or self._wires or self._appearing)

    def start(
        self,
        cards: Iterable[tuple[CardItem, Point]],
        wires: Iterable[tuple[WireItem, tuple[Point, ...]]],
        appearing: Iterable[QGraphicsItem],
    ) -> None:
        """Moves items to these places and fades others in."""
        self._cards = [(card, (card.x(), card.y()), place) for card, place in cards]
        self._wires = []
        self._ends = []
        for wire, points in wires:
            before, after = _matched(wire.points, points)
            self._wires.append((wire, before, after))
            self._ends.append((wire, points))
        self._appearing = list(appearing)
        for item in self._appearing:
            item.setOpacity(0.0)
        if self.running():
            self._animation.start()

    def finish(self) -> None:
        """Puts everything where it belongs, at once."""
        cards, ends, appearing = self._cards, self._ends, self._appearing
        self._cards, self._wires, self._ends, self._appearing = [], [], [], []
        if self._animation.state() == QAbstractAnimation.State.Running:
            self._animation.stop()
        for card, _, (x, y) in cards:
            card.setPos(x, y)
        for wire, points in ends:
            wire.set_points(points)
        for item in appearing:
            item.setOpacity(1.0)
        self.moved.emit()

    def _step(self, value: object) -> None:
        assert isinstance(value, float)
        for card, (x0, y0), (x1, y1) in self._cards:
            card.setPos(x0 + (x1 - x0) * value, y0 + (y1 - y0) * value)
        for wire, before, after in self._wires:
            wire.set_points(
                tuple(
                    (x0 + (x1 - x0) * value, y0 + (y1 - y0) * value)
                    for (x0, y0), (x1, y1) in zip(before, after, strict=True)
                )
            )
        for item in self._appearing:
            item.setOpacity(value)
        self.moved.emit()


def _matched(
    before: tuple[Point, ...], after: tuple[Point, ...]
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Both with as many corners as the longer one: the shorter one repeats its last corner but one."""
    missing = len(after) - len(before)
    if missing > 0:
        before = (*before[:-1], *(before[-2:-1] * missing), before[-1])
    elif missing < 0:
        after = (*after[:-1], *(after[-2:-1] * -missing), after[-1])
    return before, after
