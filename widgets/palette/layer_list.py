"""The layer types as a list of small cards under headings: filtered, walked by keys, dragged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape

from PySide6.QtCore import (
    QByteArray,
    QMimeData,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPixmap,
    QStandardItem,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from networks.blocks import BLOCKS
from networks.graph.saved_blocks import SavedBlock, saved_to_json
from networks.layers import layer_types
from networks.layers.base import Group
from widgets.controls.heading_list import ENTRY, HeadingList, Index
from widgets.look import theme
from widgets.look.icon import icon_of, paint_icon
from widgets.look.translation import declared
from widgets.palette.drag import LAYER_MIME, SAVED_MIME
from widgets.palette.matching import rank, typo_rank
from widgets.palette.offered import Offered, offered_help, offered_name

_GROUP = Qt.ItemDataRole.UserRole + 1
_PLACE = Qt.ItemDataRole.UserRole + 2
"""The usual place of a type in its group, or of a group."""
_FIT = Qt.ItemDataRole.UserRole + 3
"""How well it fits the search, for sorting."""
_LAST = 1000
_OWN = "own"
_CARD, _GAP, _HEADING = 26, 4, 24
_ASIDE = 12
"""From the pointer to what it drags, in both directions."""
_MARGIN = 12
_STRIPE = 5


class LayerList(HeadingList):
    """Headings that fold, and under each the types of a group."""

    removed = Signal(object)
    """A saved block that the user wants to remove; whoever owns the blocks asks first."""
    rename_wished = Signal(object)
    """A saved block that the user wants to give another name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_list")
        self._fill()
        self.setItemDelegate(_Card(self))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName(self.tr("Layer types"))
        self.expandAll()

    def current_type(self) -> Offered | None:
        """What Enter adds, or None on a heading or nowhere."""
        kind: Offered | None = self.currentIndex().data(ENTRY)
        return kind

    def show_saved(self, blocks: tuple[SavedBlock, ...]) -> None:
        """Shows the user's own blocks under a heading of their own, which is there only with some."""
        self._sort(lambda kind: 0)  # as it is without a search
        last = self._entries.item(self._entries.rowCount() - 1)
        if last is not None and last.data(_GROUP) == _OWN:
            self._entries.removeRow(last.row())
        if blocks:
            self._add_group(self.tr("My blocks"), _OWN, blocks)
            self.expand(self._entries.index(self._entries.rowCount() - 1, 0))

    def reveal_saved(self, block: SavedBlock) -> None:
        """Goes to one of the user's own blocks and scrolls to it."""
        heading = self._entries.item(self._entries.rowCount() - 1)
        if heading is None or heading.data(_GROUP) != _OWN:
            return
        self.expand(heading.index())
        for row in range(heading.rowCount()):
            if heading.child(row).data(ENTRY) == block:
                self.setCurrentIndex(heading.child(row).index())
                self.scrollTo(heading.child(row).index())

    def menu_of(self, kind: Offered) -> QMenu:
        """The menu of an entry; types have one entry, one's own blocks can be renamed and removed as well."""
        menu = QMenu(self)
        menu.setObjectName("layer_list_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Add to the network")).triggered.connect(partial(self.chosen.emit, kind))
        if isinstance(kind, SavedBlock):
            menu.addSeparator()
            menu.addAction(self.tr("Rename…")).triggered.connect(partial(self.rename_wished.emit, kind))
            menu.addAction(self.tr("Remove…")).triggered.connect(partial(self.removed.emit, kind))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        kind = index.data(ENTRY)
        if kind is None:
            return
        self.setCurrentIndex(index)
        here = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).center())
        self.menu_of(kind).popup(here)

    def show_matches(self, words: str) -> int:
        """Hides what does not have all the words in name, keywords or help. Gives how many types are left.

        The best come first, and the very best is the current one. Where there are none, small typos are
        forgiven.
        """
        wanted = words.casefold().split()
        judge = rank
        if wanted and not any(rank(kind, wanted) is not None for kind in self._offered()):
            judge = typo_rank
        self._sort(lambda kind: judge(kind, wanted))
        ranked = self._show_ranked(lambda kind: judge(kind, wanted), expand=bool(wanted))
        best = min(ranked, key=lambda entry: entry[0])[1] if wanted and ranked else QModelIndex()
        self.setCurrentIndex(best)
        self.scrollToTop()
        return len(ranked)

    def _offered(self) -> list[Offered]:
        return [index.data(ENTRY) for heading in self._headings() for index in self._below(heading)]

    def _below(self, heading: QModelIndex) -> list[QModelIndex]:
        return [self._entries.index(row, 0, heading) for row in range(self._entries.rowCount(heading))]

    def _sort(self, judge: Callable[[Offered], int | None]) -> None:
        """Puts types that fit better first, and the groups of the best; equal ones keep their usual order."""
        for heading in self._headings():
            found = [_LAST]
            for index in self._below(heading):
                fit = judge(index.data(ENTRY))
                place = _LAST if fit is None else fit
                found.append(place)
                self._entries.setData(index, place * _LAST + index.data(_PLACE), _FIT)
            self._entries.setData(heading, min(found) * _LAST + heading.data(_PLACE), _FIT)
        self._entries.setSortRole(_FIT)
        self._entries.sort(0)

    def show_group(self, group: Group) -> None:
        """Scrolls so far that the heading of this group is at the top, and goes to its first type."""
        for row in range(self._entries.rowCount()):
            heading = self._entries.item(row)
            if heading.data(_GROUP) == group:
                self.expand(heading.index())
                self.setCurrentIndex(heading.child(0).index())
                self.scrollTo(heading.index(), QAbstractItemView.ScrollHint.PositionAtTop)
                self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        kind = self.current_type()
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose_current()
            case Qt.Key.Key_Delete if isinstance(kind, SavedBlock):
                self.removed.emit(kind)
            case _:
                super().keyPressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        kind = self.current_type()
        if kind is None:
            return
        mime = QMimeData()
        if isinstance(kind, SavedBlock):
            mime.setData(SAVED_MIME, QByteArray(saved_to_json(kind)))
        else:
            mime.setData(LAYER_MIME, QByteArray(kind.__name__.encode()))
        drag = QDrag(self)
        drag.setMimeData(mime)
        picture = self._picture(kind)
        drag.setPixmap(picture)
        # beside the pointer: the wire that lights up under it is to be seen
        drag.setHotSpot(QPoint(-_ASIDE, -_ASIDE))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, kind: Offered) -> QPixmap:
        ratio = self.devicePixelRatioF()
        size = QSize(self.fontMetrics().horizontalAdvance(offered_name(kind)) + 48, theme.grown(_CARD))
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        paint_card(painter, self, QRectF(0, 0, size.width(), size.height()), kind, lit=True, chosen=False)
        painter.end()
        return picture

    def _fill(self) -> None:
        for group in Group:
            kinds = BLOCKS if group is Group.BLOCKS else layer_types(group)
            self._add_group(declared(group.value), group, kinds)

    def _add_group(self, title: str, group: Group | str, kinds: Sequence[Offered]) -> None:
        entries = []
        for place, kind in enumerate(kinds):
            entry = QStandardItem(offered_name(kind))
            entry.setData(place, _PLACE)
            entry.setData(kind, ENTRY)
            entry.setData(_tip(kind), Qt.ItemDataRole.ToolTipRole)
            entry.setData(offered_help(kind), Qt.ItemDataRole.AccessibleDescriptionRole)
            entry.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
            )
            entries.append(entry)
        heading = self._add_heading(title, entries)
        heading.setData(group, _GROUP)
        heading.setData(heading.row(), _PLACE)


