"""The runs that a panel of curves holds: the number and colour of each, and whether it is drawn."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, Slot

from networks.runs.record import Record
from networks.runs.verdict import verdict
from widgets.curves.legend import RunsLegend
from widgets.look.translation import said


class DrawnRuns(QObject):
    """Keeps runs in their order, the oldest first, and the legend with them; tells what is wished there."""

    toggled = Signal(object, bool)
    """Records that are drawn from now on, or no longer drawn."""
    delete_wished = Signal(object)
    """The records that are to be deleted, a tuple."""
    rename_wished = Signal(object, str)
    resume_wished = Signal(object)

    def __init__(self, legend: RunsLegend, parent: QObject) -> None:
        super().__init__(parent)
        self.numbers: dict[Record, int] = {}
        """The number of each run, which gives it its colour."""
        self._known: dict[str, int] = {}
        """Those of all runs that ever were."""
        self._hidden: set[Record] = set()
        self._legend = legend
        legend.run_toggled.connect(self._toggle)
        legend.only_wished.connect(self._draw_only)
        legend.delete_wished.connect(self._delete)
        legend.rename_wished.connect(self._rename)
        legend.resume_wished.connect(self._resume)

    def number(self, record: Record) -> int:
        """The number of a run, which it keeps if it is removed and comes again."""
        return self._known.setdefault(record.run, len(self._known))

    def add(self, record: Record, color: str, symbol: str) -> None:
        """Holds a run, behind those that are there."""
        self.numbers[record] = self.number(record)
        self._legend.add_run(self.numbers[record], record.title, color, symbol)

    def remove(self, record: Record) -> None:
        """Holds it no more."""
        self._legend.remove_run(self.numbers.pop(record))
        self._hidden.discard(record)

    def sort(self, records: Iterable[Record]) -> None:
        """Brings the runs into this order."""
        self.numbers = {record: self.numbers[record] for record in records}

    def is_drawn(self, record: Record) -> bool:
        """Whether its curves are drawn."""
        return record not in self._hidden

    def judge(self, record: Record) -> None:
        """Says in the legend what came of a run."""
        found = verdict(record)
        self._legend.set_verdict(self.numbers[record], found.mark, said(found.word), said(found.sentence))

    def records(self) -> tuple[Record, ...]:
        """Every run, shown or hidden."""
        return tuple(self.numbers)

    @property
    def ids(self) -> set[str]:
        """Those of all runs that are there to be drawn."""
        return {record.run for record in self.numbers}

    @property
    def drawn_ids(self) -> frozenset[str]:
        """Those of the runs that are drawn."""
        return frozenset(record.run for record in self.numbers if record not in self._hidden)

    @property
    def colors(self) -> dict[str, int]:
        """The number of each run by its id."""
        return {record.run: number for record, number in self.numbers.items()}

    def draw(self, runs: Iterable[str], on: bool) -> None:
        """Draws the runs with these ids, or stops drawing them."""
        wanted = set(runs)
        changed = [
            record for record in self.numbers if record.run in wanted and self.is_drawn(record) is not on
        ]
        if not changed:
            return
        (self._hidden.difference_update if on else self._hidden.update)(changed)
        for record in changed:
            button = self._legend.button(self.numbers[record])
            button.blockSignals(True)
            button.setChecked(on)
            button.blockSignals(False)
            button.describe()
        self.toggled.emit(tuple(changed), on)

    def _record(self, number: int) -> Record:
        return next(record for record, own in self.numbers.items() if own == number)

    @Slot(int, bool)
    def _toggle(self, number: int, on: bool) -> None:
        self.draw((self._record(number).run,), on)

    @Slot(int)
    def _draw_only(self, number: int) -> None:
        only = self._record(number)
        self.draw((only.run,), True)
        self.draw((record.run for record in self.numbers if record is not only), False)

    @Slot(int)
    def _delete(self, number: int) -> None:
        self.delete_wished.emit((self._record(number),))

    @Slot(int, str)
    def _rename(self, number: int, title: str) -> None:
        self.rename_wished.emit(self._record(number), title)

    @Slot(int)
    def _resume(self, number: int) -> None:
        self.resume_wished.emit(self._record(number))
