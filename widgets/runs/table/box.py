"""The table of runs with its heading: how many are drawn, the filter, the comparison and a menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from networks.runs.columns import COLUMNS, NAME, RunRow
from networks.runs.listing import Order
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import said
from widgets.runs.table.table import RunsTable

_FILTER = 70
"""The narrowest that the field of the filter may be."""


class RunsBox(QWidget):
    """Shows rows and tells what is wished; it keeps how the table is arranged, and nothing of the runs."""

    compare_wished = Signal(object)
    """The ids of two runs that are to be seen side by side."""
    columns_chosen = Signal(object)
    """The names of the columns that are shown from now on."""
    order_changed = Signal(object)
    """How the table is sorted and grouped from now on."""
    csv_wished = Signal(bool)
    """The table is wished as CSV: to the clipboard, or else in a file."""
    clear_wished = Signal()
    """All runs that have ended are to be deleted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs")
        self.table = RunsTable()
        self._drawn: frozenset[str] = frozenset()
        self._rows: tuple[RunRow, ...] = ()
        self._title = QLabel(self.tr("Runs"))
        self._title.setProperty("role", "heading")
        self._count = QLabel()
        self._count.setProperty("role", "dim")
        self.filter = QLineEdit()
        self.filter.setObjectName("runs_filter")
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setAccessibleName(self.tr("Filter the runs by words"))
        self.filter.setToolTip(self.tr("Words that stand in the name, the changes, the note or the state"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFont(theme.font(theme.DENSE))
        self.filter.setMaximumWidth(theme.grown(170))
        self.filter.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.compare_button = QPushButton(self.tr("Compare"))
        self.compare_button.setObjectName("compare_runs")
        self.compare_button.setFont(theme.font(theme.DENSE))
        self.more_button = QToolButton()
        self.more_button.setObjectName("more_runs")
        self.more_button.setIcon(icon("more"))
        self.more_button.setIconSize(QSize(16, 16))
        self.more_button.setProperty("bare", True)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setAccessibleName(self.tr("More about the table of runs"))
        self.more_button.setToolTip(self.tr("Group, columns, copies"))
        self._make_menu()
        self._arrange()
        self.filter.textChanged.connect(self._filter)
        self.compare_button.clicked.connect(self._compare)
        self.table.order_wished.connect(self._take_order)
        self.table.picked.connect(self._refresh)
        self.table.header().customContextMenuRequested.connect(self._open_columns)
        self._refresh()

    # what is shown

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Shows these runs."""
        self._rows = tuple(rows)
        self.table.runs.show_rows(self._rows)
        self._refresh()

    def show_drawn(self, colors: Mapping[str, int], drawn: frozenset[str]) -> None:
        """Which runs are drawn, and the number of the colour of each that has one."""
        self._drawn = drawn
        self.table.runs.show_drawn(colors, drawn)
        self._refresh()

    def show_arrangement(self, columns: Sequence[str] | None, order: Order) -> None:
        """Shows the columns that were chosen before, in the order of before."""
        if columns is not None:
            self.table.runs.show_columns(columns)
        self.table.show_order(order)
        self.group_action.setChecked(order.grouped)

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """All runs, whether the filter shows them or not."""
        return self._rows

    @property
    def compared(self) -> tuple[str, ...]:
        """The two runs that would be compared: those selected, or else those drawn; empty if not two."""
        for runs in (self.table.selected(), tuple(row.run for row in self._rows if row.run in self._drawn)):
            if len(runs) == 2:
                return runs
        return ()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def _fit_head(self) -> None:
        """Gives up words where their line is narrow: how many are drawn first, then the title."""
        for hidden in ((), (self._count,), (self._count, self._title)):
            for words in (self._count, self._title):
                words.setVisible(words not in hidden)
            if self._head_width() <= self.width():
                return

    def _head_width(self) -> int:
        items = map(self.head.itemAt, range(self.head.count()))
        widgets = [item.widget() for item in items if item is not None]
        shown = [widget for widget in widgets if widget is not None and widget.isVisibleTo(self)]
        narrow = theme.grown(_FILTER)
        wide = sum(narrow if widget is self.filter else widget.sizeHint().width() for widget in shown)
        margins = self.head.contentsMargins()
        return wide + margins.left() + margins.right() + self.head.spacing() * (len(shown) - 1)

    @Slot()
    def _refresh(self) -> None:
        drawn = sum(row.run in self._drawn for row in self._rows)
        shown = len(self.table.runs.lines)
        words = self.tr("{drawn} of {count} drawn").format(drawn=drawn, count=len(self._rows))
        if self.table.runs.order.text:
            words = self.tr("{shown} found, {drawn} of {count} drawn").format(
                shown=shown, drawn=drawn, count=len(self._rows)
            )
        self._count.setText(words)
        self._fit_head()
        ready = bool(self.compared)
        self.compare_button.setEnabled(ready)
        self.compare_button.setToolTip(
            self.tr("See the two runs side by side: what differs, their curves and their mistakes")
            if ready
            else self.tr("Tick or select two runs to see them side by side")
        )

    # wishes

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.table.show_order(replace(self.table.runs.order, text=text))
        self._refresh()

    @Slot(object)
    def _take_order(self, order: Order) -> None:
        self.table.show_order(order)
        self.order_changed.emit(replace(order, text=""))

    @Slot(bool)
    def _group(self, grouped: bool) -> None:
        self._take_order(replace(self.table.runs.order, grouped=grouped))

    @Slot()
    def _compare(self) -> None:
        if found := self.compared:
            self.compare_wished.emit(found)

    @Slot()
    def _choose_column(self) -> None:
        names = tuple(name for name, action in self._columns.items() if action.isChecked())
        self.table.runs.show_columns(names)
        self.columns_chosen.emit(names)

    @Slot()
    def _show_columns(self) -> None:
        shown = {column.name for column in self.table.runs.columns}
        for name, action in self._columns.items():
            action.setChecked(name in shown)

    @Slot()
    def _open_columns(self) -> None:
        self.columns_menu.popup(self.cursor().pos())

    # parts

    def _make_menu(self) -> None:
        menu = QMenu(self.more_button)
        self.group_action = QAction(self.tr("Group runs that differ in the seed only"), menu)
        self.group_action.setObjectName("group_runs")
        self.group_action.setCheckable(True)
        self.group_action.toggled.connect(self._group)
        menu.addAction(self.group_action)
        self.columns_menu = menu.addMenu(self.tr("Columns"))
        self.columns_menu.aboutToShow.connect(self._show_columns)
        self._columns: dict[str, QAction] = {}
        for column in COLUMNS:
            if column is not NAME:
                action = self.columns_menu.addAction(" ".join(map(said, column.heading)))
                action.setCheckable(True)
                action.triggered.connect(self._choose_column)
                self._columns[column.name] = action
        menu.addSeparator()
        for name, words, wish in (
            ("copy_runs", self.tr("Copy the table as CSV"), partial(self.csv_wished.emit, True)),
            ("save_runs", self.tr("Save the table as CSV…"), partial(self.csv_wished.emit, False)),
        ):
            menu.addAction(words, wish).setObjectName(name)
        menu.addSeparator()
        menu.addAction(self.tr("Delete all runs that have ended…"), self.clear_wished.emit).setObjectName(
            "clear_runs"
        )
        self.more_button.setMenu(menu)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(theme.SPACE + 4, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        head.setSpacing(theme.SPACE)
        head.addWidget(self._title)
        head.addWidget(self._count)
        head.addStretch(1)
        for widget in (self.filter, self.compare_button, self.more_button):
            head.addWidget(widget)
        self.head = head
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        for before, after in (
            (self.filter, self.compare_button),
            (self.compare_button, self.more_button),
            (self.more_button, self.table),
        ):
            QWidget.setTabOrder(before, after)
        self.setMinimumHeight(theme.grown(120))
        self.table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
