"""New, open and save: moves projects between the document and files, and loses nothing unasked."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.background.job import Job, Task
from app.session.document import Document, Held
from app.session.file_dialogs import SUFFIX, FileDialogs
from app.session.left_runs import UnsavedRuns, is_name, new_name
from app.session.places import data_folder
from app.session.recent import RecentFiles
from app.session.recent_menu import RecentMenu
from app.session.recovery import Recovery
from app.session.settings import Settings
from app.session.signature import Signature, signature
from networks.core.message import Message, UserError, message, visible
from networks.project.project import Project, blank_project, read_project, write_project
from networks.runs.kept.files import HEADER, PROJECT
from networks.runs.kept.folders import runs_folder
from networks.runs.kept.reading import is_run


class Files(QObject):
    """Opens and saves projects. Nothing unsaved is thrown away without asking."""

    title_changed = Signal()
    opened = Signal()
    """The document holds another project, a new one or one from a file."""
    saved = Signal(object)
    """The document was written to this path."""
    run_opened = Signal(object)
    """The run in this folder is to be shown; where it is another project's, that was opened before."""

    def __init__(
        self,
        document: Document,
        window: QWidget,
        settings: Settings | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__(window)
        self.document = document
        self.recent = RecentFiles(settings or Settings(), self)
        self.recovery = Recovery(document, (folder or data_folder()) / "recovery", self)
        self._restored = ""
        """What named the runs of a document that is being restored."""
        self.unsaved = UnsavedRuns((folder or data_folder()) / "runs")
        self.recovery.runs = new_name()
        self.dialogs = FileDialogs(document, self.recent, self.runs_folder, window)
        self._seen: dict[Path, Signature | None] = {}
        self._job: Job[Signature | None] | None = None
        self._again = False
        """Whether saving was asked for once more while a file was being written."""
        self._succeeded = True
        """Whether the last file could be written."""
        document.loaded.connect(self._open)
        document.path_changed.connect(self._tell_title)
        document.modified_changed.connect(self._tell_title)

    def title(self) -> str:
        """The file's name, with a star if there are unsaved changes: `lenet.json *`."""
        path = self.document.path
        name = self.tr("Untitled") if path is None else visible(path.name)
        return f"{name} *" if self.document.modified else name

    def runs_folder(self) -> Path:
        """Where runs of the project are kept: beside its file, or in the program's own folder without one."""
        path = self.document.path
        return self.unsaved_runs() if path is None else runs_folder(path)

    def unsaved_runs(self) -> Path:
        """Where they are kept as long as the project has no file."""
        return self.unsaved.folder(self.recovery.runs)

    # new and open

    def new(self, project: Project | None = None) -> bool:
        """Starts a new project. Returns whether it did."""
        if not self.may_discard():
            return False
        self._seen.clear()
        self.document.reset(blank_project() if project is None else project)
        return True

    def open(self) -> bool:
        """Asks for a file and opens it. Returns whether it did."""
        if not self.may_discard():
            return False
        path = self.dialogs.ask_open_path()
        return path is not None and self._load(path)

    def open_run(self) -> bool:
        """Asks for the folder of a run and opens it. Returns whether it did."""
        path = self.dialogs.ask_run_path()
        return path is not None and self.open_path(path)

    def open_path(self, path: Path) -> bool:
        """Opens this file, or this folder of a run. Returns whether it did."""
        folder = run_at(Path(os.path.abspath(path)))
        if folder is not None and folder.parent == self.runs_folder():
            # it is one of the open project's
            self.run_opened.emit(folder)
            return True
        return self.may_discard() and self._load(path)

    def _load(self, path: Path) -> bool:
        # absolute, in case the program changes its working directory
        path = Path(os.path.abspath(path))
        # unlike `Path.is_dir`, it raises nothing where a folder may not be entered
        if os.path.isdir(path) or run_at(path) is not None:
            return self._load_run(path)
        # before reading, so that a change made meanwhile counts
        seen = signature(path)
        try:
            project = read_project(path)
        except UserError as error:
            if seen is None:
                self.recent.remove(path)
            self.dialogs.show_error(error.reason)
            return False
        self._seen = {path: seen}
        self.recent.add(path)
        self.document.reset(project, path)
        return True

    def _load_run(self, path: Path) -> bool:
        """Opens a copy of what a run trains, which its folder keeps as it was, and shows the run."""
        folder = run_at(path)
        try:
            if folder is None:
                raise UserError(message("“{path}” is not the folder of a run.", path=os.fspath(path)))
            project = read_project(folder / PROJECT)
        except UserError as error:
            self.dialogs.show_error(error.reason)
            return False
        self._seen.clear()
        self.recent.add(folder)
        self.document.reset(project)
        self.run_opened.emit(folder)
        return True

    def open_unsaved(self, project: Project, runs: str) -> bool:
        """Opens a project without a file, whose runs have this name. Returns whether it did."""
        if not self.may_discard():
            return False
        self._seen.clear()
        self._restored = runs
        self.document.reset(project, modified=True)
        return True

    # save

    @property
    def saving(self) -> bool:
        """Whether a file is being written. What is written counts as saved only when it is on the disk."""
        return self._job is not None

    def save(self) -> bool:
        """Saves to the document's file, or asks for one. Returns, once it is on the disk, whether it did."""
        return self.save_soon() and self.finish()

    def save_as(self) -> bool:
        """Asks for a file and saves to it. Returns, once it is on the disk, whether it did."""
        return self.save_as_soon() and self.finish()

    @Slot()
    def save_soon(self) -> bool:
        """Saves beside the window, since a disk takes several frames. Returns whether it has begun to.

        Meanwhile editing goes on. What is saved while a file is being written is written after it.
        """
        if self._job is not None:
            self._again = True
            return True
        path = self.document.path
        if path is None:
            return self.save_as_soon()
        now = signature(path)
        if now is not None and now != self._seen.get(path):
            match self.dialogs.ask_overwrite(path):
                case "save as":
                    return self.save_as_soon()
                case "cancel":
                    return False
        return self._write_soon(path)

    @Slot()
    def save_as_soon(self) -> bool:
        """Asks for a file and saves to it, beside the window. Returns whether it has begun to."""
        path = self.dialogs.ask_save_path()
        if path is None:
            return False
        if path.suffix.lower() != SUFFIX and path != self.document.path:
            # a project under the name of a picture would be opened as one
            self.dialogs.show_error(
                message("Expected a name that ends in {ending}, got “{path}”.", ending=SUFFIX, path=path.name)
            )
            return False
        return self._write_soon(Path(os.path.abspath(path)))

    def finish(self) -> bool:
        """Waits until what is being saved is on the disk. Returns whether the last one could be saved."""
        while self._job is not None:
            self._job.wait()
        return self._succeeded

    def _write_soon(self, path: Path) -> bool:
        self.finish()  # what another dialog was asked for meanwhile
        held = self.document.hold()
        self._job = Job(
            partial(_written, held.project, path),
            partial(self._take, path, held),
            self._fail,
            owner=self,
            ended=self._end,
        )
        self._job.start()
        return True

    def _end(self) -> None:
        self._job = None

    def _take(self, path: Path, held: Held, seen: Signature | None) -> None:
        """The file is on the disk."""
        again, self._again, self._succeeded = self._again, False, True
        self._seen[path] = seen
        self.document.mark_saved(path, held)
        self.recent.add(path)
        self.saved.emit(path)
        if again and self.document.modified:
            self._succeeded = self.save_soon()

    def _fail(self, reason: Message) -> None:
        self._again = self._succeeded = False
        self.dialogs.show_error(reason)

    def _open(self) -> None:
        found, self._restored = self._restored, ""
        self.recovery.runs = found or new_name()
        self.opened.emit()

    def may_discard(self) -> bool:
        """Whether the project may be closed: it is saved, or the user saves or discards it now."""
        self.finish()
        if not self.document.modified:
            return True
        match self.dialogs.ask_discard():
            case "save":
                return self.save()
            case "discard":
                return True
            case "cancel":
                return False

    def close(self) -> None:
        """Ends cleanly: nothing is left to recover at the next start."""
        self.finish()
        self.unsaved.close()
        self.recovery.close()

    def leave(self) -> None:
        """Ends in the middle of work: what is not saved is offered at the next start."""
        self.finish()
        self.recovery.leave()

    # after a crash

    def restore(self) -> bool:
        """Opens what a crash left, after asking about the open project. Returns whether it did."""
        found = self.recovery.recoverable()
        if found is None or not self.may_discard():
            return False
        self._seen.clear()
        # a file that a stranger wrote must not name any folder
        self._restored = found.runs if is_name(found.runs) else ""
        self.document.reset(found.project, found.path, modified=True)
        # the old file may go only when this session has written one
        self.recovery.write()
        self.recovery.forget()
        return True

    def recent_menu(self, parent: QWidget) -> RecentMenu:
        """The menu of recently used files."""
        menu = RecentMenu(self.recent, parent)
        menu.chosen.connect(self.open_path)
        return menu

    def _tell_title(self) -> None:
        self.title_changed.emit()


def run_at(path: Path) -> Path | None:
    """The folder of a run that is meant by its own path or by that of one of its files; None if none is."""
    for folder in (path, path.parent) if path.name in (PROJECT, HEADER) else (path,):
        if is_run(folder):
            return folder
    return None


def _written(project: Project, path: Path, task: Task) -> Signature | None:
    """Writes a project, in a thread of its own, and gives what tells the file from a later one."""
    write_project(project, path)
    return signature(path)
