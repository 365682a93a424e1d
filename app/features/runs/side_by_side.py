"""Opens the window in which two runs are compared, once the curves of both are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.feature.desk import OUTCOME, Desk
from networks.runs.kept.legs import first_leg

if TYPE_CHECKING:
    from networks.project.side_by_side import Compared
    from widgets.runs.side_by_side.window import ComparisonWindow


class SideBySide(QObject):
    """Waits for what is to be read, and shows each comparison in a window of its own."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._wanted: tuple[str, ...] = ()
        self.window: ComparisonWindow | None = None
        """The one that was opened last."""
        desk.recorded.connect(self._open)

    @Slot(object)
    def compare(self, runs: tuple[str, str]) -> None:
        """Compares two runs, the earlier one first."""
        rows = self._desk.runs.table.rows
        self._wanted = tuple(sorted(runs, key=lambda run: rows[run].number or float("inf")))
        self._desk.runs.draw(self._wanted)
        self._open()

    @Slot()
    def _open(self) -> None:
        runs = self._desk.runs
        if not self._wanted or any(run not in runs.records for run in self._wanted):
            return
        wanted, self._wanted = self._wanted, ()
        found = [self._compared(run) for run in wanted]
        one, other = found
        if one is None or other is None:
            self._desk.say(self.tr("What one of the two runs trained cannot be read any more."), OUTCOME)
            return
        from widgets.runs.side_by_side.window import ComparisonWindow, Two

        window = self.window = ComparisonWindow(Two(one, other, self._colors(*wanted)), self._desk.window)
        window.mistakes_wished.connect(lambda: self._desk.changes_wished.emit(wanted[1], wanted[0]))
        window.destroyed.connect(self._forget)
        window.show()

    def _colors(self, one: str, other: str) -> tuple[int, int]:
        """Those of their curves; the first two where these are not drawn."""
        drawn = self._desk.drawn
        return (drawn[one], drawn[other]) if {one, other} <= drawn.keys() else (0, 1)

    def _compared(self, run: str) -> Compared | None:
        from networks.project.side_by_side import Compared

        runs = self._desk.runs
        project, folder = runs.project(run), runs.kept.folders.get(run)
        if project is None:
            return None
        leg = None if folder is None else first_leg(folder)
        return Compared(runs.records[run], project, None if leg is None else leg.environment)

    @Slot()
    def _forget(self) -> None:
        self.window = None
