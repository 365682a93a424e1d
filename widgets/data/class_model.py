"""The grid's cells for Qt and for screen readers: pictures line by line, their classes in front."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from networks.recipes.balancing import class_weights
from networks.recipes.contents import Contents, Part
from networks.recipes.data_section import Data
from widgets.data.lines import Cell, Lines
from widgets.look.translation import declared, thousands

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
HEAD = 0
"""The column of the classes; pictures follow, and in the last column what is not shown."""


class ClassModel(QAbstractTableModel):
    """Walks through any number of pictures: cells are made of line and column when they are asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.contents: Contents | None = None
        self.part: Part | None = None
        self.data_section = Data()
        self.lines = Lines((), (), (), 1)
        self._weights: list[float] = []
        self._counts: tuple[int, ...] = ()
        self.of_two: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
        """How many pictures of each class train, and how many judge."""
        self.most = 1
        """The largest of these numbers."""

    def show_contents(self, contents: Contents | None, part: Part | None, data: Data) -> None:
        """Shows a part of a data set; `lay` says afterwards which classes, and how."""
        self.contents, self.part, self.data_section = contents, part, data
        self._weights = []
        self._counts = () if part is None else part.counts
        if contents is not None:
            self.of_two = contents.parts[0].counts, contents.parts[1].counts
            self.most = max(1, *self.of_two[0], *self.of_two[1])
        if contents is not None and data.balance == "weights":
            labels = contents.labels[contents.parts[0].rows]
            self._weights = class_weights(labels, len(contents.classes))

    def lay(self, labels: Collection[int], opened: Collection[int], columns: int) -> None:
        """Lays these classes out in this many columns."""
        self.beginResetModel()
        self.lines = Lines(self._counts, tuple(labels) if self._counts else (), opened, columns)
        self.endResetModel()

    # cells

    def cell(self, index: Index) -> Cell | None:
        """The picture in a cell, if there is one."""
        if not index.isValid():
            return None
        return self.lines.cell_at(index.row(), index.column() - 1)

    def row_of(self, cell: Cell) -> int:
        """The index of a picture in the data set."""
        assert self.part is not None
        return int(self.part.of_class[cell.label][cell.place])

    def head(self, index: Index) -> int | None:
        """The class that begins in this cell, in the first column or the last."""
        if not index.isValid() or index.column() not in (HEAD, self.lines.columns + 1):
            return None
        label = self.lines.class_at(index.row())
        if self.lines.start_of(label) != index.row():
            return None
        return label if index.column() == HEAD or self.can_fold(label) else None

    def can_fold(self, label: int) -> bool:
        """Whether a class has more pictures than one line takes."""
        return self._counts[label] > self.lines.columns

    def index_of(self, cell: Cell) -> QModelIndex:
        """Where a picture is; an invalid index if it is not shown."""
        place = self.lines.place_of(cell)
        return QModelIndex() if place is None else self.index(place[0], place[1] + 1)

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.lines.columns + 2

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.cell(index) is None and self.head(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if role not in (_Role.AccessibleTextRole, _Role.ToolTipRole):
            return None
        if (cell := self.cell(index)) is not None:
            return self.picture_in_words(cell)
        label = self.head(index)
        if label is None:
            return "" if role == _Role.AccessibleTextRole else None
        return self.class_in_words(label) if index.column() == HEAD else self.more_in_words(label)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """The class of a line, for screen readers; the headers themselves are hidden."""
        if role not in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return None
        if orientation == Qt.Orientation.Horizontal or self.contents is None or section >= len(self.lines):
            return ""
        return declared(self.contents.classes[self.lines.class_at(section)])

    def picture_in_words(self, cell: Cell) -> str:
        """`Picture 97: 4`."""
        assert self.contents is not None
        name = declared(self.contents.classes[cell.label])
        return self.tr("Picture {index}: {label}").format(index=self.row_of(cell), label=name)

    def class_in_words(self, label: int) -> str:
        """How many pictures of a class there are, and how the recipe weighs them."""
        assert self.contents is not None
        trains, judges = (counts[label] for counts in self.of_two)
        words = self.tr("{label}: {training} to train on, {judging} to judge by").format(
            label=declared(self.contents.classes[label]),
            training=thousands(trains),
            judging=thousands(judges),
        )
        if self.data_section.balance == "weights":
            words += "\n" + self.tr("Each picture counts {weight} times in the training loss.").format(
                weight=f"{self._weights[label]:.3g}"
            )
        elif self.data_section.balance == "sampler" and trains:
            present = sum(count > 0 for count in self.of_two[0])
            words += "\n" + self.tr("An epoch draws about {number} of them, some several times.").format(
                number=thousands(round(sum(self.of_two[0]) / present))
            )
        return words

    def more_in_words(self, label: int) -> str:
        """What the last cell of a class does."""
        hidden = self.lines.hidden(label)
        if not hidden:
            return self.tr("Show only one line of this class")
        return self.tr("Show {count} more").format(count=thousands(hidden))
