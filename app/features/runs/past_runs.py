"""What one does with runs in their table: draw, rename, note, delete and bring back, continue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox

from app.feature.desk import OUTCOME, Desk
from app.features.runs.run_contents import RunContents
from app.features.runs.side_by_side import SideBySide
from app.training.repeats import Repeats
from app.training.runs import Runs
from networks.core.message import plural
from networks.runs.listing import Order, table_csv
from networks.runs.record import Record
from widgets.curves.export import copy_csv, save_csv
from widgets.look.translation import said
from widgets.runs.curves_and_runs import CurvesAndRuns


class PastRuns(QObject):
    """Joins the table of runs with what is kept of them. Asks before anything is deleted."""

    def __init__(self, desk: Desk, runs: Runs, measured: CurvesAndRuns, repeats: Repeats) -> None:
        super().__init__(desk)
        self._desk, self._runs, self.measured, self._repeats = desk, runs, measured, repeats
        self.contents = RunContents(desk, runs)
        self.side_by_side = SideBySide(desk)
        measured.runs.compare_wished.connect(self.side_by_side.compare)
        self._box, self._table = measured.runs, measured.runs.table
        remembered = desk.settings.read()
        self._box.show_arrangement(remembered.run_columns, remembered.run_order)
        self._box.columns_chosen.connect(self._remember_columns)
        self._box.order_changed.connect(self._remember_order)
        self._box.csv_wished.connect(self._give_csv)
        self._box.clear_wished.connect(self.clear)
        self._table.runs.rename_wished.connect(runs.every.rename)
        self._table.runs.note_wished.connect(runs.every.note)
        self._table.delete_wished.connect(self._delete_selected)
        self._table.menu_wished.connect(self._open_menu)
        measured.curves_wished.connect(runs.every.draw)
        runs.every.deleted.connect(measured.curves.undo_bar.show_deleted)

    # questions; each is a separate method, so that tests can answer

    def ask_delete(self, count: int) -> bool:
        """Whether this many runs are to be moved to the trash."""
        words = plural(
            "Move {count} run to the trash folder beside the others? It can be brought back.",
            "Move {count} runs to the trash folder beside the others? They can be brought back.",
            count=count,
        )
        box = QMessageBox(QMessageBox.Icon.Question, "Backbone", said(words), parent=self._desk.window)
        delete = box.addButton(self.tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
        box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setDefaultButton(delete)
        box.exec()
        wished = box.clickedButton() is delete
        box.deleteLater()
        return wished

    def ask_note(self, title: str, note: str) -> str | None:
        """What the user writes about a run; None where it stays as it is."""
        words = self.tr("Note on “{run}”").format(run=title)
        text, taken = QInputDialog.getMultiLineText(self._desk.window, "Backbone", words, note)
        return text.strip() if taken else None

    # deleting

    @Slot()
    def clear(self) -> None:
        """Deletes all runs that have ended, after asking."""
        self._delete(tuple(self._runs.table.rows))

    @Slot(object)
    def delete_records(self, records: Iterable[Record]) -> None:
        """Deletes these runs, after asking."""
        self._delete([record.run for record in records])

    @Slot()
    def _delete_selected(self) -> None:
        self._delete(self._table.selected())

    def _delete(self, runs: Sequence[str]) -> None:
        ended = self._runs.every.ended_of(runs)
        if ended and self.ask_delete(len(ended)):
            self._runs.every.delete(ended)

    # words

    @Slot(object, str)
    def rename_record(self, record: Record, title: str) -> None:
        """Calls a run by another name."""
        self._runs.every.rename(record.run, title)

    def _note(self, run: str) -> None:
        row = self._runs.table.rows[run]
        text = self.ask_note(row.name, "" if row.summary is None else row.summary.note)
        if text is not None:
            self._runs.every.note(run, text)

    # the menu

    @Slot(object)
    def _open_menu(self, place: QPoint) -> None:
        menu = self.menu()
        if menu is not None:
            menu.popup(place)

    def menu(self) -> QMenu | None:
        """What can be done with the selected runs; None where none is selected."""
        runs = self._table.selected()
        if not runs:
            return None
        menu = QMenu(self._table)
        drawn = all(run in self.measured.curves.held.drawn_ids for run in runs)
        tick = self._table.tick_selected
        self._add(menu, "tick", self.tr("Draw no more") if drawn else self.tr("Draw"), tick)
        self._add(menu, "only", self.tr("Draw only the selected"), self._draw_only)
        menu.addSeparator()
        if len(runs) == 1:
            self._add_of_one(menu, runs[0])
        if len(runs) == 2:
            compare = partial(self._box.compare_wished.emit, runs)
            self._add(menu, "compare", self.tr("Compare side by side"), compare)
            menu.addSeparator()
        delete = self._add(menu, "delete", self.tr("Delete…"), self._delete_selected)
        delete.setEnabled(bool(self._runs.every.ended_of(runs)))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _add_of_one(self, menu: QMenu, run: str) -> None:
        """What can be done with a single run."""
        if run in self._runs.records and self._runs.unfinished.may_go_on(self._runs.records[run]):
            go_on = partial(self._runs.unfinished.go_on, self._runs.records[run])
            self._add(menu, "resume", self.tr("Continue to its end"), go_on)
        again = self._add(menu, "repeat", self.tr("Run again exactly"), partial(self._repeats.repeat, run))
        ended = run in self._runs.kept.folders and bool(self._runs.every.ended_of((run,)))
        again.setEnabled(ended and not self._desk.trainer.busy)
        kept = run in self._desk.runs.kept.folders
        kinds = self.contents.kinds(run)
        if kept:
            results = partial(self._show_results, run)
            self._add(menu, "results", self.tr("Results"), results).setEnabled(bool(kinds))
            menu.addSeparator()
            here = partial(self.contents.open_here, run)
            self._add(menu, "open_here", self.tr("Go back to its network and recipe"), here)
            new = partial(self.contents.open_new, run)
            self._add(menu, "open_new", self.tr("Open it as a new project"), new)
        words = {
            "best": self.tr("Of the best epoch"),
            "last": self.tr("Of the last epoch"),
            "averaged": self.tr("Averaged"),
        }
        if kinds:
            export = menu.addMenu(self.tr("Export its weights"))
            further = menu.addMenu(self.tr("Train on from its weights"))
            for kind in kinds:
                do = partial(self.contents.export_weights, run, kind)
                self._add(export, f"export_{kind}", words[kind], do)
                do = partial(self.contents.continue_from, run, kind)
                self._add(further, f"continue_{kind}", words[kind], do)
        menu.addSeparator()
        self._add(menu, "rename", self.tr("Rename"), partial(self._table.edit_name, run))
        self._add(menu, "note", self.tr("Note…"), partial(self._note, run))
        menu.addSeparator()

    def _show_results(self, run: str) -> None:
        self.measured.draw((run,), True)
        self._desk.results_wished.emit(run)

    def _draw_only(self) -> None:
        self._desk.curves_wished.emit(self._table.selected())

    @staticmethod
    def _add(menu: QMenu, name: str, words: str, do: Callable[[], object]) -> QAction:
        action = menu.addAction(words)
        action.setObjectName(name)
        action.triggered.connect(lambda: do())
        return action

    # what is remembered, and copies

    @Slot(object)
    def _remember_columns(self, names: tuple[str, ...]) -> None:
        self._desk.settings.change_soon(run_columns=names)

    @Slot(object)
    def _remember_order(self, order: Order) -> None:
        self._desk.settings.change_soon(run_order=order)

    @Slot(bool)
    def _give_csv(self, copied: bool) -> None:
        text = table_csv(self._box.rows)
        if copied:
            copy_csv(text)
            self._desk.say(self.tr("The table of runs was copied as CSV."), OUTCOME)
        else:
            save_csv(self._desk.window, text, self._desk.writer.write, "runs.csv")
