"""Marks on a chart: the best epoch, where a run diverged, the cross-hair, the newest step."""

from __future__ import annotations

from functools import lru_cache

import pyqtgraph
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.look import theme
from widgets.look.icon import paint_icon

_GAP = 5.0
_ICON = 12.0
_ARROW = 6.0
_RING = 6.0
_CHANGE_ROWS = 3
"""How many words on changes stand above each other where they would overlap; the rest are lines alone."""


@lru_cache(maxsize=1)
def _font() -> QFont:
    return theme.font(theme.SMALL, bold=True)


class Mark(QGraphicsItem):
    """An item over the plot, in pixels; `place` moves it after the view has changed.

    The caller requests one repaint for all items. An item's own request would reach the plot later, through
    the scene, and the plot would be painted twice.
    """

    def __init__(self, view_box: pyqtgraph.ViewBox) -> None:
        super().__init__(view_box)
        self._view_box = view_box
        self._at: QPointF | None = None
        self.setZValue(20)
        self.hide()

    def place(self, at: QPointF | None) -> None:
        """Moves the mark to this pixel of the plot; None hides it."""
        self._at = at
        self.setVisible(at is not None)

    @property
    def at(self) -> QPointF | None:
        """The pixel of the plot where it stands; None while it is hidden."""
        return self._at

    def boundingRect(self) -> QRectF:
        return QRectF(self._view_box.rect())


class Dots(Mark):
    """Small filled circles, each in its colour, or rings."""

    def __init__(self, view_box: pyqtgraph.ViewBox, radius: float, *, ring: bool) -> None:
        super().__init__(view_box)
        self._radius, self._ring = radius, ring
        self._points: list[tuple[QPointF, QColor]] = []
        self._panel = QColor()
        self.setZValue(15)

    def show_points(self, points: list[tuple[QPointF, QColor]], panel: QColor) -> None:
        """Shows dots at these pixels; hides all for an empty list."""
        self._points, self._panel = points, panel
        self.setVisible(bool(points))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, color in self._points:
            painter.setPen(QPen(color if self._ring else self._panel, 1.5))
            painter.setBrush(self._panel if self._ring else color)
            painter.drawEllipse(at, self._radius, self._radius)


class EdgeMark(Mark):
    """An arrow at the edge of the plot, where a line leaves the axis."""

    def __init__(self, view_box: pyqtgraph.ViewBox) -> None:
        super().__init__(view_box)
        self._upwards, self._color, self._panel = True, QColor(), QColor()

    def show_direction(self, upwards: bool, color: QColor, panel: QColor) -> None:
        """Whether the line leaves at the top or at the bottom, and the colour of its run."""
        self._upwards, self._color, self._panel = upwards, color, panel

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        at = self._at
        assert at is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._panel, 1))
        painter.setBrush(self._color)
        x = max(_ARROW, min(at.x(), self.boundingRect().width() - _ARROW))
        y, towards = (at.y() + 1, 1) if self._upwards else (at.y() - 1, -1)
        base = y + towards * 1.6 * _ARROW
        painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x + _ARROW, base), QPointF(x - _ARROW, base)]))


class CrossHair(Mark):
    """A vertical line through the whole plot."""

    def __init__(self, view_box: pyqtgraph.ViewBox) -> None:
        super().__init__(view_box)
        self._color = QColor()
        self.setZValue(10)

    def set_theme(self, shade: theme.Colors) -> None:
        """The line's colour."""
        self._color = QColor(shade.border_strong)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        assert self._at is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self._color, 1))
        x = round(self._at.x())
        painter.drawLine(x, 0, x, int(self.boundingRect().height()))


class _Labelled(Mark):
    """A mark with a few words on a small panel."""

    def __init__(self, view_box: pyqtgraph.ViewBox) -> None:
        super().__init__(view_box)
        self.text = ""
        self._color = QColor()
        self._words = self._color
        self._shade = theme.LIGHT

    def show_text(self, text: str, color: QColor, shade: theme.Colors, words: QColor | None = None) -> None:
        """Sets the label and its colour, for its words another one where that is given."""
        self.text, self._color, self._shade, self._words = text, color, shade, words or color

    def _label_size(self, icon: bool) -> QRectF:
        metrics = QFontMetricsF(_font())
        width = metrics.horizontalAdvance(self.text) + 2 * _GAP + (_ICON + _GAP if icon else 0)
        return QRectF(0, 0, width, metrics.height() + 4)

    def _inside(self, place: QRectF) -> QRectF:
        """The place, moved into the plot."""
        area = self.boundingRect()
        left = max(area.left() + 2, min(place.left(), area.right() - place.width() - 2))
        top = max(area.top() + 2, min(place.top(), area.bottom() - place.height() - 2))
        return QRectF(left, top, place.width(), place.height())

    def _paint_label(self, painter: QPainter, place: QRectF, panel: str, icon: str = "") -> None:
        place = self._inside(place)
        background = QColor(panel)
        background.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(background)
        painter.drawRoundedRect(place, theme.RADIUS, theme.RADIUS)
        inner = place.adjusted(_GAP, 0, -_GAP, 0)
        if icon:
            top = inner.center().y() - _ICON / 2
            paint_icon(painter, icon, QRectF(inner.left(), top, _ICON, _ICON), self._color)
            inner.setLeft(inner.left() + _ICON + _GAP)
        painter.setFont(_font())
        painter.setPen(self._words)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text)