class _Card(QStyledItemDelegate):
    """Paints an entry as a small card, and a group as a heading with a triangle."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(
            80, theme.grown(_HEADING) + 2 if index.data(ENTRY) is None else theme.grown(_CARD) + _GAP
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, LayerList)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        kind = index.data(ENTRY)
        if kind is None:
            self._paint_heading(painter, view, rect, index, chosen and view.hasFocus())
        else:
            place = QRectF(rect.left() + _MARGIN, rect.top(), rect.width() - _MARGIN - 8, theme.grown(_CARD))
            lit = bool(state & QStyle.StateFlag.State_MouseOver)
            paint_card(painter, view, place, kind, lit=lit, chosen=chosen)
        painter.restore()

    def _paint_heading(
        self, painter: QPainter, view: LayerList, rect: QRect, index: Index, focused: bool
    ) -> None:
        shade = theme.colors(view)
        color = QColor(shade.accent if focused else shade.text_dim)
        arrow = "chevron-down" if view.isExpanded(view.model().index(index.row(), 0)) else "chevron-right"
        middle = rect.top() + theme.grown(_HEADING) / 2 + 2
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(color)
        words = str(index.data(Qt.ItemDataRole.DisplayRole)).upper()
        room = QRectF(rect.left() + _MARGIN, middle - 16, rect.width() - _MARGIN - 26, 32)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        paint_icon(painter, arrow, QRectF(rect.right() - 21, middle - 6, 12, 12), color)


def paint_card(
    painter: QPainter, widget: QWidget, place: QRectF, kind: Offered, *, lit: bool, chosen: bool
) -> None:
    """Paints a layer type as a card: the group's stripe and glyph, and the name."""
    shade = theme.colors(widget)
    color = shade.group(kind.group)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = place.adjusted(0.5, 0.5, -0.5, -0.5)
    outline = QPainterPath()
    outline.addRoundedRect(frame, theme.RADIUS, theme.RADIUS)
    painter.fillPath(outline, QColor(shade.card_hover if lit or chosen else shade.card))
    painter.save()
    painter.setClipPath(outline)
    painter.fillRect(QRectF(place.left(), place.top(), _STRIPE, place.height()), color)
    painter.restore()
    painter.setPen(QColor(shade.accent if chosen else shade.border_strong if lit else shade.border))
    painter.drawPath(outline)
    glyph = QRectF(0, 0, 14, 14)
    glyph.moveCenter(place.center())
    glyph.moveLeft(place.left() + _STRIPE + 6)
    paint_icon(painter, icon_of(kind), glyph, color)
    painter.setFont(theme.font(theme.BODY))
    painter.setPen(QColor(shade.text))
    room = place.adjusted(glyph.right() - place.left() + 7, 0, -4, 0)
    name = painter.fontMetrics().elidedText(
        offered_name(kind), Qt.TextElideMode.ElideRight, int(room.width())
    )
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


def _tip(kind: Offered) -> str:
    return f"<p><b>{escape(offered_name(kind))}</b><br>{escape(offered_help(kind))}</p>"
