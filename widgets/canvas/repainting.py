"""Paints anew what has changed of cards, several times a second while a run goes on, and nothing else.

A canvas that is painted whole asks Python for every card, wire and frame. What changes with the views of a
run lies within a few rectangles on cards, on a ground that hides all that is beneath.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QRegion, QTransform
from PySide6.QtWidgets import QGraphicsView

from widgets.canvas.input.interpreter import Interpreter
from widgets.canvas.items.card import CardItem, Part
from widgets.canvas.items.strips import PLACE, Strips
from widgets.canvas.scene import CanvasScene


class Repainting:
    """Asks a view to paint parts of cards, and paints them where the view has nothing else to paint."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene, interpreter: Interpreter) -> None:
        self._view, self._scene, self._interpreter = view, scene, interpreter
        self._strips = Strips(scene.style_of_items)
        self._asked = QRegion()
        self._cards: dict[CardItem, Part] = {}
        scene.insides_changed.connect(self.ask)

    def ask(self, changed: Sequence[tuple[CardItem, Part]]) -> None:
        """Has these parts of cards painted anew, soon."""
        scene, view = self._scene, self._view
        if scene.far:
            return
        if self._interpreter.busy or scene.glide.running():
            # something may lie above the cards, or let through what is beneath them
            scene.update()
            return
        sight, to_view = view.viewport().rect(), view.viewportTransform()
        zoom, dx, dy = to_view.m11(), to_view.dx(), to_view.dy()
        asked = QRegion()
        for card, part in changed:
            place = _within(card.inner(part), dx + zoom * card.x(), dy + zoom * card.y(), zoom)
            if place.intersects(sight):
                asked += place
                self._cards[card] = max(part, self._cards.get(card, part))
        self._asked += asked
        view.viewport().update(asked)

    def paint(self, region: QRegion) -> bool:
        """Paints what was asked for, if that is all. False where the view is to paint everything."""
        cards, asked = self._cards, self._asked
        self._cards, self._asked = {}, QRegion()
        self._prepare()
        if not cards or not region.subtracted(asked).isEmpty():
            return False
        to_view = self._view.viewportTransform()
        painter = QPainter(self._view.viewport())
        painter.setRenderHints(self._view.renderHints())
        for card, part in cards.items():
            if part is Part.STRIP and _put_strip(painter, card, to_view):
                continue
            painter.setWorldTransform(QTransform.fromTranslate(card.x(), card.y()) * to_view)
            card.paint_part(painter, part)
            painter.resetTransform()
        painter.setWorldTransform(to_view)
        self._view.drawForeground(painter, QRectF(region.boundingRect()))
        painter.end()
        return True

    def _prepare(self) -> None:
        """Makes the strips of all cards in sight together."""
        view = self._view
        zoom, ratio = view.viewportTransform().m11(), view.viewport().devicePixelRatioF()
        if self._scene.far or not self._scene.inside_room:
            return
        sight = view.mapToScene(view.viewport().rect()).boundingRect()
        top, bottom = sight.top(), sight.bottom()
        stale = [
            card
            for card in self._scene.cards.values()
            if card.lacks_strip(zoom, ratio) and card.y() < bottom and card.y() + card.height > top
        ]
        if stale:
            self._strips.make(stale, zoom, ratio)
            strips = (card.strip for card in self._scene.cards.values())
            self._scene.strips_made.emit([strip.picture for strip in strips if strip is not None])


def _put_strip(painter: QPainter, card: CardItem, to_view: QTransform) -> bool:
    """Puts nothing but its strip onto a card. False where that is not all that there may be to be painted."""
    strip, ground = card.strip, card.ground
    if strip is None or ground is None:
        return False
    zoom, ratio = to_view.m11(), strip.scaled[1]
    x, y = to_view.dx() + zoom * card.x(), to_view.dy() + zoom * card.y()
    painter.fillRect(_within(card.inner(Part.STRIP), x, y, zoom), ground)
    left, top = round((x + zoom * PLACE.left()) * ratio), round((y + zoom * PLACE.top()) * ratio)
    painter.drawImage(QPointF(left / ratio, top / ratio), strip.picture, strip.part)
    return True


def _within(place: QRectF, x: float, y: float, zoom: float) -> QRect:
    """The whole pixels within a part of a card that stands there in the view."""
    left, top = ceil(x + place.left() * zoom), ceil(y + place.top() * zoom)
    right, bottom = floor(x + place.right() * zoom), floor(y + place.bottom() * zoom)
    return QRect(left, top, max(0, right - left), max(0, bottom - top))
