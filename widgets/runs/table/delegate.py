"""Paints the cells of the table of runs: the tick in a run's colour, two lines of words, figures, state."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from networks.runs.columns import NAME, STATE, Column, Line, SeedGroup
from networks.runs.verdict import Mark
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.runs.table.model import COLOR, COLUMN_ROLE, LINE, UNDER, Index

ROW = 36
"""The height of a row."""
LEFT = 6
"""From the edge of the column to the box, and so much from the box to the words."""
_BOX = 16
_GAP = 10
_ICONS: dict[Mark, str] = {"good": "check", "advice": "warning", "bad": "error", "stopped": "stop"}


def words_color(mark: Mark, shade: theme.Colors) -> str:
    """The colour of the words that say what came of a run."""
    return {
        "running": shade.accent_text,
        "good": shade.success,
        "advice": shade.warning,
        "bad": shade.error,
        "stopped": shade.text_dim,
    }[mark]


class RunDelegate(QStyledItemDelegate):
    """Paints cells, and takes clicks on ticks."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, theme.grown(ROW))

    def box(self, rect: QRectF) -> QRectF:
        """Where the tick is within the cell of a name."""
        return QRectF(rect.left() + LEFT, rect.center().y() - _BOX / 2, _BOX, _BOX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shade = theme.colors(self._view)
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(shade.accent_soft))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(shade.card_hover))
        painter.setPen(QPen(QColor(shade.hair), 1))
        painter.drawLine(rect.bottomLeft() + QPointF(0, -0.5), rect.bottomRight() + QPointF(0, -0.5))
        column: Column = index.data(COLUMN_ROLE)
        if column is NAME:
            self._paint_name(painter, rect, index, shade)
        elif column is STATE:
            self._paint_state(painter, rect, index, shade)
        else:
            self._paint_figures(painter, rect, index, shade, column)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -1.5), 3, 3)
        painter.restore()

    def _paint_name(self, painter: QPainter, rect: QRectF, index: Index, shade: theme.Colors) -> None:
        line: Line = index.data(LINE)
        self._paint_tick(painter, self.box(rect), index, shade)
        words = rect.adjusted(LEFT + _BOX + _GAP, 0, -4, 0)
        number = "" if isinstance(line, SeedGroup) or not line.number else f"{line.number}"
        under = index.data(UNDER)
        bold, plain = theme.font(theme.DENSE, bold=True), theme.font(theme.DENSE)
        metrics = QFontMetricsF(bold), QFontMetricsF(plain)
        before = metrics[1].horizontalAdvance(number) + 6 if number else 0.0
        first, second = name_lines(index.data(), metrics, (words.width() - before, words.width()))
        # the rest of the name says more than what stands below it otherwise
        high = words.height() * (0.55 if under or second else 1)
        upper = QRectF(words.left(), words.top(), words.width(), high)
        painter.setFont(plain)
        painter.setPen(QColor(shade.text_dim))
        painter.drawText(upper, _AT_LEFT, number)
        upper.setLeft(upper.left() + before)
        painter.setFont(bold)
        painter.setPen(QColor(shade.text))
        _draw(painter, upper, _AT_LEFT, first)
        lower = QRectF(
            words.left(), words.top() + words.height() * 0.47, words.width(), words.height() * 0.48
        )
        if second:
            painter.setFont(plain)
            _draw(painter, lower, _AT_LEFT, second)
            return
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        _draw(painter, lower, _AT_LEFT, under)

    def _paint_tick(self, painter: QPainter, box: QRectF, index: Index, shade: theme.Colors) -> None:
        number = index.data(COLOR)
        color = QColor(shade.border_strong if number is None else shade.runs[number % len(shade.runs)])
        state = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole))
        on = state != Qt.CheckState.Unchecked
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(color if on else QColor(shade.card))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 3, 3)
        mark = QColor(shade.on_accent) if not shade.dark or number is None else QColor(shade.panel)
        if state == Qt.CheckState.Checked:
            paint_icon(painter, "check", box.adjusted(1.5, 1.5, -1.5, -1.5), mark)
        elif on:
            painter.setPen(QPen(mark, 2))
            painter.drawLine(box.center() - QPointF(3.5, 0), box.center() + QPointF(3.5, 0))

    def _paint_state(self, painter: QPainter, rect: QRectF, index: Index, shade: theme.Colors) -> None:
        line: Line = index.data(LINE)
        summary = None if isinstance(line, SeedGroup) else line.summary
        place = rect.adjusted(6, 0, -4, 0)
        painter.setFont(theme.font(theme.DENSE))
        painter.setPen(QColor(shade.text_dim))
        if summary is not None:
            color = QColor(words_color(summary.mark, shade))
            at = QRectF(place.left(), place.center().y() - 7, 14, 14)
            if summary.mark in _ICONS:
                paint_icon(painter, _ICONS[summary.mark], at, color)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color)
                painter.drawEllipse(at.center(), 3.5, 3.5)
            painter.setPen(color)
            place.setLeft(at.right() + 5)
        _draw(painter, place, _AT_LEFT, index.data())

    def _paint_figures(
        self, painter: QPainter, rect: QRectF, index: Index, shade: theme.Colors, column: Column
    ) -> None:
        under, figures = index.data(UNDER), column.figure is not None
        side = _AT_RIGHT if figures else _AT_LEFT
        place = rect.adjusted(6, 0, -6, 0)
        upper = QRectF(place.left(), place.top(), place.width(), place.height() * (0.55 if under else 1))
        painter.setFont(theme.font(theme.DENSE if not figures else theme.SMALL, mono=figures))
        painter.setPen(QColor(shade.text))
        _draw(painter, upper, side, index.data())
        if under:
            painter.setFont(theme.font(theme.SMALL))
            painter.setPen(QColor(shade.text_dim))
            lower = QRectF(
                place.left(), place.top() + place.height() * 0.47, place.width(), place.height() * 0.48
            )
            _draw(painter, lower, side, under)

    # gestures

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        if index.data(COLUMN_ROLE) is not NAME:
            return False
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            rect = QRectF(option.rect)
            # the whole strip before the words, which is easier to hit than the box
            if not rect.left() <= event.position().x() < self.box(rect).right() + _GAP / 2:
                return False
            if event.type() == QEvent.Type.MouseButtonRelease:
                index.model().setData(index, None, Qt.ItemDataRole.CheckStateRole)
            # a double click must not open the name
            return True
        return False

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("run_editor")
        editor.setMaxLength(120 if index.data(COLUMN_ROLE) is NAME else 4000)
        editor.setAccessibleName(
            self.tr("Name of the run") if index.data(COLUMN_ROLE) is NAME else self.tr("Note on the run")
        )
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rect = option.rect
        left = LEFT + _BOX + _GAP - 8 if index.data(COLUMN_ROLE) is NAME else 0
        editor.setGeometry(rect.adjusted(left, 2, 0, -3))


def name_lines(
    name: str, metrics: tuple[QFontMetricsF, QFontMetricsF], widths: tuple[float, float]
) -> tuple[str, str]:
    """A name in one line, or broken between words into two of these typefaces and widths.

    The second is empty where one is enough. What tells runs apart mostly stands at the end of their names, as
    in “Learning rate 0.001, seed 1”: where two lines are too few as well, the middle is left out.
    """
    middle, advance = Qt.TextElideMode.ElideMiddle, metrics[0].horizontalAdvance
    if advance(name) <= widths[0]:
        return name, ""
    words = name.split(" ")
    for count in range(len(words) - 1, 0, -1):
        beginning = " ".join(words[:count])
        if advance(beginning) <= widths[0]:
            return beginning, metrics[1].elidedText(" ".join(words[count:]), middle, widths[1])
    return metrics[0].elidedText(name, middle, widths[0]), ""


_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _draw(painter: QPainter, place: QRectF, side: Qt.AlignmentFlag, words: str) -> None:
    """Draws words as far as there is room."""
    shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, side | Qt.TextFlag.TextSingleLine, shown)