class ChangeMarks(_Labelled):
    """A line at each place where the run was changed while it went on, with what was changed beside it."""

    def __init__(self, view_box: pyqtgraph.ViewBox, best: BestMark) -> None:
        """Its words keep clear of those of `best`."""
        super().__init__(view_box)
        self._best = best
        self._changes: list[tuple[float, str]] = []
        self.setZValue(12)

    def show_changes(self, changes: list[tuple[float, str]], color: QColor, shade: theme.Colors) -> None:
        """Shows lines at these pixels from the left, each with its words; hides all for an empty list."""
        self._changes, self._color, self._words, self._shade = changes, color, color, shade
        self.setVisible(bool(changes))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        for x, words, place in self.placed():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self._color, 1, Qt.PenStyle.DashLine))
            painter.drawLine(round(x), 0, round(x), int(self.boundingRect().height()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if place is not None:
                self.text = words
                self._paint_label(painter, place, self._shade.panel, "bolt")

    def placed(self) -> list[tuple[float, str, QRectF | None]]:
        """Each change in sight, with where its words stand; None where there is no room for them."""
        area, best = self.boundingRect(), self._best.label_place()
        taken = [] if best is None else [best]
        # the best epoch's words may lie across two rows
        rows = _CHANGE_ROWS + 2 * len(taken)
        found: list[tuple[float, str, QRectF | None]] = []
        for x, words in self._changes:
            if not area.left() <= x <= area.right():
                continue
            self.text = words
            size = self._label_size(icon=True)
            found.append((x, words, None))
            place = size.translated(x + 2, 2)
            if place.right() > area.right():
                place.moveRight(x - 2)
            for row in range(rows):
                place.moveTop(2 + row * (size.height() + 2))
                if not any(place.intersects(other) for other in taken):
                    taken.append(QRectF(place))
                    found[-1] = x, words, QRectF(place)
                    break
        return found


class BestMark(_Labelled):
    """A ring around the best epoch's point, labelled above or below; a smaller ring if there is no label."""

    def __init__(self, view_box: pyqtgraph.ViewBox, *, above: bool) -> None:
        super().__init__(view_box)
        self._above = above

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        at = self._at
        assert at is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius, width = (_RING, 1.8) if self.text else (4.5, 1.2)
        painter.setPen(QPen(self._color, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, radius, radius)
        if (place := self.label_place()) is not None:
            self._paint_label(painter, place, self._shade.panel)

    def label_place(self) -> QRectF | None:
        """Where its words stand; None where it has none, or its point is outside the view."""
        at, area = self._at, self.boundingRect()
        if at is None or not self.text or not area.adjusted(-1, -1, 1, 1).contains(at):
            return None
        place = self._label_size(icon=False)
        place.moveCenter(at)
        gap = _RING + place.height() / 2 + 3
        fits_above = at.y() - gap - place.height() / 2 > 0
        fits_below = at.y() + gap + place.height() / 2 < area.height()
        above = (self._above and fits_above) or not fits_below
        place.translate(0, -gap if above else gap)
        return self._inside(place)


class DivergedMark(_Labelled):
    """A dashed vertical line where a value became infinite or NaN, with an icon and a label at the top."""

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        at, area = self._at, self.boundingRect()
        assert at is not None
        if not -1 <= at.x() <= area.width() + 1:
            return
        x = min(round(at.x()), int(area.width()) - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self._color, 1, Qt.PenStyle.DashLine))
        painter.drawLine(x, 0, x, int(area.height()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self._label_size(icon=True)
        place.moveTopRight(QPointF(x + place.width() / 2, 4))
        self._paint_label(painter, place, self._shade.error_panel, "error")
