"""All runs of a project as rows of a table: those in its folder, read beside the window, and new ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import Job, Task
from app.training.kept_runs import KeptRuns
from networks.core.message import Message
from networks.core.storage import why_locked
from networks.project.ancestry import origin, told_of, trained_project
from networks.project.project import Project
from networks.runs.columns import Origin, RunRow
from networks.runs.kept.files import Part
from networks.runs.kept.folders import number_of, run_folders, words_of
from networks.runs.kept.legs import now
from networks.runs.kept.reading import is_run
from networks.runs.record import Record
from networks.runs.summary import Summary, summary_of

GROWTH_MS = 500
"""How often a row follows a run that only goes on, in milliseconds: nobody reads figures any faster."""

_Read = tuple[str, Summary | Origin | Message]
"""The id of a run, and what was read of it."""


class RunTable(QObject):
    """Keeps a row for each run. Names come first, then summaries, the newest first, then what was changed."""

    changed = Signal()
    """Rows have come, gone or changed."""
    listed = Signal(object)
    """The ids of the runs that a folder holds, the oldest first; their summaries come later."""
    troubled = Signal(object)
    """A Message that says which run could not be read."""

    def __init__(self, kept: KeptRuns, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: dict[str, RunRow] = {}
        """By the id of the run's record."""
        self._kept = kept
        self.projects: dict[str, Project] = {}
        """What runs train, of this session and of those whose curves were read."""
        self._begun: list[str] = []
        """The ids of the runs that began in this session."""
        self._seen: dict[str, tuple[Any, ...]] = {}
        """What a record had told when its row was made."""
        self._behind: dict[str, Record] = {}
        """Records that have grown since; their rows follow with the timer."""
        self._growth = QTimer(self)
        self._growth.setSingleShot(True)
        self._growth.setInterval(GROWTH_MS)
        self._growth.timeout.connect(self._catch_up)
        self._deleted: dict[str, RunRow] = {}
        self._unread: dict[Path, str] = {}
        """Folders that are to be read, and the ids of their runs."""
        self._listing: Job[Any] | None = None
        self._reading: Job[Any] | None = None
        self._box: deque[_Read] = deque()
        """What was read and is still to be taken."""
        self._origins: list[Job[Any]] = []

    # runs of a folder

    def load(self, runs: Path) -> None:
        """Lists the runs in a folder of runs and reads them, but for those that are in the table already."""
        self.stop()
        self._listing = Job(partial(_listed, runs), self._take_list, self.troubled.emit, owner=self)
        self._listing.start()

    def add(self, folder: Path) -> str:
        """Adds one run, unless it is there already; gives its id."""
        self._add((folder,))
        self._read_next()
        return next(run for run, each in self._kept.folders.items() if each == folder)

    def add_all(self, folders: Sequence[Path]) -> tuple[str, ...]:
        """Adds runs that have come meanwhile; gives the ids of those that were not there."""
        added = self._add(folders)
        self._read_next()
        return added

    def stop(self) -> None:
        """Reads no more."""
        for job in (self._listing, self._reading):
            if job is not None:
                job.cancel()
        self._listing = self._reading = None
        self._unread.clear()

    def close(self) -> None:
        """Reads no more, and waits for what is being read."""
        for job in (self._listing, self._reading, *self._origins):
            if job is not None:
                job.close()
        self._listing, self._reading, self._origins = None, None, []

    def _take_list(self, folders: tuple[Path, ...]) -> None:
        self._listing = None
        self.listed.emit(self._add(folders))
        self._read_next()

    def _add(self, folders: Sequence[Path]) -> tuple[str, ...]:
        known = set(self._kept.folders.values())
        added = {folder: self._kept.add(folder) for folder in folders if folder not in known}
        for folder, run in added.items():
            self.rows[run] = RunRow(run, number_of(folder), words_of(folder) or folder.name)
        self._unread |= added
        self.changed.emit()
        return tuple(added.values())

    def _read_next(self) -> None:
        """Reads what was added meanwhile."""
        if self._reading is not None or not self._unread:
            return
        unread, self._unread = self._unread, {}
        known = tuple(folder for folder in self._kept.folders.values() if folder not in unread)
        box: deque[_Read] = deque()
        take = partial(self._take, box)
        self._reading = Job(
            partial(_read, unread, known, box),
            take,
            self.troubled.emit,
            take,
            owner=self,
            ended=partial(self._end_reading, box),
        )
        self._box = box
        self._reading.start()

    def _end_reading(self, box: deque[_Read]) -> None:
        # something else may be read by now
        if box is self._box:
            self._reading = None
            self._read_next()

    def _take(self, box: deque[_Read], _: object) -> None:
        """Takes what was read since the last call."""
        for _ in range(len(box)):
            run, told = box.popleft()
            row = self.rows.get(run)
            if isinstance(told, Message):
                self.rows.pop(run, None)
                self.troubled.emit(told)
            elif row is None:
                continue
            elif isinstance(told, Origin):
                self.rows[run] = replace(row, origin=told)
            elif run not in self._seen:
                self.rows[run] = replace(row, name=told.short, summary=told)
            elif row.summary is not None and not row.summary.begun:
                # its curves came first, and these know nothing of that
                note = row.summary.note or told.note
                told = replace(row.summary, note=note, begun=told.begun, seed=told.seed)
                self.rows[run] = replace(row, summary=told)
        self.changed.emit()

    # runs of this session, and those whose curves are there

    def begin(self, record: Record, project: Project, part: Part | None = None) -> None:
        """A run of this project begins, perhaps as a part of a comparison.

        Its parent is the run that it goes on from, or else the newest. One that is here already goes on.
        """
        if record.run in self.rows:
            return
        before = self._parent(record)
        told = summary_of(record, begun=now(), seed=project.recipe.learning.seed)
        self.rows[record.run] = RunRow(record.run, 0, record.short, told)
        self.projects[record.run] = project
        self._begun.append(record.run)
        since = "" if before is None else before.name
        work = partial(_origin, project, *self._trained(before), since, part)
        job: Job[Origin]
        job = Job(
            work,
            partial(self._take_origin, record.run),
            self.troubled.emit,
            owner=self,
            ended=lambda: self._origins.remove(job),
        )
        self._origins.append(job)
        job.start()

    def _parent(self, record: Record) -> RunRow | None:
        rows = [row for row in self.rows.values() if row.run != record.run]
        named = [row for row in rows if row.summary is not None and row.summary.title == record.parent]
        if record.parent and named:
            return named[-1]
        # a run of this session has no number before its folder is made, and is newer than all that have
        begun = [row for row in rows if row.run in self._begun]
        return begun[-1] if begun else max(rows, key=lambda row: row.number, default=None)

    def _trained(self, row: RunRow | None) -> tuple[Project | None, Path | None]:
        """What a run trains, or where that is to be read."""
        if row is None:
            return None, None
        return self.projects.get(row.run), self._kept.folders.get(row.run)

    def _take_origin(self, run: str, found: Origin) -> None:
        if run in self.rows:
            self.rows[run] = replace(self.rows[run], origin=found)
            self.changed.emit()

    def take(self, records: Iterable[Record]) -> None:
        """Takes what these records have told since the last call.

        Rows of records that have only grown follow twice a second, all others at once.
        """
        changed = False
        for record in records:
            folder = self._kept.folders.get(record.run)
            seen = len(record.steps), len(record.validations), record.ended, record.title, folder
            row, known = self.rows.get(record.run), self._seen.get(record.run)
            if row is None or known == seen:
                continue
            if known is not None and known[2:] == seen[2:]:
                if self._growth.isActive():
                    self._behind[record.run] = record
                    continue
                self._growth.start()
            self._seen[record.run] = seen
            old = row.summary
            told = summary_of(record) if old is None else summary_of(record, old.note, old.begun, old.seed)
            number = 0 if folder is None else number_of(folder)
            self.rows[record.run] = replace(row, number=number, name=record.short, summary=told)
            changed = True
        if changed:
            self.changed.emit()

    @Slot()
    def _catch_up(self) -> None:
        behind, self._behind = self._behind, {}
        self.take(behind.values())

    # what the user does

    def label(self, run: str, *, title: str | None = None, note: str | None = None) -> None:
        """Shows another name or another note."""
        row = self.rows[run]
        if title is not None:
            row = replace(row, name=title)
            if row.summary is not None:
                row = replace(row, summary=replace(row.summary, title=title, short=title))
        if note is not None and row.summary is not None:
            row = replace(row, summary=replace(row.summary, note=note))
        self.rows[run] = row
        self.changed.emit()

    def remove(self, runs: Sequence[str]) -> None:
        """Shows these runs no more; `restore` brings them back."""
        gone = {run: self.rows.pop(run) for run in runs if run in self.rows}
        if gone:
            self._deleted = gone
            self.changed.emit()

    @property
    def removed(self) -> tuple[str, ...]:
        """What `restore` would bring back."""
        return tuple(self._deleted)

    def restore(self) -> None:
        """Brings back what was removed last."""
        self.rows |= self._deleted
        self._deleted = {}
        self.changed.emit()

    def forget(self, runs: Iterable[str]) -> None:
        """Shows these runs no more."""
        for run in runs:
            for known in (self.rows, self.projects, self._seen, self._behind):
                known.pop(run, None)
        self._deleted = {}
        self.changed.emit()


def _listed(runs: Path, _: Task) -> tuple[Path, ...]:
    # one that may not be entered is told of when it is read
    return tuple(folder for folder in run_folders(runs) if is_run(folder) or why_locked(folder) is not None)


def _read(unread: dict[Path, str], known: Sequence[Path], box: deque[_Read], task: Task) -> None:
    """Reads what a table tells of these runs, whose ids stand with their folders."""
    for done, (folder, told) in enumerate(told_of(tuple(unread), known)):
        box.append((unread[folder], told))
        if not task.report(done / len(unread) / 2):
            return


def _origin(
    project: Project, before: Project | None, folder: Path | None, since: str, part: Part | None, _: Task
) -> Origin:
    if before is None and folder is not None:
        before = trained_project(folder)
    return origin(project, before, "" if before is None else since, part)
