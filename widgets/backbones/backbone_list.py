"""The backbones as a list under headings: searched, walked by keys, chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QStandardItem
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from widgets.backbones.entries import Entry, Importable, badge, badge_color, badge_help, rank, title
from widgets.controls.heading_list import ENTRY, HeadingList, Index
from widgets.look import theme
from widgets.look.icon import paint_icon

_ROW, _HEADING = 28, 28
_INDENT = 12


class BackboneList(HeadingList):
    """Headings that fold, and under each the entries; details are shown of the current entry."""

    current_changed = Signal(object)
    """The entry, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backbone_list")
        self.setItemDelegate(_Row(self))
        self.setUniformRowHeights(True)
        self.setAccessibleName(self.tr("Backbones"))
        self.selectionModel().currentChanged.connect(self._tell)

    def show_entries(self, headings: Mapping[str, Sequence[Entry]]) -> None:
        """The entries under these headings, all unfolded."""
        self._entries.clear()
        for words, entries in headings.items():
            items = []
            for entry in entries:
                item = QStandardItem(title(entry))
                item.setData(entry, ENTRY)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                if not isinstance(entry, Importable):
                    item.setToolTip(badge_help(entry))
                    item.setData(badge(entry), Qt.ItemDataRole.AccessibleDescriptionRole)
                items.append(item)
            self._add_heading(words, items)
        self.expandAll()

    def current_entry(self) -> Entry | None:
        """The current entry, or None on a heading or nowhere."""
        entry: Entry | None = self.currentIndex().data(ENTRY)
        return entry

    def show_matches(self, words: str) -> int:
        """Hides what the words do not fit. Gives how many entries are left.

        The best of them becomes the current one. Without words all are shown, and the current one stays.
        """
        found = self._show_ranked(lambda entry: rank(entry, words), expand=bool(words.strip()))
        if words.strip():
            best = min(found, key=lambda each: each[0])[1] if found else QModelIndex()
            self.setCurrentIndex(best)
            # the view scrolled, if at all, by the rows as they stood before
            self.executeDelayedItemsLayout()
            self.scrollToTop()
            self.scrollTo(best)
        elif self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)
        return len(found)

    def page(self) -> int:
        """How many entries there is room for."""
        return max(1, self.viewport().height() // theme.grown(_ROW) - 1)

    def select_first(self) -> None:
        """Makes the first entry the current one, where none is."""
        if self.current_entry() is None:
            self.walk(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose_current()
            case _:
                super().keyPressEvent(event)

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, new: QModelIndex, old: QModelIndex) -> None:
        self.current_changed.emit(new.data(ENTRY))


class _Row(QStyledItemDelegate):
    """Paints an entry as a line with its kind at the right, and a family's heading with a triangle."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, theme.grown(_HEADING if index.data(ENTRY) is None else _ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, BackboneList)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        entry = index.data(ENTRY)
        if entry is None:
            self._paint_heading(painter, view, rect, index, chosen and view.hasFocus())
        else:
            lit = bool(state & QStyle.StateFlag.State_MouseOver)
            self._paint_entry(painter, view, rect, entry, lit=lit, chosen=chosen)
        painter.restore()

    def _paint_heading(
        self, painter: QPainter, view: BackboneList, rect: QRect, index: Index, focused: bool
    ) -> None:
        shade = theme.colors(view)
        color = QColor(shade.accent if focused else shade.text_dim)
        arrow = "chevron-down" if view.isExpanded(view.model().index(index.row(), 0)) else "chevron-right"
        middle = rect.center().y() + 3
        paint_icon(painter, arrow, QRectF(rect.left() + _INDENT - 2, middle - 6, 12, 12), color)
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(color)
        words = str(index.data(Qt.ItemDataRole.DisplayRole)).upper()
        room = QRectF(rect.left() + _INDENT + 14, middle - 16, rect.width() - _INDENT - 26, 32)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _paint_entry(
        self, painter: QPainter, view: BackboneList, rect: QRect, entry: Entry, *, lit: bool, chosen: bool
    ) -> None:
        shade = theme.colors(view)
        place = QRectF(rect).adjusted(_INDENT - 4, 1, -8, -1)
        if lit or chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.accent if chosen else shade.card_hover))
            painter.drawRoundedRect(place, theme.RADIUS, theme.RADIUS)
        kind = badge(entry)
        painter.setFont(theme.font(theme.SMALL))
        wide = painter.fontMetrics().horizontalAdvance(kind)
        if kind:
            painter.setPen(QColor(shade.on_accent) if chosen else badge_color(entry, shade))
            room = place.adjusted(0, 0, -8, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, kind)
        painter.setFont(theme.font(theme.BODY))
        painter.setPen(QColor(shade.on_accent if chosen else shade.text))
        room = place.adjusted(18, 0, -16 - wide, 0)
        words = painter.fontMetrics().elidedText(title(entry), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
