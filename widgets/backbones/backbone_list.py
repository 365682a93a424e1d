"""The backbones as a list under headings: searched, walked by keys, chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from widgets.backbones.entries import Entry, Importable, badge, badge_color, badge_help, rank, title
from widgets.look import theme
from widgets.look.icon import paint_icon

_ENTRY = Qt.ItemDataRole.UserRole
_ROW, _HEADING = 28, 28
_INDENT = 12

Index = QModelIndex | QPersistentModelIndex


class BackboneList(QTreeView):
    """Headings that fold, and under each the entries; the current entry is the one that is told about."""

    current_changed = Signal(object)
    """The entry, or None."""
    chosen = Signal(object)
    """The entry that was double-clicked, or current when Enter was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backbone_list")
        self._entries = QStandardItemModel(self)
        self.setModel(self._entries)
        self.setItemDelegate(_Row(self))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Backbones"))
        self.viewport().setAutoFillBackground(False)
        self.clicked.connect(self._fold)
        self.doubleClicked.connect(self._choose)
        self.selectionModel().currentChanged.connect(self._tell)

    def show_entries(self, headings: Mapping[str, Sequence[Entry]]) -> None:
        """The entries under these headings, all unfolded."""
        self._entries.clear()
        for words, entries in headings.items():
            heading = QStandardItem(words)
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            for entry in entries:
                item = QStandardItem(title(entry))
                item.setData(entry, _ENTRY)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                if not isinstance(entry, Importable):
                    item.setToolTip(badge_help(entry))
                    item.setData(badge(entry), Qt.ItemDataRole.AccessibleDescriptionRole)
                heading.appendRow(item)
            self._entries.appendRow(heading)
        self.expandAll()

    def current_entry(self) -> Entry | None:
        """The current entry, or None on a heading or nowhere."""
        entry: Entry | None = self.currentIndex().data(_ENTRY)
        return entry

    def show_matches(self, words: str) -> int:
        """Hides what the words do not fit. Gives how many entries are left.

        The best of them becomes the current one. Without words all are shown, and the current one stays.
        """
        found: list[tuple[int, QModelIndex]] = []
        for heading in self._headings():
            hits = 0
            for row in range(self._entries.rowCount(heading)):
                index = self._entries.index(row, 0, heading)
                fit = rank(index.data(_ENTRY), words)
                self.setRowHidden(row, heading, fit is None)
                if fit is not None:
                    hits += 1
                    found.append((fit, index))
            self.setRowHidden(heading.row(), QModelIndex(), not hits)
            if words.strip():
                self.expand(heading)
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

    def walk(self, steps: int) -> None:
        """Goes so many entries down, or up, past headings and what is hidden; to an end at most."""
        shown = self._shown()
        if not shown:
            return
        current = self.currentIndex()
        if current not in shown:
            self.setCurrentIndex(shown[0 if steps > 0 else -1])
            return
        at = shown.index(current) + steps
        self.setCurrentIndex(shown[max(0, min(at, len(shown) - 1))])

    def page(self) -> int:
        """How many entries there is room for."""
        return max(1, self.viewport().height() // _ROW - 1)

    def select_first(self) -> None:
        """Makes the first entry the current one, where none is."""
        if self.current_entry() is None:
            self.walk(1)

    def choose_current(self) -> None:
        """Chooses the current entry; on a heading nothing happens."""
        self._choose(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose_current()
            case _:
                super().keyPressEvent(event)

    def _headings(self) -> Iterable[QModelIndex]:
        return [self._entries.index(row, 0) for row in range(self._entries.rowCount())]

    def _shown(self) -> list[QModelIndex]:
        return [
            self._entries.index(row, 0, heading)
            for heading in self._headings()
            if not self.isRowHidden(heading.row(), QModelIndex()) and self.isExpanded(heading)
            for row in range(self._entries.rowCount(heading))
            if not self.isRowHidden(row, heading)
        ]

    @Slot(QModelIndex)
    def _fold(self, index: QModelIndex) -> None:
        if index.data(_ENTRY) is None:
            self.setExpanded(index, not self.isExpanded(index))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(_ENTRY)
        if entry is not None:
            self.chosen.emit(entry)

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, new: QModelIndex, old: QModelIndex) -> None:
        self.current_changed.emit(new.data(_ENTRY))


class _Row(QStyledItemDelegate):
    """Paints an entry as a line with its kind at the right, and a family as a heading with a triangle."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, _HEADING if index.data(_ENTRY) is None else _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, BackboneList)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        entry = index.data(_ENTRY)
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
        room = QRectF(rect.left() + _INDENT + 14, middle - 8, rect.width() - _INDENT - 26, 16)
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
