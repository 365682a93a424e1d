"""A list of entries under headings that fold: filtered by words, walked by keys, chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTreeView, QWidget

ENTRY = Qt.ItemDataRole.UserRole
"""The role that holds what an entry stands for; a heading holds nothing there."""

Index = QModelIndex | QPersistentModelIndex


class HeadingList(QTreeView):
    """Headings, and under each its entries; those below know what an entry is and paint it."""

    chosen = Signal(object)
    """The entry that was double-clicked, or current when Enter was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = QStandardItemModel(self)
        self.setModel(self._entries)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.clicked.connect(self._fold)
        self.doubleClicked.connect(self._choose)

    def walk(self, steps: int) -> None:
        """Goes this many entries down, or up, past headings and what is hidden; to an end at most."""
        shown = self._shown()
        if not shown:
            return
        current = self.currentIndex()
        if current not in shown:
            self.setCurrentIndex(shown[0 if steps > 0 else -1])
            return
        at = shown.index(current) + steps
        self.setCurrentIndex(shown[max(0, min(at, len(shown) - 1))])

    def choose_current(self) -> None:
        """Chooses the current entry; on a heading nothing happens."""
        self._choose(self.currentIndex())

    def _add_heading(self, words: str, entries: Sequence[QStandardItem]) -> QStandardItem:
        heading = QStandardItem(words)
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        heading.appendRows(entries)
        self._entries.appendRow(heading)
        return heading

    def _headings(self) -> list[QModelIndex]:
        return [self._entries.index(row, 0) for row in range(self._entries.rowCount())]

    def _shown(self) -> list[QModelIndex]:
        return [
            self._entries.index(row, 0, heading)
            for heading in self._headings()
            if not self.isRowHidden(heading.row(), QModelIndex()) and self.isExpanded(heading)
            for row in range(self._entries.rowCount(heading))
            if not self.isRowHidden(row, heading)
        ]

    def _show_ranked(self, rank: Callable[[Any], int | None], expand: bool) -> list[tuple[int, QModelIndex]]:
        """Hides the entries without a rank, and headings with none left. Gives the others in their order."""
        found: list[tuple[int, QModelIndex]] = []
        for heading in self._headings():
            hits = 0
            for row in range(self._entries.rowCount(heading)):
                index = self._entries.index(row, 0, heading)
                fit = rank(index.data(ENTRY))
                self.setRowHidden(row, heading, fit is None)
                if fit is not None:
                    hits += 1
                    found.append((fit, index))
            self.setRowHidden(heading.row(), QModelIndex(), not hits)
            if expand:
                self.expand(heading)
        return found

    @Slot(QModelIndex)
    def _fold(self, index: QModelIndex) -> None:
        if index.data(ENTRY) is None:
            self.setExpanded(index, not self.isExpanded(index))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if entry is not None:
            self.chosen.emit(entry)
