"""The pictures of a data set as a grid: a line for each class, which opens to show all of its pictures."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from PySide6.QtCore import QModelIndex, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from networks.recipes.contents import Contents, PartName
from networks.recipes.data_section import Data
from widgets.data.cell_painting import CellPainting
from widgets.data.class_model import HEAD, ClassModel, Index
from widgets.data.lines import Cell
from widgets.data.tiles import Tiles, crossed_tile, tile
from widgets.look import theme

TILE, _GAP = 34, 4
_MORE = 46
_MOST_TILES = 3000
_BUDGET = 0.012
"""Seconds of one painting that may go into making tiles; those that are left are made in the next one."""
_AT_ONCE = 64
"""Tiles that are asked for at a time, so that what comes into sight next need not wait long."""


class ClassGrid(QTableView):
    """Draws only what is in sight. Arrow keys walk; Enter opens and closes a class."""

    chosen = Signal(int)
    """The index in the data set of the picture that was clicked or walked to."""
    tiles_wished = Signal(object)
    """The indices of pictures in sight whose tiles are made elsewhere; answered by `show_tiles`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture_grid")
        self.setAccessibleName(self.tr("Pictures by class"))
        self._model = ClassModel(self)
        self._labels: tuple[int, ...] = ()
        self._opened: set[int] = set()
        self._current: int | None = None
        self._elsewhere = False
        self._tiles: dict[int, QPixmap] = {}
        self._missing: list[int] = []
        self._ask = QTimer(self, singleShot=True, interval=0)
        self._ask.timeout.connect(self._ask_for_tiles)
        self._asked = False
        self._paints_since: float | None = None
        self._made = 0
        """Tiles that the painting that goes on has made: at least one."""
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self.viewport().update)
        self._set_up()
        self.setModel(self._model)
        self.painting = CellPainting(self, self._model, self.tile_of, lambda: self._current)
        self.setItemDelegate(self.painting)
        self.clicked.connect(self._click)

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        for header, size in ((self.verticalHeader(), TILE + _GAP), (self.horizontalHeader(), TILE + _GAP)):
            header.setMinimumSectionSize(1)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setDefaultSectionSize(size)
            header.hide()
        self.verticalScrollBar().setSingleStep(TILE + _GAP)

    # what is shown

    @property
    def model_shown(self) -> ClassModel:
        """The cells."""
        return self._model

    def show_contents(self, contents: Contents | None, name: PartName, data: Data) -> None:
        """Shows a part of a data set, all of its classes; the same part as before stays where it was."""
        part = None
        if contents is not None:
            part = next((each for each in contents.parts if each.name == name), contents.parts[0])
        same = self._model.contents is contents and self._model.part is part
        self._model.show_contents(contents, part, data)
        if same:
            self.viewport().update()
            return
        self._tiles.clear()
        self._opened.clear()
        self.show_classes(range(len(contents.classes)) if contents is not None else ())

    def show_classes(self, labels: range | tuple[int, ...]) -> None:
        """Shows these classes only; a single one is open."""
        self._labels = tuple(labels)
        self._lay()

    def show_elsewhere(self, elsewhere: bool) -> None:
        """Whether tiles are made elsewhere and asked for, or are the pictures as stored; drops all tiles."""
        self._elsewhere = elsewhere
        self._tiles.clear()
        self._asked = False
        self.viewport().update()

    def show_tiles(self, tiles: Tiles) -> None:
        """Takes what was asked for, by the indices of pictures; None is a picture that is left out."""
        ratio = self.devicePixelRatioF()
        for row, picture in tiles.items():
            if picture is None:
                self._keep(row, crossed_tile(TILE, ratio, theme.colors(self)))
            else:
                self._keep(row, tile(picture, TILE, ratio))
        self._asked = False
        self.viewport().update()

    def mark(self, row: int | None) -> None:
        """Marks a picture, without telling and without scrolling."""
        self._current = row
        self._lay()

    def choose(self, row: int) -> None:
        """Marks a picture and brings it into sight, opening its class where it must; tells nobody."""
        self._current = row
        index = self._index_of(row)
        if not index.isValid() and self._model.contents is not None:
            self._opened.add(int(self._model.contents.labels[row]))
            self._lay()
            index = self._index_of(row)
        if index.isValid():
            self._go_to(index)

    @property
    def current(self) -> int | None:
        """The picture that is marked."""
        return self._current

    def height_of_classes(self) -> int:
        """How high the grid has to be to show a line of every class."""
        contents = self._model.contents
        return (TILE + _GAP) * (len(contents.classes) if contents is not None else 1)

    # tiles

    def tile_of(self, row: int) -> QPixmap | None:
        """The tile of a picture; None until it is there."""
        if row in self._tiles:
            return self._tiles[row]
        if not self._elsewhere:
            if (
                self._made
                and self._paints_since is not None
                and perf_counter() - self._paints_since > _BUDGET
            ):
                self._more.start()
                return None
            self._made += 1
            assert self._model.contents is not None
            assert self._model.contents.pixels is not None
            self._keep(row, tile(self._model.contents.pixels[row], TILE, self.devicePixelRatioF()))
            return self._tiles[row]
        self._missing.append(row)
        if not self._asked:
            self._ask.start()
        return None

    def _keep(self, row: int, made: QPixmap) -> None:
        while len(self._tiles) >= _MOST_TILES:
            del self._tiles[next(iter(self._tiles))]
        self._tiles[row] = made

    @Slot()
    def _ask_for_tiles(self) -> None:
        wanted, self._missing = self._missing[:_AT_ONCE], []
        if wanted and self._elsewhere:
            self._asked = True
            self.tiles_wished.emit(np.unique(np.array(wanted, np.int64)))

    # layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._columns() != self._model.lines.columns:
            self._lay()

    def _columns(self) -> int:
        room = self.viewport().width() - self.painting.head_width() - theme.grown(_MORE)
        return max(1, room // (TILE + _GAP))

    def _lay(self) -> None:
        """Lays the classes out for the width that there is."""
        opened = {*self._opened, *self._labels[:1]} if len(self._labels) == 1 else self._opened
        self.selectionModel().blockSignals(True)
        self._model.lay(self._labels, opened, self._columns())
        last = self._model.columnCount() - 1
        for column in range(1, last):
            self.setColumnWidth(column, TILE + _GAP)
        self.setColumnWidth(HEAD, self.painting.head_width())
        self.setColumnWidth(last, theme.grown(_MORE))
        if (index := self._index_of(self._current)).isValid():
            self.setCurrentIndex(index)
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def _index_of(self, row: int | None) -> QModelIndex:
        contents, part = self._model.contents, self._model.part
        if row is None or contents is None or part is None:
            return QModelIndex()
        label = int(contents.labels[row])
        place = int(np.searchsorted(part.of_class[label], row))
        if place == len(part.of_class[label]) or part.of_class[label][place] != row:
            return QModelIndex()
        return self._model.index_of(Cell(label, place))

    def _go_to(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.scrollTo(index)
        self.viewport().update()

    def toggle(self, label: int) -> None:
        """Opens a class, or closes it."""
        if not self._model.can_fold(label):
            return
        self._opened ^= {label}
        self._lay()
        start = self._model.lines.start_of(label)
        if start is not None and label not in self._opened:
            self.scrollTo(self._model.index(start, HEAD))

    # keys and mouse

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        cell = self._model.cell(current)
        if cell is not None and self._model.row_of(cell) != self._current:
            self._current = self._model.row_of(cell)
            self.chosen.emit(self._current)

    @Slot(QModelIndex)
    def _click(self, index: QModelIndex) -> None:
        if (label := self._model.head(index)) is not None:
            self.toggle(label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and index.isValid():
            label = self._model.lines.class_at(index.row())
            self.toggle(label)
            if not self.currentIndex().isValid() and (start := self._model.lines.start_of(label)) is not None:
                self._go_to(self._model.index(start, HEAD))
            return
        if not index.isValid() and len(self._model.lines):
            self._go_to(self._model.index(0, 1))
            return
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._step(
            1 if event.key() == Qt.Key.Key_Right else -1
        ):
            return
        super().keyPressEvent(event)

    def _step(self, by: int) -> bool:
        """Goes on to the next picture at the end of a line. Returns whether it did."""
        cell = self._model.cell(self.currentIndex())
        if cell is None:
            return False
        index = self._model.index_of(Cell(cell.label, cell.place + by))
        if not index.isValid() or index.row() == self.currentIndex().row():
            return False
        self._go_to(index)
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._missing.clear()
        self._paints_since, self._made = perf_counter(), 0
        super().paintEvent(event)
        self._paints_since = None
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.colors(self).accent))
            edge: QRect = self.viewport().rect().adjusted(0, 0, -1, -1)
            painter.drawRoundedRect(edge, theme.RADIUS, theme.RADIUS)
            painter.end()
