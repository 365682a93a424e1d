"""The project that is open and its history: one way in, one way out, everything can be undone."""

from __future__ import annotations

import weakref
from itertools import count
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from networks.project import Project

UNDO_LIMIT = 500
"""Steps that can be undone; neighbouring projects share their layers, so that a step takes some kilobytes."""
MERGE_PAUSE = 1.5
"""Seconds without an edit after which the next one is a step of its own, even on the same field."""


class Document(QObject):
    """Holds the project. `edit` is the only way in, `changed` the only way out.

    `history` is for undo actions and for a list of the steps; what it undoes itself is told of, too.
    """

    changed = Signal(object, object)
    """The old and the new project, after each edit, undo, redo and reset that made a difference."""
    modified_changed = Signal(bool)
    path_changed = Signal(object)
    """The file's path, or None for a project that was never saved."""
    loaded = Signal()
    """Another project was put in place as a whole; comes after `changed`."""

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = self._shown = project
        self._path: Path | None = None
        self._announcing = False
        self._modified = False
        self._numbers = count(1)
        # key, number and time of the last edit, while the next one may still be merged with it
        self._merging: tuple[str, int, float] | None = None
        self.history = QUndoStack(self)
        self.history.setUndoLimit(UNDO_LIMIT)
        self.history.indexChanged.connect(self._announce)
        self.history.cleanChanged.connect(self._tell_modified)

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self._project

    @property
    def path(self) -> Path | None:
        """The file that `save` writes to; None for a project that was never saved."""
        return self._path

    @property
    def modified(self) -> bool:
        """Whether there is something that the file does not have."""
        return not self.history.isClean()

    def edit(self, project: Project, text: str, merge: str = "") -> None:
        """Makes the project another one, as a step named `text` (translated) that can be undone.

        Edits in a row with the same `merge` key are one step, until there is a pause, an undo, a save or
        `end_merge`. Turning a value back to where the row began leaves no step.
        """
        if project == self._project:
            return
        number = self._number(merge)
        self.history.push(_Replace(self, project, text, number))
        self._merging = (merge, number, monotonic()) if merge else None

    def end_merge(self) -> None:
        """Makes the next edit a step of its own, such as when a field loses the focus."""
        self._merging = None

    def undo(self) -> None:
        """Takes the last step back, where there is one."""
        self.history.undo()

    def redo(self) -> None:
        """Takes the step again that was last taken back, where there is one."""
        self.history.redo()

    def reset(self, project: Project, path: Path | None = None, modified: bool = False) -> None:
        """Puts another project in place and ends the history; `modified` where no file holds it."""
        self.put(project)
        self._set_path(path)
        self.history.clear()
        if modified:
            self.history.resetClean()
        self._tell_modified()
        self.loaded.emit()

    def mark_saved(self, path: Path) -> None:
        """The file at `path` now holds the project."""
        self.end_merge()
        self._set_path(path)
        self.history.setClean()

    def put(self, project: Project) -> None:
        """Only for the commands on `history`, which then tells that it has moved."""
        self.end_merge()
        self._project = project

    def _number(self, merge: str) -> int:
        """What the step is known by on the stack, which merges neighbours of one number; −1 never merges."""
        if not merge:
            return -1
        if self._merging is not None:
            key, number, moment = self._merging
            if key == merge and monotonic() - moment <= MERGE_PAUSE:
                return number
        # the stack keeps it in a C int
        return next(self._numbers) % 2**31

    def _set_path(self, path: Path | None) -> None:
        if path != self._path:
            self._path = path
            self.path_changed.emit(path)

    def _announce(self) -> None:
        """Runs after the stack has moved, so that whoever listens may edit at once.

        Such an edit is told of after all have heard of the first: everybody hears the changes in their order.
        """
        if self._announcing:
            return
        self._announcing = True
        try:
            while self._shown is not self._project:
                old, self._shown = self._shown, self._project
                if old != self._shown:
                    self.changed.emit(old, self._shown)
        finally:
            self._announcing = False

    def _tell_modified(self) -> None:
        if self.modified != self._modified:
            self._modified = self.modified
            self.modified_changed.emit(self._modified)


class _Replace(QUndoCommand):
    """The only command: one value for another.

    It has no children, which crash PySide6, and holds the document weakly: a cycle through the stack crashes
    the garbage collector of Python 3.11.
    """

    def __init__(self, document: Document, project: Project, text: str, number: int) -> None:
        super().__init__(text)
        self._document = weakref.ref(document)
        self._before, self._after, self._number = document.project, project, number

    def redo(self) -> None:
        self._put(self._after)

    def undo(self) -> None:
        self._put(self._before)

    def id(self) -> int:
        return self._number

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Replace):
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after == self._before)
        return True

    def _put(self, project: Project) -> None:
        if (document := self._document()) is not None:
            document.put(project)
