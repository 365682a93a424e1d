"""The losses and their slopes against the right class's probability, with the batch's images on the curve."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme
from widgets.panels.loss.axes import Axes
from widgets.panels.loss.callout import Callout, callout_place, paint_callout
from widgets.panels.loss.curve_names import name_places
from widgets.panels.loss.drawing import PROBABILITIES, SURE, Curve, Points

_LEFT, _HEAD, _BELOW, _BETWEEN = 34, 24, 38, 18
_WRAPPED_RIGHT = int(Qt.AlignmentFlag.AlignRight) | int(Qt.TextFlag.TextWordWrap)
_BRACKET = 46
"""How far above the axis the bracket of the sure images stands."""
_REACH = 16
"""So near must the pointer be to an image's point, in pixels."""
_STEEP = 0.03
"""The axis reaches as high as the curves at this probability."""
FLAT = 0.12
"""Up to this probability a network is sure and wrong: shaded where a loss hardly pushes there."""


class LossPlot(QWidget):
    """Shows curves, the run's loss first, and the points of a batch; asks which image is meant."""

    pointed = Signal(int)
    """The image of the batch that is under the pointer or chosen by the arrow keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: tuple[Curve, ...] = ()
        self._points: Points | None = None
        self._callout: Callout | None = None
        self._image = 0
        self._spread = self._about = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(theme.grown(360))
        self.setMaximumHeight(theme.grown(560))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(420, theme.grown(420))

    def show_curves(self, curves: tuple[Curve, ...], spread: str) -> None:
        """Draws these, the run's own loss first; `spread` says where the rest of the probability is."""
        self._curves, self._spread = curves, spread
        self.update()

    def show_about(self, words: str) -> None:
        """Says which batch is shown, or how one gets here."""
        self._about = words
        self.update()

    def about(self) -> str:
        """What `show_about` was told."""
        return self._about

    def show_points(self, points: Points | None, image: int, callout: Callout | None) -> None:
        """Draws the images of a batch; `image` is the one that the callout is about."""
        self._points, self._image, self._callout = points, image, callout
        self.update()

    def curves(self) -> tuple[Curve, ...]:
        """What is drawn, the run's own loss first."""
        return self._curves

    def axes(self) -> tuple[Axes, Axes]:
        """Those of the losses and, below, those of the slopes."""
        width, height = self.width(), self.height()
        head, below = theme.grown(_HEAD), theme.grown(_BELOW)
        room = height - 2 * head - below - _BETWEEN
        upper = QRectF(_LEFT, head, width - _LEFT - 12, room * 0.62)
        lower = QRectF(_LEFT, upper.bottom() + _BETWEEN + head, upper.width(), room * 0.38)
        return Axes(upper, 0.0, self._top()), Axes(lower, *self._slopes())

    def _top(self) -> float:
        reach = max((curve.at(_STEEP)[0] for curve in self._curves), default=1.0)
        if self._points is None:
            return reach
        worst = float(self._points.losses.max())
        return max(reach, min(worst * 1.12, 3 * reach)) if np.isfinite(worst) else reach

    def _slopes(self) -> tuple[float, float]:
        low = min((float(curve.slopes.min()) for curve in self._curves), default=0.0)
        high = max((float(curve.slopes.max()) for curve in self._curves), default=1.0)
        return min(0.0, low), high * 1.12

    # -- pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())

    def _point_at(self, place: QPointF) -> None:
        if self._points is None:
            return
        upper, _ = self.axes()
        xs = upper.place.left() + self._points.p * upper.place.width()
        ys = np.array([upper.at(0, float(loss)).y() for loss in self._points.losses])
        distances = np.hypot(xs - place.x(), ys - place.y())
        nearest = int(np.argmin(distances))
        if distances[nearest] <= _REACH and nearest != self._image:
            self.pointed.emit(nearest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if self._points is None or event.key() not in steps:
            super().keyPressEvent(event)
            return
        order = np.argsort(self._points.p, kind="stable")
        at = int(np.flatnonzero(order == self._image)[0]) + steps[Qt.Key(event.key())]
        self.pointed.emit(int(order[min(max(at, 0), len(order) - 1)]))

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = theme.colors(self)
        upper, lower = self.axes()
        self._paint_heads(painter, shade, upper, lower)
        upper.paint(painter, shade, below=False)
        lower.paint(painter, shade, below=True)
        self._paint_flat_part(painter, shade, lower)
        for curve in reversed(self._curves):
            for axes, values in ((upper, curve.values), (lower, curve.slopes)):
                painter.save()
                painter.setClipRect(axes.place.adjusted(-1, -2, 1, 2))
                painter.setPen(
                    QPen(QColor(shade.runs[curve.color]), 2.4 if curve is self._curves[0] else 1.6)
                )
                painter.drawPolyline(axes.line(PROBABILITIES, values))
                painter.restore()
        self._paint_names(painter, shade, upper)
        if self._points is not None and self._curves:
            self._paint_points(painter, shade, upper)
            self._paint_pointed(painter, shade, upper, lower)
            self._paint_bracket(painter, shade, upper)
        if self.hasFocus():
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _paint_heads(self, painter: QPainter, shade: theme.Colors, upper: Axes, lower: Axes) -> None:
        for axes, title, words in (
            (upper, self.tr("Loss"), self._about),
            (lower, self.tr("Slope"), self.tr("how hard it pushes the right class’s score up")),
        ):
            bold, small = theme.font(theme.BODY, bold=True), theme.font(theme.SMALL)
            base = axes.place.top() - theme.grown(10)
            painter.setFont(bold)
            painter.setPen(QColor(shade.text))
            painter.drawText(QPointF(2, base), title)
            left = 2 + QFontMetricsF(bold).horizontalAdvance(title) + 8
            painter.setFont(small)
            painter.setPen(QColor(shade.text_dim))
            room = self.width() - left - 4
            shown = QFontMetricsF(small).elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(left, base), shown)
        painter.setFont(theme.font(theme.SMALL))
        foot = self.tr("probability given to the right class · {spread}").format(spread=self._spread)
        line = QRectF(0, lower.place.bottom() + theme.grown(19), self.width(), theme.grown(18))
        shown = painter.fontMetrics().elidedText(foot, Qt.TextElideMode.ElideRight, self.width() - 4)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_flat_part(self, painter: QPainter, shade: theme.Colors, lower: Axes) -> None:
        """Shades where a loss hardly pushes though the network is sure and wrong, and says by how much."""
        found = flat_one(self._curves)
        if found is None:
            return
        flat, steep, p = found
        ground = QColor(shade.warn_mark)
        ground.setAlpha(38)
        left, right = lower.x(0), lower.x(FLAT)
        painter.fillRect(QRectF(left, lower.place.top(), right - left, lower.place.height()), ground)
        words = self.tr("{flat} hardly pushes a sure mistake (shaded): {weak} against {strong}").format(
            flat=flat.name, weak=f"{flat.at(p)[1]:.2f}", strong=f"{steep.at(p)[1]:.2f}"
        )
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text))
        room = QRectF(lower.x(0.42), lower.place.top() - 2, lower.place.width() * 0.58, 40)
        # on the panel's own ground, so that the grid does not cross the words
        painter.fillRect(painter.boundingRect(room, _WRAPPED_RIGHT, words), QColor(shade.panel))
        painter.drawText(room, _WRAPPED_RIGHT, words)

    def _paint_names(self, painter: QPainter, shade: theme.Colors, axes: Axes) -> None:
        """Writes each name beside its curve, where the other curves and names leave most room."""
        font = theme.font(theme.SMALL, bold=True)
        painter.setFont(font)
        taken = [] if self._pointed is None else [self._card(axes)]
        lines = tuple(curve.values for curve in self._curves)
        for curve, place in zip(
            self._curves,
            name_places([curve.name for curve in self._curves], lines, font, axes, taken),
            strict=True,
        ):
            halo = QPainterPath()
            halo.addText(
                QPointF(place.left(), place.bottom() - QFontMetricsF(font).descent()), font, curve.name
            )
            painter.setPen(QPen(QColor(shade.panel), 3))
            painter.drawPath(halo)
            painter.fillPath(halo, QColor(shade.run_texts[curve.color]))

    @property
    def _pointed(self) -> tuple[float, float] | None:
        """Probability and loss of the image that is told of, where both are numbers."""
        if self._points is None or not np.isfinite(self._points.losses[self._image]):
            return None
        return float(self._points.p[self._image]), float(self._points.losses[self._image])

    def _card_room(self, axes: Axes) -> QRectF:
        """Where a callout may stand: not on the words above the bracket."""
        return axes.place.adjusted(0, 0, 0, axes.y(0) - axes.place.bottom() - theme.grown(_BRACKET + 34))

    def _card(self, axes: Axes) -> QRectF:
        """Where the callout stands; empty where there is none."""
        if self._callout is None or self._pointed is None:
            return QRectF()
        point = axes.at(*self._pointed)
        card = callout_place(self._callout, point, self._card_room(axes))
        return card.united(QRectF(point, point).adjusted(-8, -8, 8, 8))

    def _paint_points(self, painter: QPainter, shade: theme.Colors, upper: Axes) -> None:
        found = self._points
        assert found is not None
        color = QColor(shade.runs[self._curves[0].color])
        painter.setPen(QPen(QColor(shade.panel), 1.2))
        for p, loss in zip(found.p.tolist(), found.losses.tolist(), strict=True):
            if not np.isfinite(loss):
                continue
            painter.setBrush(color)
            painter.drawEllipse(upper.at(p, loss), 4, 4)

    def _paint_pointed(self, painter: QPainter, shade: theme.Colors, upper: Axes, lower: Axes) -> None:
        """Marks the image that is told of, on all curves, and tells of it."""
        if self._pointed is None:
            return
        p, loss = self._pointed
        painter.setPen(QPen(QColor(shade.panel), 1.5))
        painter.setBrush(QColor(shade.error))
        painter.drawEllipse(upper.at(p, loss), 5.5, 5.5)
        for curve in self._curves[1:]:
            painter.setPen(QPen(QColor(shade.runs[curve.color]), 1.5))
            painter.setBrush(QColor(shade.panel))
            painter.drawEllipse(lower.at(p, curve.at(p)[1]), 4, 4)
        painter.setPen(QPen(QColor(shade.panel), 1.5))
        painter.setBrush(QColor(shade.error))
        painter.drawEllipse(lower.at(p, self._curves[0].at(p)[1]), 5, 5)
        if self._callout is not None:
            paint_callout(painter, shade, self._callout, upper.at(p, loss), self._card_room(upper))

    def _paint_bracket(self, painter: QPainter, shade: theme.Colors, upper: Axes) -> None:
        """Says how many images the network is sure and right about, and what they still cost."""
        found = self._points
        assert found is not None
        sure = found.p > SURE
        count, total = int(sure.sum()), float(found.losses.sum())
        if not count or not total or not np.isfinite(total):
            return
        y = upper.y(0) - theme.grown(_BRACKET)
        painter.setPen(QPen(QColor(shade.text_dim), 1.2))
        left, right = upper.x(SURE), upper.x(1)
        painter.drawPolyline(
            [QPointF(left, y + 8), QPointF(left, y), QPointF(right, y), QPointF(right, y + 8)]
        )
        share = f"{100 * float(found.losses[sure].sum()) / total:.0f}"
        line = theme.grown(15)
        for words, bold, tone, base in (
            (
                self.tr("{count} of {all} above 0.9").format(count=count, all=len(found.p)),
                True,
                shade.text,
                y - line - 6,
            ),
            (self.tr("{share} % of the loss").format(share=share), False, shade.text_dim, y - 6),
        ):
            painter.setFont(theme.font(theme.SMALL, bold=bold))
            painter.setPen(QColor(tone))
            metrics = painter.fontMetrics()
            width = metrics.horizontalAdvance(words)
            # on the panel's own ground, so that the line to a callout does not cross the words
            ground = QRectF(right - width, base - metrics.ascent(), width, max(metrics.height(), line + 2))
            painter.fillRect(ground.adjusted(-2, 0, 2, 0), QColor(shade.panel))
            painter.drawText(QPointF(right - width, base), words)


def flat_one(curves: tuple[Curve, ...]) -> tuple[Curve, Curve, float] | None:
    """A loss that pushes sure mistakes less than a third as hard as another one does, that one, and where."""
    p = 0.05
    if len(curves) < 2:
        return None
    flat = min(curves, key=lambda curve: curve.at(p)[1])
    steep = curves[0] if flat is not curves[0] else max(curves, key=lambda curve: curve.at(p)[1])
    # one that is flat everywhere has another scale
    if flat.slopes.max() < 2 * flat.at(p)[1] or flat.at(p)[1] > steep.at(p)[1] / 3:
        return None
    return flat, steep, p
