"""The network from far away: cards as blocks of colour without words, all painted in a few strokes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from networks.graph.network import Wire
from networks.layers.base import Group
from widgets.canvas.items.card import CardItem
from widgets.canvas.items.style import Style
from widgets.canvas.items.wire import WireItem
from widgets.canvas.placement.geometry import WIDTH


class Blocks:
    """Paints in place of the items when these are too small to be read; gathers them once after a change."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._stale = True
        self._filled: list[tuple[QBrush, list[QRectF]]] = []
        self._lines: list[QLineF] = []
        self._wrong_lines: list[QLineF] = []
        self._chosen_lines: list[QLineF] = []
        self._crosses: list[QLineF] = []
        self._wrong: list[QRectF] = []
        self._selected: list[QRectF] = []

    def change(self) -> None:
        """Says that something has another place or colour."""
        self._stale = True

    def paint(self, painter: QPainter, cards: Mapping[str, CardItem], wires: Mapping[Wire, WireItem]) -> None:
        """Paints wires, then cards, then marks."""
        if self._stale:
            self._collect(cards, wires)
        style = self._style
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen, lines in (
            (style.block_wire, self._lines),
            (style.block_wire_wrong, self._wrong_lines),
            (style.wire_selected, self._chosen_lines),
        ):
            if lines:
                painter.setPen(pen)
                painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for brush, rects in self._filled:
            painter.setBrush(brush)
            painter.drawRects(rects)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._wrong:
            painter.setPen(style.borders["wrong_selected"])
            painter.drawRects(self._wrong)
            painter.drawLines(self._crosses)
        if self._selected:
            painter.setPen(style.borders["selected"])
            painter.drawRects(self._selected)

    def _collect(self, cards: Mapping[str, CardItem], wires: Mapping[Wire, WireItem]) -> None:
        self._stale = False
        filled: dict[tuple[Group, bool], list[QRectF]] = {}
        self._wrong, self._selected, self._crosses = [], [], []
        for card in cards.values():
            content = card.content
            if content is None:
                continue
            rect = QRectF(card.x() - WIDTH / 2, card.y(), WIDTH, card.height)
            filled.setdefault((content.group, content.idle), []).append(rect)
            if content.problem and not content.unwise:
                self._wrong.append(rect)
                self._crosses += (
                    QLineF(rect.topLeft(), rect.bottomRight()),
                    QLineF(rect.bottomLeft(), rect.topRight()),
                )
            if card.selected or card.hovered:
                self._selected.append(rect.adjusted(-8, -8, 8, 8))
        faint, full = self._style.faint_groups, self._style.groups
        self._filled = [
            (QBrush((faint if idle else full)[group]), rects) for (group, idle), rects in filled.items()
        ]
        self._lines, self._wrong_lines, self._chosen_lines = [], [], []
        for item in wires.values():
            lines = self._lines
            if item.selected or item.lit:
                lines = self._chosen_lines
            elif item.wrong:
                lines = self._wrong_lines
            for (x0, y0), (x1, y1) in pairwise(item.points):
                lines.append(QLineF(x0, y0, x1, y1))
