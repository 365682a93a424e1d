"""The legend: what the lines mean, and which runs are shown."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QWidget

from networks.runs.measures import QUANTITIES, variants
from widgets.curves.line import dashes, draw_symbol
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.plain import plain_hint
from widgets.look.translation import declared

_SAMPLE = 22.0
_WIDEST = 340
_ROWS = 3


_STRONG, _FAINT, _DASHED = "strong", "faint", "dashed"


class _Entry(NamedTuple):
    kind: str
    variant: int
    text: str


class Keys(QWidget):
    """Explains the kinds of lines. Colours belong to runs, so the samples have none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._smooths = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.text())

    def show_smoothing(self, smooths: bool) -> None:
        """Whether strong lines are smoothed."""
        self._smooths = smooths
        self.setAccessibleName(self.text())
        self.update()

    def text(self) -> str:
        """All entries as text."""
        return " · ".join(entry.text for entry in self._entries())

    def sizeHint(self) -> QSize:
        return QSize(320, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font(theme.SMALL)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        entries = self._entries()
        gap = 6.0
        widths = [_SAMPLE + gap + metrics.horizontalAdvance(entry.text) for entry in entries]
        between = min(18.0, max(8.0, (self.width() - sum(widths)) / max(1, len(entries) - 1)))
        x = max(0.0, (self.width() - sum(widths) - between * (len(entries) - 1)) / 2)
        for entry, width in zip(entries, widths, strict=True):
            _paint_sample(painter, entry, QPointF(x, self.height() / 2), QColor(shade.text_dim))
            painter.setPen(QColor(shade.text_dim))
            place = QRectF(x + _SAMPLE + gap, 0, width, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, entry.text)
            x += width + between
        painter.end()

    def _entries(self) -> list[_Entry]:
        """Lines of steps, then lines of epochs; an entry that several charts share appears once."""
        lines = [
            (
                measure,
                _Entry(_DASHED if measure.each == "epoch" else _STRONG, variant, declared(measure.line)),
            )
            for quantity in QUANTITIES
            for measure, variant in variants(quantity)
        ]
        steps = [(measure, entry) for measure, entry in lines if measure.each == "step"]
        noisy = [entry for measure, entry in steps if measure.noisy]
        smoothed = self.tr("{line}, smoothed") if self._smooths else self.tr("{line}, every step")
        entries = [entry._replace(text=smoothed.format(line=entry.text)) for entry in noisy]
        if noisy and self._smooths:
            entries.append(_Entry(_FAINT, 0, self.tr("every step")))
        entries += [entry for measure, entry in steps if not measure.noisy]
        entries += [entry for measure, entry in lines if measure.each == "epoch"]
        return list(dict.fromkeys(entries))


def _paint_sample(painter: QPainter, entry: _Entry, at: QPointF, color: QColor) -> None:
    end = at + QPointF(_SAMPLE, 0)
    if entry.kind == _FAINT:
        color.setAlpha(110)
        painter.setPen(QPen(color, 1))
        heights = (1, -4, 3, -2, 4, -4, 2, -3, 1)
        step = _SAMPLE / (len(heights) - 1)
        painter.drawPolyline(QPolygonF([at + QPointF(step * i, height) for i, height in enumerate(heights)]))
        return
    pen = QPen(color, 2 if entry.kind == _STRONG else 1.4)
    painter.setPen(dashes(pen, "step" if entry.kind == _STRONG else "key", entry.variant))
    painter.drawLine(at, end)
    if entry.kind == _DASHED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse((at + end) / 2, 3, 3)


class RunButton(QAbstractButton):
    """A run's line, marker and title; checked while the run is shown."""

    def __init__(self, title: str, color: str, symbol: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color, self._symbol, self._front = color, symbol, False
        self.setText(title)
        self.setObjectName("run_button")
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(theme.font(theme.SMALL))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._describe)
        self._describe()

    def set_color(self, color: str) -> None:
        """The run's colour in the present theme."""
        self._color = color
        self.update()

    def set_front(self, front: bool) -> None:
        """Whether it is the newest run."""
        self._front = front
        self.update()

    def sizeHint(self) -> QSize:
        font = theme.font(theme.SMALL, bold=True)
        width = QFontMetrics(font).horizontalAdvance(self.text()) + 41
        return QSize(min(_WIDEST, width), 24)

    @Slot()
    def _describe(self) -> None:
        shown = self.isChecked()
        state = self.tr("{run}, shown") if shown else self.tr("{run}, hidden")
        self.setAccessibleName(state.format(run=self.text()))
        todo = self.tr("{run}\nClick to hide") if shown else self.tr("{run}\nClick to show")
        self.setToolTip(plain_hint(todo.format(run=self.text())))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade, shown = theme.colors(self), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QColor(shade.accent if self.hasFocus() else shade.border))
            painter.setBrush(QColor(shade.card_hover))
            painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        middle = frame.center().y()
        if shown:
            painter.setPen(QPen(QColor(self._color), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(5, middle), QPointF(23, middle))
            painter.setPen(QPen(QColor(shade.panel), 1))
            painter.setBrush(QColor(self._color))
            draw_symbol(painter, self._symbol, QPointF(14, middle), 3.8)
        else:
            paint_icon(painter, "hidden", QRectF(7, middle - 7, 14, 14), QColor(shade.text_dim))
        font = theme.font(theme.SMALL, bold=self._front)
        font.setStrikeOut(not shown)
        painter.setFont(font)
        painter.setPen(QColor(shade.text if shown else shade.text_dim))
        place = frame.adjusted(29, 0, -8, 0)
        text = QFontMetricsF(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class RunsLegend(QScrollArea):
    """The runs, newest first, in rows; a click shows or hides one."""

    run_toggled = Signal(int, bool)
    """The number that the run was added with, and whether it is shown now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[int, RunButton] = {}
        self._rows = QWidget()
        self.setWidget(self._rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Runs"))
        self.hide()

    def button(self, number: int) -> RunButton:
        """The button of the run that was added with this number."""
        return self._buttons[number]

    def add_run(self, number: int, title: str, color: str, symbol: str) -> None:
        """Adds a run in front of the others."""
        button = RunButton(title, color, symbol, self._rows)
        button.toggled.connect(self._tell)
        for other in self._buttons.values():
            other.set_front(False)
        button.set_front(True)
        button.show()
        self._buttons[number] = button
        self._arrange()

    def remove_run(self, number: int) -> None:
        """Removes a run."""
        button = self._buttons.pop(number)
        button.hide()
        button.deleteLater()
        self._arrange()

    def set_color(self, number: int, color: str) -> None:
        """Changes a run's colour after the theme has changed."""
        self._buttons[number].set_color(color)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @Slot(bool)
    def _tell(self, shown: bool) -> None:
        sender = self.sender()
        number = next(number for number, button in self._buttons.items() if button is sender)
        self.run_toggled.emit(number, shown)

    def _arrange(self) -> None:
        width, x, y, gap, height = self.width(), 0, 0, 4, 24
        before: QWidget | None = None
        for button in reversed(self._buttons.values()):
            wanted = min(button.sizeHint().width(), max(60, width))
            if x and x + wanted > width:
                x, y = 0, y + height + 2
            button.setGeometry(x, y, wanted, height)
            x += wanted + gap
            if before is not None:
                QWidget.setTabOrder(before, button)
            before = button
        total = y + height if self._buttons else 0
        self._rows.resize(width, total)
        self.setFixedHeight(min(total, _ROWS * (height + 2)))
        self.setVisible(bool(self._buttons))
