"""Keeps unsaved changes in a separate file, so that a crash costs at most the last second of work."""

from __future__ import annotations

import os
import secrets
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile, QObject, QTimer, Signal, Slot

from app.background.job import Task
from app.background.log import LOG
from app.background.newest import Newest
from app.session.document import Document
from networks.core.decoding import decoded
from networks.core.message import Message, UserError, message
from networks.core.storage import write_atomically
from networks.project.project import LARGEST_FILE, Project, project_from_json, project_to_json

DELAY = 1000
"""Milliseconds from an edit until it is written to the disk, together with the edits made meanwhile."""


class Recovered(msgspec.Struct, frozen=True):
    """What a crashed session had not saved, and the file that it belongs to."""

    project: Project
    path: Path | None
    runs: str = ""
    """What `Recovery.runs` was."""


class _Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: bytes | None
    """As the file system stores it: a path need not be valid text."""
    project: str
    runs: str = ""


class Recovery(QObject):
    """Writes the document after each edit, as long as it differs from its file.

    Every window writes a file with a random name and holds a lock beside it. The lock ends with the process:
    a file whose lock is free was left by a crash.
    """

    written = Signal()
    failed = Signal(object)
    """The Message that says why unsaved changes would be lost in a crash. Emitted once for each cause."""

    def __init__(
        self, document: Document, folder: Path, parent: QObject | None = None, delay: int = DELAY
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._folder = folder
        self._file = folder / f"{secrets.token_hex(8)}.json"
        self._lock = _lock_of(self._file)
        self.runs = ""
        """What names the folder of the document's runs as long as it has no file; kept with the rest."""
        self._claimed: tuple[Path, QLockFile] | None = None
        self._failing = False
        self._left = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay)
        self._timer.timeout.connect(self._write_soon)
        self._writing = Newest(self)
        document.changed.connect(self._follow)
        document.modified_changed.connect(self._follow)
        # what is edited while it is saved for the first time belongs to a file afterwards
        document.path_changed.connect(self._follow)

    def write(self) -> None:
        """Writes unsaved changes now, and returns when they are on the disk."""
        self._write_soon()
        self._writing.finish()

    @Slot()
    def _write_soon(self) -> None:
        """Writes unsaved changes beside the window: flushing a file takes several frames."""
        self._timer.stop()
        if not self._document.modified:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # before the file is written, or another window could take it for one left by a crash
            self._lock.tryLock(0)
        except OSError as error:
            self._tell_failure(
                message(
                    "Unsaved changes would be lost in a crash: the folder “{path}” cannot be made, {reason}.",
                    path=str(self._folder),
                    reason=error.strerror or str(error),
                )
            )
            return
        write = partial(_write, self._file, self._document.path, self._document.project, self.runs)
        self._writing.run(write, self._tell_written, self._tell_failure)

    def _tell_written(self, nothing: None) -> None:
        self._failing = False
        if self._document.modified:
            self.written.emit()
        else:
            self._drop()

    def _tell_failure(self, reason: Message) -> None:
        LOG.warning("what is not saved could not be kept for recovery: %s", reason)
        if not self._failing:
            self.failed.emit(reason)
        self._failing = True
        if not self._document.modified:
            self._drop()

    def recoverable(self) -> Recovered | None:
        """What a crash left, the newest first, or None.

        It is reserved for this window until `forget` or `close`: no other window offers it meanwhile.
        """
        if self._claimed is not None:
            return _read(self._claimed[0])
        try:
            files = sorted(self._folder.glob("*.json"), key=_age, reverse=True)
        except OSError:
            return None
        for file in files:
            lock = _lock_of(file)
            if file == self._file or not lock.tryLock(0):
                continue
            found = _read(file)
            if found is not None:
                self._claimed = (file, lock)
                return found
            lock.unlock()
        return None

    def forget(self) -> None:
        """Deletes what `recoverable` gave; the next call gives what else was left."""
        if self._claimed is not None:
            file, lock = self._claimed
            _delete(file)
            lock.unlock()
            self._claimed = None

    def close(self) -> None:
        """Ends cleanly: this session leaves nothing to recover."""
        self._writing.skip()
        self._writing.finish()
        self._drop()
        if self._claimed is not None:
            self._claimed[1].unlock()
            self._claimed = None

    def leave(self) -> None:
        """Writes what is not saved and leaves it to the next start; nothing is written after that."""
        self.write()
        self._document.changed.disconnect(self._follow)
        self._document.modified_changed.disconnect(self._follow)
        self._document.path_changed.disconnect(self._follow)
        self._left = self._document.modified

    def _follow(self) -> None:
        if not self._document.modified:
            self._drop()
        elif not self._timer.isActive():
            # not restarted by each edit: who types without a pause is safe as well
            self._timer.start()

    def _drop(self) -> None:
        self._timer.stop()
        self._writing.skip()
        if self._writing.busy:
            # the file that is being written now is dropped as soon as it is there
            return
        if self._lock.isLocked():
            if not self._left:
                _delete(self._file)
            self._lock.unlock()


def _write(file: Path, path: Path | None, project: Project, runs: str, task: Task) -> None:
    """Writes a recovery file, in a thread of its own. Raises UserError with the reason."""
    place = None if path is None else os.fsencode(path)
    snapshot = _Snapshot(place, project_to_json(project).decode(), runs)
    write_atomically(file, msgspec.json.encode(snapshot))


def _lock_of(file: Path) -> QLockFile:
    lock = QLockFile(os.fspath(file.with_suffix(".lock")))
    # stale as soon as its process is gone, whatever its age
    lock.setStaleLockTime(0)
    return lock


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _delete(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        LOG.warning("“%s” could not be deleted: %s", file, error)


def _read(file: Path) -> Recovered | None:
    """The content of a recovery file. None if it is damaged or from a newer Backbone; such a file is kept."""
    try:
        with file.open("rb") as stream:
            data = stream.read(2 * LARGEST_FILE)
        snapshot = decoded(data, _Snapshot)
        path = None if snapshot.path is None else Path(os.fsdecode(snapshot.path))
        return Recovered(project_from_json(snapshot.project.encode()), path, snapshot.runs)
    except (OSError, ValueError, RecursionError, UserError) as error:
        LOG.warning("“%s” is not recoverable: %s", file, error)
        return None
