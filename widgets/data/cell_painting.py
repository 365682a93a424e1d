"""Paints the grid's cells: a class with its bars, a picture, how many more there are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

from widgets.data.class_model import HEAD, ClassModel, Index
from widgets.look import theme
from widgets.look.translation import declared, thousands

_WIDE = 620
"""From this width of the grid on, names and bars have all the room they want."""
_NAME, _NARROW_NAME = 120, 64
_BAR, _NARROW_BAR = 92, 44
_BAR_HEIGHT = 6
_LEFT = 6
_FIGURES = 10
_MOST_MEASURED = 500
"""Names whose width is asked for; of more, the longest ones are not looked for."""


class CellPainting(QStyledItemDelegate):
    """Paints by the grid's model, without asking it for data cell by cell."""

    def __init__(
        self,
        grid: QTableView,
        model: ClassModel,
        tile_of: Callable[[int], QPixmap | None],
        current: Callable[[], int | None],
    ) -> None:
        """`tile_of` gives the tile of a picture or None until it is there, `current` the marked picture."""
        super().__init__(grid)
        self._grid, self._model, self._tile_of, self._current = grid, model, tile_of, current
        self._measured: tuple[tuple[str, ...], int] = ((), 0)
        """Names, and the width of the longest one."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = self._model
        place: QRect = option.rect
        if (cell := model.cell(index)) is not None:
            self._paint_picture(painter, place, model.row_of(cell))
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if (label := model.head(index)) is not None:
            if index.column() == HEAD:
                self._paint_class(painter, QRectF(place), label, model)
            else:
                self._paint_more(painter, QRectF(place), label, model)
            if self._grid.currentIndex() == index and self._grid.hasFocus():
                painter.setPen(QPen(QColor(theme.colors(self._grid).accent), 2))
                painter.drawRoundedRect(QRectF(place).adjusted(2, 2, -3, -2), 4, 4)
        painter.restore()

    def head_width(self) -> int:
        """How wide the column of the classes is."""
        return self._name_width() + self._bar_width() + self._figures_width() + 2 * theme.SPACE + _LEFT + 4

    # parts of the first column

    def _wide(self) -> bool:
        return self._grid.width() >= theme.grown(_WIDE)

    def _name_width(self) -> int:
        contents = self._model.contents
        names = () if contents is None else contents.classes[:_MOST_MEASURED]
        if names != self._measured[0]:
            metrics = QFontMetrics(theme.font(theme.BODY, bold=True))
            widths = (metrics.horizontalAdvance(declared(name)) for name in names)
            self._measured = names, max(widths, default=0)
        longest = self._measured[1]
        most = theme.grown(_NAME if self._wide() else _NARROW_NAME)
        return max(theme.grown(16), min(longest + 2, most))

    def _bar_width(self) -> int:
        return _BAR if self._wide() else _NARROW_BAR

    def _figures_width(self) -> int:
        metrics = QFontMetrics(theme.font(_FIGURES, mono=True))
        return metrics.horizontalAdvance(thousands(self._model.most)) + 2

    def _paint_class(self, painter: QPainter, place: QRectF, label: int, model: ClassModel) -> None:
        assert model.contents is not None
        shade = theme.colors(self._grid)
        name = declared(model.contents.classes[label])
        names = QRectF(place.left() + _LEFT, place.top(), self._name_width(), place.height())
        painter.setFont(theme.font(theme.BODY, bold=True))
        painter.setPen(QColor(shade.text))
        words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(names.width()))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(names, left, words)
        bars = names.right() + theme.SPACE
        painter.setFont(theme.font(_FIGURES, mono=True))
        for line, (counts, color) in enumerate(
            zip(model.of_two, (shade.accent, shade.border_strong), strict=True)
        ):
            middle = place.center().y() + (line - 0.5) * (_BAR_HEIGHT + 6)
            count = counts[label]
            length = self._bar_width() * count / model.most
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(color))
            if count:
                bar = QRectF(bars, middle - _BAR_HEIGHT / 2, max(2.0, length), _BAR_HEIGHT)
                painter.drawRoundedRect(bar, min(3, bar.width() / 2), 3)
            painter.setPen(QColor(shade.text if line == 0 else shade.text_dim))
            figures = QRectF(bars + self._bar_width() + 4, middle - 7, self._figures_width(), 14)
            right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(figures, right, thousands(count))

    def _paint_more(self, painter: QPainter, place: QRectF, label: int, model: ClassModel) -> None:
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(theme.colors(self._grid).accent_text))
        hidden = model.lines.hidden(label)
        words = f"+{thousands(hidden)}" if hidden else self.tr("less")
        inside = place.adjusted(4, 0, -2, 0)
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)

    def _paint_picture(self, painter: QPainter, place: QRect, row: int) -> None:
        pixmap, current = self._tile_of(row), row == self._current()
        if pixmap is not None:
            painter.drawPixmap(place.left() + 2, place.top() + 2, pixmap)
            if not current:
                return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = theme.colors(self._grid)
        inside = QRectF(place).adjusted(2, 2, -2, -2)
        if pixmap is None:
            painter.setPen(QColor(shade.hair))
            painter.setBrush(QColor(shade.sunken))
            painter.drawRoundedRect(inside.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.panel), 4))
            painter.drawRoundedRect(inside.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QPen(QColor(shade.accent), 2))
            painter.drawRoundedRect(inside.adjusted(-0.5, -0.5, 0.5, 0.5), 4, 4)
        painter.restore()
