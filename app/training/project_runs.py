"""All runs of a project: their rows, the records of those whose curves are there, and their folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.training.arriving_runs import Arrived, ArrivingRuns
from app.training.kept_runs import Found, KeptRuns, MoveTrained
from app.training.run_table import RunTable
from app.training.watched_runs import WatchedRuns
from networks.project.project import Project
from networks.runs.endings import may_go_on
from networks.runs.kept.folders import number_of
from networks.runs.record import Record, Records

NEWEST = 5
"""How many runs of a project are drawn when it is opened."""


class ProjectRuns(QObject):
    """Lists, draws, renames, deletes and brings back runs, whoever trains them or has trained them."""

    recorded = Signal()
    """Records have come or gone, or have told more."""
    found = Signal(object)
    """The curves of a run were read, a `Found`; its record is there."""
    deleted = Signal(int)
    """How many runs were deleted, which `restore` brings back."""
    troubled = Signal(object)
    """A Message that says what could not be read, written or moved."""

    def __init__(self, move_trained: MoveTrained, parent: QObject) -> None:
        """`move_trained` moves the folders of runs that are being trained, and then has the others moved."""
        super().__init__(parent)
        self.records = Records()
        """All that runs have told whose curves are there, but for those that were deleted."""
        self.kept = KeptRuns(move_trained, self)
        self.kept.found.connect(self._take_found)
        self.kept.troubled.connect(self.troubled)
        self.table = RunTable(self.kept, self)
        self.table.listed.connect(self._draw_newest)
        self.table.troubled.connect(self.troubled)
        self.watched = WatchedRuns(self.records, self)
        """Those that other processes train."""
        self.watched.recorded.connect(self.tell)
        self.watched.troubled.connect(self.troubled)
        self.arriving = ArrivingRuns(self._folders, self._resumable, self)
        """Those that other processes begin while the project is open."""
        self.arriving.arrived.connect(self._take_arrived)
        self.opened: tuple[str, ...] = ()
        """The runs that are drawn because they are the newest of a project that was opened."""

    def show_folder(self, runs: Path) -> None:
        """Another project was opened: shows the runs in this folder of runs in place of those that ended."""
        watched = self.watched.runs
        busy = {each.run for each in self.records if each.ended is None and each.run not in watched}
        self.watched.forget(watched)
        self.kept.stop_reading()
        self.opened = ()
        self.records.forget([record.run for record in self.records if record.run not in busy])
        self.kept.forget([run for run in self.kept.folders if run not in busy])
        self.table.forget([run for run in self.table.rows if run not in busy])
        self.tell()
        self.table.load(runs)
        self.arriving.watch(runs)

    @Slot(object)
    def show_run(self, folder: Path) -> None:
        """Shows one more run, unless it is shown already."""
        run = self.table.add(folder)
        self.opened = (*self.opened, run)
        self.draw([run])

    def draw(self, runs: Iterable[str]) -> None:
        """Reads the curves of these runs, unless they are there; `recorded` says when they are."""
        self.kept.want(run for run in runs if run not in self.records)

    def project(self, run: str) -> Project | None:
        """What a run trains, where its curves are there and that could be read."""
        return self.table.projects.get(run)

    @Slot()
    def tell(self) -> None:
        """Takes what records have told into the table, and tells that they have."""
        self.table.take(self.records)
        self.recorded.emit()

    def close(self) -> None:
        """Reads and follows nothing more, and waits until nothing is being moved or written."""
        self.arriving.close()
        self.watched.close()
        self.table.close()
        self.kept.close()

    @Slot(object)
    def _draw_newest(self, runs: tuple[str, ...]) -> None:
        self.opened = (*self.opened, *runs[-NEWEST:])
        self.draw(runs[-NEWEST:])

    @Slot(object)
    def _take_found(self, read: tuple[Found, ...]) -> None:
        for found in read:
            record = found.run.record
            if found.project is not None:
                self.table.projects[record.run] = found.project
            self.records.begin(record, number_of(found.run.folder))
        # all at once: each time, all curves and the table are shown anew
        self.tell()
        for found in read:
            if found.run.state == "running":
                self.watched.follow(found.run.record.run, found.follower)
            self.found.emit(found)

    def _folders(self) -> tuple[Path, ...]:
        return tuple(self.kept.folders.values())

    def _resumable(self) -> tuple[Path, ...]:
        """The folders of runs whose curves are there and that did not come to their end."""
        ended = (record.run for record in self.records if may_go_on(record.ended))
        return tuple(self.kept.folders[run] for run in ended if run in self.kept.folders)

    @Slot(object)
    def _take_arrived(self, arrived: Arrived) -> None:
        """Lists runs that others have begun, and draws those that they train now."""
        known = self._folders()
        new = self.table.add_all([folder for folder in arrived.new if folder not in known])
        resumed = (self.kept.run_in(folder) for folder in arrived.resumed)
        self.kept.want([*new, *(run for run in resumed if run is not None and run not in self.watched.runs)])

    # what the user does with them

    def ended_of(self, runs: Iterable[str]) -> tuple[str, ...]:
        """Those of these runs that train no more."""
        rows = self.table.rows
        return tuple(
            run
            for run in runs
            if run in rows and (summary := rows[run].summary) is not None and summary.mark != "running"
        )

    @Slot()
    def clear(self) -> None:
        """Deletes all runs that have ended; `restore` brings them back."""
        self.delete(self.table.rows)

    def delete(self, runs: Iterable[str]) -> None:
        """Deletes those of these runs that have ended; `restore` brings them back."""
        deleted = self.kept.delete(self.ended_of(runs))
        self.records.remove(deleted)
        self.table.remove(deleted)
        self.tell()
        self.deleted.emit(len(deleted))

    @Slot()
    def restore(self) -> None:
        """Brings back the runs that were deleted last."""
        for run in self.table.removed:
            self.kept.bring_back(run)
        self.table.restore()
        self.records.restore()
        self.tell()

    def rename(self, run: str, title: str) -> None:
        """Calls a run by another name; an empty one changes nothing."""
        title = title.strip()
        if not title:
            return
        if run in self.records:
            record: Record = self.records[run]
            record.title = record.short = title
        self.kept.label(run, title=title)
        self.table.label(run, title=title)
        self.tell()

    def note(self, run: str, text: str) -> None:
        """Keeps what the user writes about a run."""
        self.kept.label(run, note=text)
        self.table.label(run, note=text)
