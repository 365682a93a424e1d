"""The data sets to choose from: each with its size, and whether it is here or has to be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QStandardItem
from PySide6.QtWidgets import (
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from networks.core.message import plural
from networks.recipes.datasets import Dataset, Folder
from networks.recipes.datasets.named import in_words
from networks.recipes.datasets.offers import UNSEARCHED, Offer
from widgets.controls.heading_list import ENTRY, HeadingList, Index
from widgets.forms.data_source import DataSource
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.translation import declared, said, thousands

WIDE, NARROW = 228, 160
"""With what is in each set below its name, or with the names alone."""
_HEADING, _ROW, _NAME_ALONE = 32, 44, 30
_BOX = 26
_FACTS = Qt.ItemDataRole.AccessibleDescriptionRole
"""The role that holds what stands below a set's name."""


class SetList(HeadingList):
    """Shows which set the recipe has. Tells by `chosen` the class of the one that is clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_sets")
        self.setAccessibleName(self.tr("Data sets"))
        self.setItemDelegate(_Row(self))
        self.setItemsExpandable(False)
        self.wide = True
        self._offers: tuple[Offer, ...] = ()
        self._dataset: Dataset | None = None
        # here one click chooses
        self.clicked.disconnect()
        self.doubleClicked.disconnect()
        self.clicked.connect(self._press)
        self.show_offers(UNSEARCHED)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Shows these sets, and which of them are here."""
        if tuple(offers) == self._offers:
            return
        self._offers = tuple(offers)
        at = self.currentIndex().data(ENTRY)
        self._entries.clear()
        for words, own in ((self.tr("Data sets"), False), (self.tr("Your own"), True)):
            items = [_item(each) for each in offers if bool(each.kind.yours) is own]
            # the keyboard passes over headings
            self._add_heading(words, items).setFlags(Qt.ItemFlag.NoItemFlags)
        self.expandAll()
        if at is not None:
            self._go_to(at.kind)
        self._show_facts()

    def show_dataset(self, dataset: Dataset) -> None:
        """Shows that the recipe has this set."""
        if dataset != self._dataset:
            if type(dataset) is not type(self._dataset):
                self._go_to(type(dataset))
            self._dataset = dataset
            self._show_facts()

    def set_wide(self, wide: bool) -> None:
        """Whether there is room for more than the names."""
        if wide != self.wide:
            self.wide = wide
            self.scheduleDelayedItemsLayout()

    def is_chosen(self, kind: type[Dataset]) -> bool:
        """Whether the recipe has this set."""
        return type(self._dataset) is kind

    def facts(self, kind: type[Dataset]) -> str:
        """What is said of a set below its name."""
        return str(next(item.data(_FACTS) for item in self._items() if item.data(ENTRY).kind is kind))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._press(self.currentIndex())
            case _:
                super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _press(self, index: QModelIndex) -> None:
        offer = index.data(ENTRY)
        if offer is not None:
            self.chosen.emit(offer.kind)

    def _go_to(self, kind: type[Dataset]) -> None:
        item = next((item for item in self._items() if item.data(ENTRY).kind is kind), None)
        if item is not None:
            self.setCurrentIndex(item.index())

    def _items(self) -> list[QStandardItem]:
        headings = [self._entries.item(row) for row in range(self._entries.rowCount())]
        return [heading.child(row) for heading in headings for row in range(heading.rowCount())]

    def _show_facts(self) -> None:
        for item in self._items():
            offer = item.data(ENTRY)
            words = self._words(offer)
            item.setData(words, _FACTS)
            item.setToolTip(f"{item.text()}\n{words}\n{declared(offer.kind.help())}")

    def _words(self, offer: Offer) -> str:
        kind = offer.kind
        if isinstance(self._dataset, Folder) and kind is Folder and self._dataset.path:
            classes = said(plural("{count} class", "{count} classes", count=len(self._dataset.classes)))
            name = Path(self._dataset.path).name or self._dataset.path
            return self.tr("{folder} · {classes}").format(folder=name, classes=classes)
        if kind.yours:
            return declared(kind.yours)
        height, width = kind.size
        facts = [thousands(sum(kind.counts) + sum(kind.test_counts)), f"{height}×{width}"]
        if offer.here:
            facts.append(self.tr("ready"))
        elif offer.here is not None:
            facts.append(in_words(kind.download_bytes).replace(" ", "\u202f"))
        return " · ".join(facts)


def _item(offer: Offer) -> QStandardItem:
    item = QStandardItem(declared(offer.kind.name()))
    item.setData(offer, ENTRY)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item


