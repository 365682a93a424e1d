"""The table of runs as a view: sorted by a click on a heading, ticked, selected, renamed in place."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeView, QWidget

from networks.runs.columns import NAME, STATE, Column, SeedGroup
from networks.runs.listing import Order
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.runs.table.delegate import RunDelegate
from widgets.runs.table.model import RunsModel

_NARROWEST_NAME = 170
_WIDEST = 170
_LOOKED_AT = 60
"""How many rows decide how wide a column of words is."""


class RunsTable(QTreeView):
    """Shows the model; tells what is wished for the runs that are selected."""

    order_wished = Signal(object)
    """The table is to be sorted like this."""
    delete_wished = Signal()
    menu_wished = Signal(object)
    """A menu for the selected runs is to be opened at this place of the screen."""
    picked = Signal()
    """Other runs are selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs_table")
        self.setAccessibleName(self.tr("Runs"))
        self.runs = RunsModel(self)
        self.setModel(self.runs)
        self.setItemDelegate(RunDelegate(self))
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setIndentation(theme.grown(14))
        self.setExpandsOnDoubleClick(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAllColumnsShowFocus(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.DoubleClicked)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._wish_menu)
        self.setHeader(_Headings(self))
        self.header().sectionClicked.connect(self._sort)
        self.selectionModel().selectionChanged.connect(self.picked)
        self.runs.modelAboutToBeReset.connect(self._remember)
        self.runs.arranged_anew.connect(self._restore)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(self.fit_columns)
        self.runs.dataChanged.connect(self._fitting.start)
        self._chosen: tuple[str, ...] = ()
        self._current = ""
        self._opened: frozenset[str] = frozenset()
        self._scrolled = 0
        self._fitted: tuple[int, tuple[Column, ...]] = 0, ()

    def selected(self) -> tuple[str, ...]:
        """The ids of the selected runs, as they stand; of a group, all of them."""
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: self.visualRect(index).top())
        return tuple(dict.fromkeys(run for index in rows for run in self.runs.runs(index)))

    def select(self, runs: Sequence[str]) -> None:
        """Selects these runs and brings the first one into view."""
        model, flags = self.selectionModel(), self.selectionModel().SelectionFlag
        model.clearSelection()
        for run in runs:
            if (index := self.runs.index_of(run)).isValid():
                model.select(index, flags.Select | flags.Rows)
        if runs and (first := self.runs.index_of(runs[0])).isValid():
            model.setCurrentIndex(first, flags.NoUpdate)
            self.scrollTo(first)

    def edit_name(self, run: str) -> None:
        """Opens the name of a run for editing."""
        index = self.runs.index_of(run)
        if index.isValid():
            self.scrollTo(index)
            self.setCurrentIndex(index)
            self.edit(index)

    def tick_selected(self) -> None:
        """Draws the selected runs, or stops drawing them where all of them are drawn."""
        rows = self.selectionModel().selectedRows()
        states = [index.data(Qt.ItemDataRole.CheckStateRole) for index in rows]
        if rows:
            on = any(Qt.CheckState(state) != Qt.CheckState.Checked for state in states)
            self.runs.ticked.emit(self.selected(), on)

    # gestures

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() == Qt.Key.Key_Space and not editing:
            self.tick_selected()
        elif event.key() == Qt.Key.Key_Delete and not editing and self.selected():
            self.delete_wished.emit()
        elif event.key() == Qt.Key.Key_F2 and not editing and self.currentIndex().isValid():
            self.edit(self.currentIndex().siblingAtColumn(0))
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    @Slot(QPoint)
    def _wish_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid() and not self.selectionModel().isRowSelected(index.row(), index.parent()):
            self.setCurrentIndex(index)
        self.menu_wished.emit(self.viewport().mapToGlobal(place))

    @Slot(int)
    def _sort(self, section: int) -> None:
        """Sorts by a column, the best first; once more, the other way round."""
        column, order = self.runs.columns[section], self.runs.order
        if order.column == column.name:
            self.order_wished.emit(replace(order, descending=not order.descending))
        else:
            first = not column.falls and (column.figure is not None or column is NAME)
            self.order_wished.emit(replace(order, column=column.name, descending=first))

    def show_order(self, order: Order) -> None:
        """Sorts, filters and groups."""
        self.setRootIsDecorated(order.grouped)
        self.runs.show_order(order)
        self.header().viewport().update()

    # what stays where it was while lines come, go and move

    @Slot()
    def _remember(self) -> None:
        self._chosen = self.selected()
        current = self.currentIndex()
        self._current = self.runs.runs(current)[0] if current.isValid() else ""
        self._scrolled = self.verticalScrollBar().value()
        self._opened = frozenset(
            line.family
            for number, line in enumerate(self.runs.lines)
            if isinstance(line, SeedGroup) and self.isExpanded(self.runs.index(number, 0))
        )

    @Slot()
    def _restore(self) -> None:
        for number, line in enumerate(self.runs.lines):
            if isinstance(line, SeedGroup) and line.family in self._opened:
                self.expand(self.runs.index(number, 0))
        model, flags = self.selectionModel(), self.selectionModel().SelectionFlag
        for run in self._chosen:
            if (index := self.runs.index_of(run)).isValid():
                model.select(index, flags.Select | flags.Rows)
        if self._current and (index := self.runs.index_of(self._current)).isValid():
            model.setCurrentIndex(index, flags.NoUpdate)
        shape = len(self.runs.lines), self.runs.columns
        if shape != self._fitted:
            self._fitted = shape
            self.fit_columns()
        self.verticalScrollBar().setValue(self._scrolled)

    # widths

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Gives each column what stands in it, and the names what is left."""
        header = self.header()
        widths = [self._width(column, section) for section, column in enumerate(self.runs.columns)]
        left = self.viewport().width() - sum(widths[1:])
        for section, width in enumerate(widths):
            header.resizeSection(section, max(theme.grown(_NARROWEST_NAME), left) if section == 0 else width)

    def _width(self, column: Column, section: int) -> int:
        small = QFontMetrics(theme.font(theme.SMALL))
        head = self.runs.headerData(section, Qt.Orientation.Horizontal)
        widest = max((small.horizontalAdvance(line) for line in head.split("\n")), default=0) + 22
        if column is NAME:
            return widest
        mono = column.figure is not None
        metrics = QFontMetrics(theme.font(theme.SMALL if mono else theme.DENSE, mono=mono))
        icon = 20 if column is STATE else 0
        for number in range(min(_LOOKED_AT, len(self.runs.lines))):
            words = self.runs.index(number, section).data()
            widest = max(widest, metrics.horizontalAdvance(words) + 14 + icon)
        return min(widest, theme.grown(_WIDEST))


class _Headings(QHeaderView):
    """Headings of one or two lines; that of the column by which the table is sorted has an arrow."""

    def __init__(self, table: RunsTable) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(False)
        self.setMinimumSectionSize(30)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.grown(32))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        shade, runs = theme.colors(self), self._table.runs
        if section >= len(runs.columns):
            return
        column = runs.columns[section]
        painter.save()
        painter.fillRect(rect, QColor(shade.panel))
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        sorts = runs.order.column == column.name
        painter.setFont(theme.font(theme.SMALL, bold=sorts))
        painter.setPen(QColor(shade.text if sorts else shade.text_dim))
        left = column.figure is None
        place = rect.adjusted(6, 1, -6, -2)
        if sorts:
            arrow = "chevron-down" if runs.order.descending else "chevron-up"
            words = max(
                painter.fontMetrics().horizontalAdvance(line)
                for line in runs.headerData(section, Qt.Orientation.Horizontal).split("\n")
            )
            x = place.left() + words + 2 if left else place.right() - words - 13
            paint_icon(
                painter, arrow, QRect(x, place.center().y() - 5, 11, 11).toRectF(), painter.pen().color()
            )
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
        painter.drawText(
            place, side | Qt.AlignmentFlag.AlignVCenter, runs.headerData(section, Qt.Orientation.Horizontal)
        )
        painter.restore()
