"""The project that is open and its history: one way in, one way out, everything can be undone."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from networks.graph.folds import settled
from networks.project.project import Project

UNDO_LIMIT = 500
"""Steps that can be undone; neighbouring projects share their layers, so that a step takes some kilobytes."""
MERGE_PAUSE = 1.5
"""Seconds without an edit after which the next one is a step of its own, even on the same field."""


class Document(QObject):
    """Holds the project. `edit` is the only way in, `changed` the only way out.

    `history` is for undo actions and for a list of the steps; what it undoes itself is told of, too. Its
    commands are empty ones that Qt makes, and the projects between them lie in a list here. Commands written
    in Python crash the garbage collector now and then when it frees a document, even flat ones that hold the
    document weakly (PySide6 6.11, Python 3.11: 2 of 8 runs of the test; 0 of 8 like this).
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
        # before, between and behind the steps: always one more than there are steps
        self._projects = [_settled(project)]
        self._shown = self._projects[0]
        self._path: Path | None = None
        self._announcing = False
        self._modified = False
        # key and time of the last edit, as long as the next one may still be merged with it
        self._merging: tuple[str, float] | None = None
        self.history = QUndoStack(self)
        self.history.setUndoLimit(UNDO_LIMIT)
        self.history.indexChanged.connect(self._follow)
        self.history.cleanChanged.connect(self._tell_modified)

    @property
    def project(self) -> Project:
        """The project as it is now."""
        # from the end: at its limit the stack drops steps at the beginning
        return self._projects[self.history.index() - self.history.count() - 1]

    @property
    def path(self) -> Path | None:
        """The file that `save` writes to; None for a project that was never saved."""
        return self._path

    @property
    def modified(self) -> bool:
        """Whether there is something that the file does not have."""
        return not self.history.isClean()

    def steps_since(self, project: Project) -> tuple[str, ...]:
        """What was done since the project was this one, the last step at the end; nothing if it never was."""
        here = self.history.index() - self.history.count() + len(self._projects) - 1
        for place in range(here, -1, -1):
            if self._projects[place] is project:
                steps = self.history.index() - (here - place)
                return tuple(self.history.text(step) for step in range(steps, self.history.index()))
        return ()

    def edit(self, project: Project, text: str, merge: str = "") -> None:
        """Makes the project another one, as a step named `text` (translated) that can be undone.

        Edits in a row with the same `merge` key are one step, until there is a pause, an undo, a save or
        `end_merge`. Turning a value back to where the row began leaves no step.
        """
        if project.network != self.project.network or project.classes != self.project.classes:
            # what an edit means for the blocks behind it belongs to the same step
            project = _settled(project)
        if project == self.project:
            return
        if not self._continues(merge):
            self._push(project, text)
        elif project == self._projects[-2]:
            self._drop_last()
            merge = ""
        else:
            self._change_last(project, text)
        # who listens may have edited at once: then the last step is theirs
        if merge and self.project is project:
            self._merging = (merge, monotonic())

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
        self._set_path(path)
        self._projects = [_settled(project)]
        self.history.clear()
        # a stack that was empty tells nothing when it is cleared
        self._follow()
        if modified:
            self.history.resetClean()
        self._tell_modified()
        self.loaded.emit()

    def mark_saved(self, path: Path) -> None:
        """The file at `path` now holds the project."""
        self.end_merge()
        self._set_path(path)
        self.history.setClean()

    def _continues(self, merge: str) -> bool:
        if self._merging is None:
            return False
        key, moment = self._merging
        return key == merge and monotonic() - moment <= MERGE_PAUSE

    def _push(self, project: Project, text: str) -> None:
        undone = self.history.count() - self.history.index()
        self._projects[len(self._projects) - undone :] = [project]
        self.history.beginMacro(text)
        self.history.endMacro()
        del self._projects[: -self.history.count() - 1]

    def _change_last(self, project: Project, text: str) -> None:
        self._projects[-1] = project
        self.history.command(self.history.count() - 1).setText(text)
        self.history.undoTextChanged.emit(text)
        self._announce()

    def _drop_last(self) -> None:
        del self._projects[-1]
        self.history.command(self.history.count() - 1).setObsolete(True)
        # an obsolete step is deleted when it is undone
        self.history.undo()

    def _set_path(self, path: Path | None) -> None:
        if path != self._path:
            self._path = path
            self.path_changed.emit(path)

    def _follow(self) -> None:
        self.end_merge()
        self._announce()

    def _announce(self) -> None:
        """Runs after the stack has moved, so that whoever listens may edit at once.

        Such an edit is told of after all have heard of the first: everybody hears the changes in their order.
        """
        if self._announcing:
            return
        self._announcing = True
        try:
            while self._shown is not self.project:
                old, self._shown = self._shown, self.project
                if old != self._shown:
                    self.changed.emit(old, self._shown)
        finally:
            self._announcing = False

    def _tell_modified(self) -> None:
        if self.modified != self._modified:
            self._modified = self.modified
            self.modified_changed.emit(self._modified)


def _settled(project: Project) -> Project:
    """Every block is what its parameters say, whatever an edit or a file did to it."""
    network = settled(project.network, project.classes)
    return project if network is project.network else replace(project, network=network)