class _Row(QStyledItemDelegate):
    """Paints a set: its icon, its name above what is in it, and at the right how it stands."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = self.parent()
        assert isinstance(view, SetList)
        if index.data(ENTRY) is None:
            return QSize(NARROW, theme.grown(_HEADING))
        return QSize(NARROW, theme.grown(_ROW if view.wide else _NAME_ALONE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, SetList)
        rect, state = option.rect, option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(ENTRY) is None:
            painter.setFont(theme.font(theme.SMALL, bold=True))
            painter.setPen(QColor(theme.colors(view).text_dim))
            words = str(index.data(Qt.ItemDataRole.DisplayRole))
            painter.drawText(rect.adjusted(12, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, words)
        else:
            self._paint_ground(painter, view, rect, index, state)
            self._paint_set(painter, view, rect, index)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, view: SetList, rect: QRect, index: Index, state: QStyle.StateFlag
    ) -> None:
        shade = theme.colors(view)
        if view.is_chosen(index.data(ENTRY).kind):
            painter.fillRect(rect, QColor(shade.accent_soft))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(shade.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(shade.card_hover))
        if view.hasFocus() and index == view.currentIndex():
            painter.setPen(QPen(QColor(shade.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -2), theme.RADIUS, theme.RADIUS)

    def _paint_set(self, painter: QPainter, view: SetList, rect: QRect, index: Index) -> None:
        shade, offer = theme.colors(view), index.data(ENTRY)
        chosen = view.is_chosen(offer.kind)
        room = QRectF(rect).adjusted(11, 0, -8, 0)
        mark, color = ("check", shade.accent_text) if chosen else ("", "")
        if offer.here is False:
            mark, color = "download", shade.accent_text if chosen else shade.text_dim
        if mark:
            size = theme.grown(14)
            place = QRectF(room.right() - size, room.center().y() - size / 2, size, size)
            paint_icon(painter, mark, place, QColor(color))
            room.setRight(place.left() - 4)
        if view.wide:
            self._paint_box(painter, view, room, offer.kind.icon)
            room.setLeft(room.left() + theme.grown(_BOX) + 8)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        title, facts = str(index.data(Qt.ItemDataRole.DisplayRole)), str(index.data(_FACTS))
        half = room.height() / 2
        lines = [(title, theme.font(theme.DENSE), shade.text, room)]
        if view.wide:
            upper, lower = room.adjusted(0, 4, 0, 1 - half), room.adjusted(0, half - 1, 0, -4)
            name = theme.font(theme.BODY, bold=True)
            lines = [
                (title, name, shade.text, upper),
                (facts, theme.font(theme.SMALL), shade.text_dim, lower),
            ]
        for words, font, shown, place in lines:
            painter.setFont(font)
            painter.setPen(QColor(shown))
            words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, middle, words)

    def _paint_box(self, painter: QPainter, view: SetList, room: QRectF, icon: str) -> None:
        shade, side = theme.colors(view), theme.grown(_BOX)
        box = QRectF(room.left(), room.center().y() - side / 2, side, side)
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.setBrush(QColor(shade.sunken))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        inner = theme.grown(7)
        paint_icon(painter, icon, box.adjusted(inner, inner, -inner, -inner), QColor(shade.text_dim))


class SetPane(QWidget):
    """The list, and below it who made the set that is chosen; a line parts it from what is at its right."""

    settings_wished = Signal()
    """The user wants to see how the set that is chosen is made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = SetList()
        self._about = DataSource("data_set_about")
        self._about.setContentsMargins(12, theme.SPACE, 12, theme.SPACE + 4)
        column = QVBoxLayout(self)
        # leaves the line at the right free
        column.setContentsMargins(0, theme.SPACE // 2, 1, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addWidget(self._about)
        self.settings = QPushButton()
        self.settings.setObjectName("set_settings")
        self.settings.clicked.connect(self.settings_wished)
        self.settings.hide()
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.SPACE, 0, theme.SPACE, theme.SPACE)
        foot.addWidget(self.settings)
        column.addLayout(foot)
        self.set_wide(True)

    def show_dataset(self, dataset: Dataset) -> None:
        """Shows that the recipe has this set, and who made it."""
        self.list.show_dataset(dataset)
        self._about.show_dataset(dataset)
        self._show_about()
        # of a set of one's own, such as Shapes, one says oneself what is in it
        self.settings.setVisible(bool(type(dataset).yours))
        self.settings.setText(self.tr("Change it…"))
        self.settings.setToolTip(
            self.tr("Opens the settings of “{set}” at the right").format(set=declared(type(dataset).name()))
        )

    def set_wide(self, wide: bool) -> None:
        """Whether there is room for more than the names."""
        self.list.set_wide(wide)
        self._wide = wide
        self._show_about()
        self.setFixedWidth(theme.grown(WIDE if wide else NARROW))

    def _show_about(self) -> None:
        self._about.setVisible(self._wide and bool(self._about.words.text()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        line = QRect(self.width() - 1, 0, 1, self.height())
        painter.fillRect(line, QColor(theme.colors(self).border))
        painter.end()
