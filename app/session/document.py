"""The open project and its history: one way to change it, one signal for changes, each of them undoable."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from networks.graph.folds import settled
from networks.project.project import Project

UNDO_LIMIT = 500
"""How many steps can be undone. Successive projects share their layers, so a step takes a few kilobytes."""
MERGE_PAUSE = 1.5
"""After this many seconds without an edit the next one is a new step, even on the same field."""


class _Home:
    """Where some successive projects are saved: a file, or none yet, and the project that it holds."""

    def __init__(self, path: Path | None, saved: Project | None) -> None:
        self.path, self.saved = path, saved


class Held(NamedTuple):
    """A project of the document and its place, as they were when saving it began."""

    project: Project
    home: _Home


class Document(QObject):
    """Holds the project. `edit` is the only way in, `changed` the only way out.

    `history` serves undo actions and lists of steps; what is undone through it is announced as well. Its
    commands are empty and made by Qt; the projects before and after them are kept in a list here. Commands
    written in Python, even simple ones with a weak reference to the document, sometimes crash the garbage
    collector when a document is freed (PySide6 6.11, Python 3.11: 2 of 8 runs of the test, 0 of 8 this way).
    """

    changed = Signal(object, object)
    """The old and the new project, after every edit, undo, redo or reset that changed something."""
    modified_changed = Signal(bool)
    path_changed = Signal(object)
    """The file's path, or None for a project that was never saved. Comes before `changed`."""
    loaded = Signal()
    """Another project was opened, or a new one started. Emitted after `changed`."""

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # the projects before, between and after the steps: always one more than there are steps
        self._projects = [_settled(project)]
        self._shown = self._projects[0]
        # beside each project the file that it belongs to
        self._homes = [_Home(None, self._projects[0])]
        self._told_path: Path | None = None
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
        # counted from the end, because a full stack drops its oldest steps
        return self._projects[self._here]

    @property
    def _here(self) -> int:
        return self.history.index() - self.history.count() - 1

    @property
    def _home(self) -> _Home:
        return self._homes[self._here]

    @property
    def path(self) -> Path | None:
        """The file that `save` writes to; None for a project that was never saved."""
        return self._home.path

    @property
    def modified(self) -> bool:
        """Whether the project differs from its file."""
        return not self.history.isClean() and self.project is not self._home.saved

    def before_steps(self, most: int) -> tuple[tuple[str, Project], ...]:
        """The newest steps that could be undone, the last one first, each with the project before it."""
        here = self.history.index() - self.history.count() + len(self._projects) - 1
        return tuple(
            (self.history.text(self.history.index() - back), self._projects[here - back])
            for back in range(1, min(most, here) + 1)
        )

    def edit(self, project: Project, text: str, merge: str = "", *, detached: bool = False) -> None:
        """Replaces the project, as one undoable step named `text` (translated).

        Successive edits with the same `merge` key form one step, until there is a pause, an undo, a save or
        `end_merge`. Changing a value back to what it was at first leaves no step.

        With `detached` the new project has no file yet, so that saving it asks for one and cannot write over
        the file of the project before. Undo brings that project back together with its file.
        """
        if project.network != self.project.network or project.classes != self.project.classes:
            # rebuilding the blocks that follow belongs to the same step
            project = _settled(project)
        if project == self.project:
            return
        if not self._continues(merge):
            self._push(project, text, _Home(None, None) if detached else self._home)
        elif project == self._projects[-2]:
            self._drop_last()
            merge = ""
        else:
            self._change_last(project, text)
        # a listener may have made an edit at once: then the last step is not this one
        if merge and self.project is project:
            self._merging = (merge, monotonic())

    def end_merge(self) -> None:
        """Makes the next edit a step of its own, for instance because a field has lost the focus."""
        self._merging = None

    def undo(self) -> None:
        """Undoes the last step, if there is one."""
        self.history.undo()

    def redo(self) -> None:
        """Redoes the step that was undone last, if there is one."""
        self.history.redo()

    def reset(self, project: Project, path: Path | None = None, modified: bool = False) -> None:
        """Opens another project with an empty history. `modified` says that no file holds it."""
        self._projects = [_settled(project)]
        self._homes = [_Home(path, None if modified else self._projects[0])]
        self._tell_path(path)
        self.history.clear()
        # clearing an empty stack emits no signal
        self._follow()
        if modified:
            self.history.resetClean()
        self._tell_modified()
        self.loaded.emit()

    def hold(self) -> Held:
        """The project as it is now, to be saved while editing goes on. The next edit is a step of its own."""
        self.end_merge()
        return Held(self.project, self._home)

    def mark_saved(self, path: Path, held: Held | None = None) -> None:
        """The file at `path` now holds the project, or the one that was held when saving began."""
        held = held or self.hold()
        held.home.path = path
        self._tell_path(self.path)
        held.home.saved = held.project
        if self.project is held.project:
            self.end_merge()
            self.history.setClean()
        else:
            # edited since: no step of the history is the saved one by its number, but by its project
            self.history.resetClean()
        self._tell_modified()

    def _continues(self, merge: str) -> bool:
        if self._merging is None:
            return False
        key, moment = self._merging
        return key == merge and monotonic() - moment <= MERGE_PAUSE

    def _push(self, project: Project, text: str, home: _Home) -> None:
        undone = self.history.count() - self.history.index()
        self._projects[len(self._projects) - undone :] = [project]
        self._homes[len(self._homes) - undone :] = [home]
        self.history.beginMacro(text)
        self.history.endMacro()
        del self._projects[: -self.history.count() - 1]
        del self._homes[: -self.history.count() - 1]

    def _change_last(self, project: Project, text: str) -> None:
        self._projects[-1] = project
        self.history.command(self.history.count() - 1).setText(text)
        self.history.undoTextChanged.emit(text)
        self._announce()

    def _drop_last(self) -> None:
        del self._projects[-1]
        del self._homes[-1]
        self.history.command(self.history.count() - 1).setObsolete(True)
        # an obsolete step is deleted when it is undone
        self.history.undo()

    def _tell_path(self, path: Path | None) -> None:
        if path != self._told_path:
            self._told_path = path
            self.path_changed.emit(path)

    def _follow(self) -> None:
        self.end_merge()
        self._announce()
        self._tell_modified()

    def _announce(self) -> None:
        """Emits `changed` after the stack has moved, so that listeners may edit at once.

        Such an edit is announced after all listeners have heard of the first: they hear all changes in order.
        """
        if self._announcing:
            return
        self._announcing = True
        try:
            while self._shown is not self.project:
                old, self._shown = self._shown, self.project
                self._tell_path(self.path)
                if old != self._shown:
                    self.changed.emit(old, self._shown)
        finally:
            self._announcing = False

    def _tell_modified(self) -> None:
        if self.modified != self._modified:
            self._modified = self.modified
            self.modified_changed.emit(self._modified)


def _settled(project: Project) -> Project:
    """The project with every block rebuilt from its parameters, whatever an edit or a file made of it."""
    network = settled(project.network, project.classes)
    return project if network is project.network else replace(project, network=network)
