"""The strip below the curves: a dot, a map and the answer for each moment, exactly below its epoch."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.xray.film import Frame
from widgets.controls.screen_reader import tell
from widgets.curves.span import Span
from widgets.inside.near.map_painting import image_of, paint_image
from widgets.inside.time.moment import Moment, Told
from widgets.look import theme
from widgets.look.fitting import fitted

_DOTS, _MAPS, _ANSWERS = 20, 32, 20
"""Heights of the rows."""
_LEAST = 20
"""The least width of a map or an answer; where moments lie closer together, some have none."""


class MomentStrip(QWidget):
    """Shows the moments of a run, and asks for the one that is clicked or reached by the keyboard."""

    chosen = Signal(int)
    """The index of the moment that is to be looked at."""
    pointed = Signal(object)
    """The index of the moment under the pointer, or None."""
    play_wished = Signal()
    live_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("moment_strip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Moments of the run"))
        self.told = Told("", ())
        self.span: Span | None = None
        self.over: int | None = None
        """The moment under the pointer."""
        self._high = True
        self._images: dict[tuple[int, int, float, bool], QImage] = {}

    def show_told(self, told: Told) -> None:
        """Shows these moments."""
        if told.run != self.told.run or told.map != self.told.map or told.bound != self.told.bound:
            self._images.clear()
        before, self.told = self.sizeHint(), told
        if self.over is not None and self.over >= len(told.moments):
            self.over = None
        words = self.words(told.at)
        tell(self, words)
        if self.sizeHint() != before:
            # the charts above would be laid out and painted, too
            self.updateGeometry()
        self.update()

    def show_span(self, span: Span | None) -> None:
        """Shows them below this axis, in pixels of this widget."""
        if span != self.span:
            self.span = span
            self.update()

    def set_high(self, high: bool) -> None:
        """Whether there is room for maps and answers."""
        if high != self._high:
            self._high = high
            self.updateGeometry()
            self.update()

    @property
    def has_maps(self) -> bool:
        """Whether a row of maps is shown."""
        return self._high and any(
            each.frame is not None and each.frame.map is not None for each in self.told.moments
        )

    @property
    def has_answers(self) -> bool:
        """Whether a row of answers is shown."""
        return self._high and any(each.frame is not None for each in self.told.moments)

    def words(self, index: int | None) -> str:
        """A moment and its answer in words; None stands for what is looked at."""
        if index is None or index >= len(self.told.moments):
            return self.tr("as it is now")
        moment = self.told.moments[index]
        when = self.tr("start") if not moment.step else self.tr("epoch {epoch}")
        when = when.format(epoch=f"{moment.epoch:.4g}")
        frame = moment.frame
        if frame is None:
            return when
        if frame.said is None:
            return self.tr("{when}: no answer").format(when=when)
        told = {
            True: self.tr("{when}: said {name} with {share} %, right"),
            False: self.tr("{when}: said {name} with {share} %, wrong"),
            None: self.tr("{when}: said {name} with {share} %"),
        }[frame.right]
        return told.format(when=when, name=self._name(frame.said), share=f"{100 * frame.share:.0f}")

    def _name(self, number: int) -> str:
        names = self.told.classes
        return names[number] if number < len(names) else str(number)

    # size

    def sizeHint(self) -> QSize:
        rows = _DOTS + (_MAPS if self.has_maps else 0) + (_ANSWERS if self.has_answers else 0)
        return QSize(200, theme.grown(rows + 2))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    # gestures

    def nearest(self, x: float) -> int | None:
        """The moment whose place is nearest."""
        if self.span is None or not self.told.moments:
            return None
        epoch = self.span.epoch(x)
        seen = [
            index
            for index, each in enumerate(self.told.moments)
            if self.span.has(each.epoch) or len(self.told.moments) == 1
        ]
        return min(seen, key=lambda index: abs(self.told.moments[index].epoch - epoch), default=None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.nearest(event.position().x()))
        if event.buttons() & Qt.MouseButton.LeftButton and self.over is not None:
            self.chosen.emit(self.over)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        index = self.nearest(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.chosen.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, index: int | None) -> None:
        if index != self.over:
            self.over = index
            self.pointed.emit(index)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = event.key(), len(self.told.moments) - 1
        # from now, one step back leads to the last moment
        at = last + 1 if self.told.at is None else self.told.at
        wanted = {
            Qt.Key.Key_Left: max(0, at - 1),
            Qt.Key.Key_Right: min(last, at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if key == Qt.Key.Key_Space:
            self.play_wished.emit()
        elif key == Qt.Key.Key_Escape:
            self.live_wished.emit()
        elif key in wanted and last >= 0:
            self.chosen.emit(wanted[Qt.Key(key)])
        else:
            event.ignore()
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.PaletteChange):
            self.update()
        return super().event(event)

    # painting

    def places(self) -> list[tuple[int, float]]:
        """The moments that have a map and an answer, with their places: as many as there is room for."""
        span = self.span
        if span is None:
            return []
        seen = [(i, span.at(each.epoch)) for i, each in enumerate(self.told.moments) if span.has(each.epoch)]
        width = theme.grown(_LEAST)
        found: list[tuple[int, float]] = []
        # what is looked at comes first, then the last one, then the others from the left
        first = [each for each in seen if each[0] == self.told.at] + seen[-1:]
        for index, x in (*first, *seen):
            if all(abs(x - other) >= width for _, other in found):
                found.append((index, x))
        return sorted(found)

    def tile_width(self, places: list[tuple[int, float]]) -> float:
        """How wide a map or an answer is."""
        gaps = [after[1] - before[1] for before, after in pairwise(places)]
        return min([theme.grown(_MAPS) - 2.0, *(gap - 2 for gap in gaps)])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = theme.colors(self)
        if self.span is not None and self.told.moments:
            self._paint_guides(painter, shade)
            self._paint_dots(painter, shade)
            places = self.places()
            width = self.tile_width(places) if places else 0.0
            top = float(theme.grown(_DOTS))
            painter.setFont(theme.font(theme.SMALL))
            if self.has_maps:
                self._label(painter, shade, self.told.map, top, theme.grown(_MAPS))
                for index, x in places:
                    self._paint_map(painter, shade, self.told.moments[index].frame, x, top, width)
                top += theme.grown(_MAPS)
            if self.has_answers:
                self._label(painter, shade, self.tr("answer"), top, theme.grown(_ANSWERS))
                for index, x in places:
                    self._paint_answer(painter, shade, self.told.moments[index], x, top, width)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_guides(self, painter: QPainter, shade: theme.Colors) -> None:
        assert self.span is not None
        for index, color in ((self.over, shade.border_strong), (self.told.at, shade.accent)):
            if index is not None and self.span.has(self.told.moments[index].epoch):
                x = self.span.at(self.told.moments[index].epoch)
                painter.setPen(QPen(QColor(color), 1.5))
                painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_dots(self, painter: QPainter, shade: theme.Colors) -> None:
        span, middle = self.span, theme.grown(_DOTS) / 2
        assert span is not None
        color = QColor(self.told.color or shade.accent)
        seen = [(i, span.at(each.epoch)) for i, each in enumerate(self.told.moments) if span.has(each.epoch)]
        if not seen:
            return
        painter.setPen(QPen(color, 2))
        painter.drawLine(QPointF(seen[0][1], middle), QPointF(seen[-1][1], middle))
        gap = min((after[1] - before[1] for before, after in pairwise(seen)), default=99.0)
        radius = min(3.5, max(1.2, gap / 3))
        for index, x in seen:
            current = index == self.told.at
            painter.setBrush(color if current or index == self.over else QColor(shade.panel))
            size = 6.0 if current else 5.0 if index == self.over else radius
            painter.drawEllipse(QPointF(x, middle), size, size)

    def _label(self, painter: QPainter, shade: theme.Colors, words: str, top: float, height: float) -> None:
        assert self.span is not None
        room = self.span.left - theme.grown(_MAPS) / 2 - 6
        painter.setPen(QColor(shade.text_dim))
        if QFontMetricsF(painter.font()).horizontalAdvance(words) <= room:
            place = QRectF(0, top, room, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)

    def _paint_map(
        self, painter: QPainter, shade: theme.Colors, frame: Frame | None, x: float, top: float, width: float
    ) -> None:
        if frame is None or frame.map is None:
            return
        key = frame.step, frame.channel, self.told.bound, shade.dark
        if key not in self._images:
            bound = self.told.bound
            self._images[key] = image_of(frame.map, (-bound, bound), "signed", dark=shade.dark)
        side = min(width, theme.grown(_MAPS) - 2.0)
        place = QRectF(x - side / 2, top + (theme.grown(_MAPS) - side) / 2, side, side)
        paint_image(painter, self._images[key], fitted(place, *frame.map.shape), shade)

    def _paint_answer(
        self, painter: QPainter, shade: theme.Colors, moment: Moment, x: float, top: float, width: float
    ) -> None:
        frame = moment.frame
        if frame is None or frame.said is None:
            return
        place = QRectF(x - width / 2, top + 2, width, theme.grown(_ANSWERS) - 4)
        ground = QColor({True: shade.success, False: shade.error, None: shade.border_strong}[frame.right])
        # the surer, the stronger
        ground.setAlphaF(0.1 + 0.3 * frame.share)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(QColor(shade.text))
        metrics = QFontMetricsF(painter.font())
        words = metrics.elidedText(self._name(frame.said), Qt.TextElideMode.ElideRight, width - 2)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
