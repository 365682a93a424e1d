"""The rows of the table for Qt's views: runs, and groups of runs that differ in the seed only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from networks.core.message import Message
from networks.runs.columns import COLUMN, NAME, Cell, Column, Line, RunRow, SeedGroup
from networks.runs.listing import Order, Told, arranged, group_text
from widgets.look.plain import plain_hint
from widgets.look.translation import declared, said

Index = QModelIndex | QPersistentModelIndex
LINE, COLUMN_ROLE, UNDER, COLOR = (Qt.ItemDataRole.UserRole + number for number in range(4))
"""What a line is, its column, its second line of words, and the number of its colour (None: has none yet)."""
_NOWHERE = QModelIndex()
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_NOTE = _PLAIN | Qt.ItemFlag.ItemIsEditable
_OF_GROUP = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable
_OF_RUN = _NOTE | Qt.ItemFlag.ItemIsUserCheckable
"""Put together once: Qt asks for the flags of every line whenever one has changed."""


class RunsModel(QAbstractItemModel):
    """Shows rows in an order and in some columns. It changes nothing itself: wishes are signals."""

    ticked = Signal(object, bool)
    """The ids of runs that are to be drawn, or no longer drawn."""
    rename_wished = Signal(str, str)
    """The id of a run, and what it is to be called."""
    note_wished = Signal(str, str)
    arranged_anew = Signal()
    """Lines have come, gone or moved."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()
        self.columns: tuple[Column, ...] = tuple(column for column in COLUMN.values() if _first(column))
        self.order = Order()
        self._rows: tuple[RunRow, ...] = ()
        self._words_of = Told()
        self._colors: Mapping[str, int] = {}
        self._drawn: frozenset[str] = frozenset()

    # what is shown

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Shows these runs."""
        self._rows = tuple(rows)
        self._arrange()

    def show_order(self, order: Order) -> None:
        """Sorts, filters and groups them in another way."""
        if order != self.order:
            self.order = order
            self._arrange()

    def show_columns(self, names: Sequence[str]) -> None:
        """Shows these columns, in the order in which they are declared; names and what has none stay."""
        columns = tuple(column for column in COLUMN.values() if column is NAME or column.name in names)
        if columns != self.columns:
            self.beginResetModel()
            self.columns = columns
            self.endResetModel()
            self.arranged_anew.emit()

    def show_drawn(self, colors: Mapping[str, int], drawn: frozenset[str]) -> None:
        """Which runs are drawn, and the number of the colour of each that has one."""
        changed = drawn ^ self._drawn
        changed |= {run for run, color in colors.items() if self._colors.get(run) != color}
        changed |= self._colors.keys() - colors.keys()
        if not changed:
            return
        self._colors, self._drawn = dict(colors), drawn
        # a view lays all lines out anew where many are said to have changed
        for number, line in enumerate(self.lines):
            if isinstance(line, RunRow):
                if line.run in changed:
                    self._tell_line(number, _NOWHERE)
                continue
            within = [inner for inner, row in enumerate(line.rows) if row.run in changed]
            if within:
                self._tell_line(number, _NOWHERE)
                parent = self.index(number, 0)
                for inner in within:
                    self._tell_line(inner, parent)

    def _arrange(self) -> None:
        before, self.lines = self.lines, self.lines
        lines = arranged(self._rows, self.order, self._words_of)
        if [*map(_place, lines)] == [*map(_place, before)]:
            self.lines = lines
            self._tell_changed()
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()
        self.arranged_anew.emit()

    def _tell_line(self, number: int, parent: Index) -> None:
        last = len(self.columns) - 1
        self.dataChanged.emit(self.index(number, 0, parent), self.index(number, last, parent))

    def _tell_changed(self) -> None:
        last = len(self.columns) - 1
        if self.lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.lines) - 1, last))
        for number, line in enumerate(self.lines):
            if isinstance(line, SeedGroup):
                parent = self.index(number, 0)
                self.dataChanged.emit(self.index(0, 0, parent), self.index(len(line.rows) - 1, last, parent))

    def line(self, index: Index) -> Line:
        """The run or the group at an index."""
        group = index.internalId()
        if not group:
            return self.lines[index.row()]
        parent = self.lines[group - 1]
        assert isinstance(parent, SeedGroup)
        return parent.rows[index.row()]

    def runs(self, index: Index) -> tuple[str, ...]:
        """The ids of the runs at an index: one, or those of a group."""
        line = self.line(index)
        return (line.run,) if isinstance(line, RunRow) else tuple(row.run for row in line.rows)

    def index_of(self, run: str) -> QModelIndex:
        """Where a run stands; an invalid index where it does not."""
        for number, line in enumerate(self.lines):
            if isinstance(line, RunRow):
                if line.run == run:
                    return self.index(number, 0)
                continue
            for inner, row in enumerate(line.rows):
                if row.run == run:
                    return self.index(inner, 0, self.index(number, 0))
        return QModelIndex()

    # for Qt

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        if not parent.isValid():
            return self.createIndex(row, column, 0) if row < len(self.lines) else QModelIndex()
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or not index.internalId():
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if not parent.isValid():
            return len(self.lines)
        if parent.internalId() or parent.column():
            return 0
        line = self.lines[parent.row()]
        return len(line.rows) if isinstance(line, SeedGroup) else 0

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        words = [said(each) for each in self.columns[section].heading]
        if role == Qt.ItemDataRole.DisplayRole:
            return "\n".join(words)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return " ".join(words)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        column = self.columns[index.column()]
        named = column is NAME
        if not named and column.name != "note":
            return _PLAIN
        if isinstance(self.line(index), RunRow):
            return _OF_RUN if named else _NOTE
        return _OF_GROUP if named else _PLAIN

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self.line(index), self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _words(self._cells(line, column)[0])
            case Qt.ItemDataRole.EditRole:
                return _editable(line, column)
            case Qt.ItemDataRole.CheckStateRole if column is NAME:
                return self._tick(self.runs(index))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_hint(_hint(line))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, map(_words, self._cells(line, column))))
            case _ if role == LINE:
                return line
            case _ if role == COLUMN_ROLE:
                return column
            case _ if role == UNDER:
                return _words(self._cells(line, column)[1])
            case _ if role == COLOR:
                known = [self._colors[run] for run in self.runs(index) if run in self._colors]
                return known[0] if known else None
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        line, column = self.line(index), self.columns[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole:
            on = self._tick(self.runs(index)) != Qt.CheckState.Checked
            self.ticked.emit(self.runs(index), on)
            return True
        if role != Qt.ItemDataRole.EditRole or not isinstance(line, RunRow):
            return False
        text = str(value).strip()
        if text != _editable(line, column):
            (self.rename_wished if column is NAME else self.note_wished).emit(line.run, text)
        return True

    def _cells(self, line: Line, column: Column) -> tuple[Cell, Cell]:
        if isinstance(line, SeedGroup):
            return group_text(line, column)
        return column.text(line), "" if column.under is None else column.under(line)

    def _tick(self, runs: Sequence[str]) -> Qt.CheckState:
        drawn = sum(run in self._drawn for run in runs)
        if not drawn:
            return Qt.CheckState.Unchecked
        return Qt.CheckState.Checked if drawn == len(runs) else Qt.CheckState.PartiallyChecked


def _first(column: Column) -> bool:
    return column.chosen or column is NAME


def _place(line: Line) -> object:
    return line.run if isinstance(line, RunRow) else tuple(row.run for row in line.rows)


def _words(cell: Cell) -> str:
    return said(cell) if isinstance(cell, Message) else cell


def _editable(line: Line, column: Column) -> str:
    if isinstance(line, SeedGroup) or column is not NAME:
        note = "" if isinstance(line, SeedGroup) or line.summary is None else line.summary.note
        return note if column.name == "note" else ""
    return line.name


def _hint(line: Line) -> str:
    """All that is to say of a run."""
    if isinstance(line, SeedGroup):
        return "\n".join(row.name for row in line.rows[:20])
    told = [line.name]
    if line.summary is not None:
        told = [line.summary.title, said(line.summary.sentence), line.summary.note]
    if line.origin is not None and line.origin.since:
        changes = [said(change) for change in line.origin.changes]
        told.insert(
            1,
            declared("Since “{run}”: {changes}").format(
                run=line.origin.since, changes=", ".join(changes) or said(line.origin.words)
            ),
        )
    return "\n".join(filter(None, told))
