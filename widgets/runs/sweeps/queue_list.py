"""The runs of a sweep as a list: what was trained, what waits, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from networks.runs.sweeps.queue import TO_COME, State
from networks.runs.sweeps.results import Results, SweptRun
from widgets.look import theme

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_ORDER: tuple[State, ...] = ("done", "failed", "running")
_HIGH = 230


class QueueModel(QAbstractTableModel):
    """A line for each run: those that have come to their end first, then those that wait, in their order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[SweptRun, ...] = ()
        self._titles: tuple[str, ...] = ()
        self._figure = str
        self._words: dict[State, str] = {
            "waiting": parent.tr("waits"),
            "begun": parent.tr("begun"),
            "running": parent.tr("training"),
            "done": parent.tr("done"),
            "failed": parent.tr("failed"),
            "left out": parent.tr("left out"),
        }
        self._seed, self._state, self._epochs = parent.tr("Seed"), parent.tr("State"), parent.tr("Epochs")
        self._results: Results | None = None

    def show_results(self, results: Results) -> None:
        """Shows the runs of this sweep."""
        rows = tuple(sorted(results.rows, key=_rank))
        titles = (
            *(axis.title for axis in results.queue.plan.axes),
            self._seed,
            self._state,
            self._epochs,
            results.measure.name,
        )
        alike = titles == self._titles and [row.number for row in rows] == [row.number for row in self.rows]
        if not alike:
            self.beginResetModel()
        self.rows, self._titles, self._results = rows, titles, results
        if not alike:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(titles) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._titles[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(row)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            told = zip(self._titles, self._cells(row), strict=True)
            return ", ".join(f"{title} {cell}" for title, cell in told)
        return None

    def _cells(self, row: SweptRun) -> tuple[str, ...]:
        assert self._results is not None
        epochs = f"{row.epochs[0]:.3g}/{row.epochs[1]}" if row.epochs[1] else "–"
        figure = self._results.measure.quantity.figure(row.value)
        return (*row.values, str(row.cell.seed), self._words[row.state], epochs, figure)


class QueueList(QWidget):
    """The list with its buttons: those that wait can come sooner or later, or be left out."""

    order_wished = Signal(object)
    """The numbers of the runs that wait, in their new order."""
    left_out = Signal(object, bool)
    """The numbers of runs that nobody is to take, or somebody again."""
    curves_wished = Signal(object)
    """The numbers of runs whose curves are to be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = QueueModel(self)
        self.view = QTableView()
        self.view.setObjectName("sweep_queue")
        self.view.setAccessibleName(self.tr("Runs of the sweep"))
        self.view.setModel(self.model)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setShowGrid(False)
        self.view.setTabKeyNavigation(False)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFont(theme.font(theme.DENSE))
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(theme.grown(26))
        self.view.horizontalHeader().setHighlightSections(False)
        self.view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        # what is too narrow for the words is better scrolled than cut off
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.view.horizontalHeader().setStretchLastSection(True)
        self.view.setMinimumHeight(theme.grown(_HIGH))
        self.view.selectionModel().selectionChanged.connect(self._refresh)
        self.first = self._button("sweep_first", self.tr("Next"), self.tr("Train the selected runs next"))
        self.sooner = self._button("sweep_sooner", self.tr("Sooner"), self.tr("One place up in the queue"))
        self.later = self._button("sweep_later", self.tr("Later"), self.tr("One place down in the queue"))
        self.out = self._button("sweep_out", self.tr("Leave out"), "")
        self.curves = self._button("sweep_curves", self.tr("Curves"), self.tr("Draw the selected runs alone"))
        self.first.clicked.connect(lambda: self._move(None))
        self.sooner.clicked.connect(lambda: self._move(-1))
        self.later.clicked.connect(lambda: self._move(1))
        self.out.clicked.connect(self._leave_out)
        self.curves.clicked.connect(lambda: self.curves_wished.emit(self.selected()))
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.first, self.sooner, self.later, self.out, self.curves):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.view, 1)
        column.addLayout(buttons)
        self._refresh()

    def show_results(self, results: Results) -> None:
        """Shows the runs of this sweep; what is selected stays selected."""
        chosen = set(self.selected())
        self.model.show_results(results)
        plan = results.queue.plan
        self.view.setColumnHidden(len(plan.axes), len(plan.seeds) == 1)
        if chosen != set(self.selected()):
            self.select(chosen)
        self._refresh()

    def selected(self) -> tuple[int, ...]:
        """The numbers of the selected runs, as they stand."""
        lines = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return tuple(self.model.rows[line].number for line in lines if line < len(self.model.rows))

    def select(self, numbers: Sequence[int] | set[int]) -> None:
        """Selects these runs."""
        model = self.view.selectionModel()
        model.clearSelection()
        for line, row in enumerate(self.model.rows):
            if row.number in numbers:
                model.select(self.model.index(line, 0), model.SelectionFlag.Select | model.SelectionFlag.Rows)

    def _button(self, name: str, words: str, tip: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setFont(theme.font(theme.DENSE))
        button.setToolTip(tip)
        return button

    def _waiting(self) -> list[int]:
        """The numbers of those that wait, in their order."""
        return [row.number for row in self.model.rows if row.state in TO_COME]

    @Slot()
    def _refresh(self) -> None:
        chosen, waiting = set(self.selected()), self._waiting()
        states = {row.state for row in self.model.rows if row.number in chosen}
        moving = [number for number in waiting if number in chosen]
        for button, stays in (
            (self.first, waiting[: len(moving)]),
            (self.sooner, waiting[: len(moving)]),
            (self.later, waiting[len(waiting) - len(moving) :]),
        ):
            button.setEnabled(bool(moving) and moving != stays)
        again = "left out" in states and not moving
        self.out.setText(self.tr("Take in again") if again else self.tr("Leave out"))
        self.out.setToolTip(
            self.tr("Have the selected runs trained after all")
            if again
            else self.tr("Have the selected runs not trained; they can be taken in again")
        )
        self.out.setEnabled(again or bool(moving))
        self.curves.setEnabled(bool(states - {"waiting", "left out"}))

    def _move(self, by: int | None) -> None:
        """Moves the selected ones that wait by one place, or to the front."""
        chosen, waiting = set(self.selected()), self._waiting()
        moving = [number for number in waiting if number in chosen]
        others = [number for number in waiting if number not in chosen]
        if not moving:
            return
        place = 0
        if by is not None:
            before = waiting.index(moving[0] if by < 0 else moving[-1])
            place = sum(number not in chosen for number in waiting[: before + 1]) + by
        place = min(max(place, 0), len(others))
        self.order_wished.emit((*others[:place], *moving, *others[place:]))

    @Slot()
    def _leave_out(self) -> None:
        chosen = set(self.selected())
        moving = [number for number in self._waiting() if number in chosen]
        again = [row.number for row in self.model.rows if row.number in chosen and row.state == "left out"]
        self.left_out.emit(tuple(moving or again), bool(moving))


def _rank(row: SweptRun) -> tuple[int, int]:
    """Those that wait stay as they come, between those that ended and those that were left out."""
    if row.state in _ORDER:
        return 0, row.number
    return (1 if row.state in TO_COME else 2), 0
