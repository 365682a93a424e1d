"""New, open and save: moves projects between the document and files, and asks before anything is lost."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QMessageBox, QWidget

from app.background.job import Job, Task
from app.session.document import Document, Held
from app.session.left_runs import UnsavedRuns, is_name, new_name
from app.session.places import data_folder
from app.session.recent import RecentFiles
from app.session.recovery import Recovery
from app.session.settings import Settings
from app.session.signature import Signature, signature
from networks.core.message import Message, UserError, message, visible
from networks.project.project import Project, blank_project, read_project, write_project
from networks.runs.kept.files import HEADER, PROJECT
from networks.runs.kept.folders import runs_folder
from networks.runs.kept.reading import is_run
from widgets.look.translation import said

SUFFIX = ".json"


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
        self._window = window
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
        path = self.ask_open_path()
        return path is not None and self._load(path)

    def open_run(self) -> bool:
        """Asks for the folder of a run and opens it. Returns whether it did."""
        path = self.ask_run_path()
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
            self.show_error(error.reason)
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
            self.show_error(error.reason)
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
            match self.ask_overwrite(path):
                case "save as":
                    return self.save_as_soon()
                case "cancel":
                    return False
        return self._write_soon(path)

    @Slot()
    def save_as_soon(self) -> bool:
        """Asks for a file and saves to it, beside the window. Returns whether it has begun to."""
        path = self.ask_save_path()
        if path is None:
            return False
        if path.suffix.lower() != SUFFIX and path != self.document.path:
            # a project under the name of a picture would be opened as one
            self.show_error(
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
        self.show_error(reason)

    def _open(self) -> None:
        found, self._restored = self._restored, ""
        self.recovery.runs = found or new_name()
        self.opened.emit()

    def may_discard(self) -> bool:
        """Whether the project may be closed: it is saved, or the user saves or discards it now."""
        self.finish()
        if not self.document.modified:
            return True
        match self.ask_discard():
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

    # questions; each is a separate method, so that tests can answer

    def ask_open_path(self) -> Path | None:
        """Which file to open."""
        dialog = self._dialog(self.tr("Open project"), QFileDialog.FileMode.ExistingFile)
        return self._chosen(dialog)

    def ask_run_path(self) -> Path | None:
        """Which folder of a run to open."""
        dialog = QFileDialog(self._window, self.tr("Open the folder of a run"), self._folder())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        runs = self.runs_folder()
        if os.path.isdir(runs):
            dialog.setDirectory(os.fspath(runs))
        return self._chosen(dialog)

    def ask_save_path(self) -> Path | None:
        """Which file to save to; asks again if the file exists."""
        dialog = self._dialog(self.tr("Save project"), QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX[1:])
        path = self.document.path
        dialog.selectFile(self.tr("network") + SUFFIX if path is None else path.name)
        return self._chosen(dialog)

    def ask_discard(self) -> Literal["save", "discard", "cancel"]:
        """What to do with the unsaved changes."""
        path = self.document.path
        name = self.tr("Untitled") if path is None else visible(path.name)
        box = self._box(
            QMessageBox.Icon.Warning,
            self.tr("“{name}” has changes that are not saved. Save them first?").format(name=name),
        )
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        box.setEscapeButton(buttons.Cancel)
        match self._answer(box):
            case QMessageBox.ButtonRole.AcceptRole:
                return "save"
            case QMessageBox.ButtonRole.DestructiveRole:
                return "discard"
        return "cancel"

    def ask_overwrite(self, path: Path) -> Literal["overwrite", "save as", "cancel"]:
        """What to do with a file that another program has changed since it was opened or saved here."""
        box = self._box(
            QMessageBox.Icon.Warning,
            self.tr(
                "“{name}” was changed by another program since it was opened here. "
                "Overwrite it, or save to another file?"
            ).format(name=visible(path.name)),
        )
        box.addButton(self.tr("Overwrite"), QMessageBox.ButtonRole.DestructiveRole)
        other = box.addButton(self.tr("Save as…"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(other)
        box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
        match self._answer(box):
            case QMessageBox.ButtonRole.AcceptRole:
                return "save as"
            case QMessageBox.ButtonRole.DestructiveRole:
                return "overwrite"
        return "cancel"

    def show_error(self, reason: Message) -> None:
        """Shows what went wrong, and waits until the dialog is closed."""
        self._answer(self._box(QMessageBox.Icon.Warning, said(reason)))

    def recent_menu(self, parent: QWidget) -> QMenu:
        """The menu of recently used files. It is filled each time it opens."""
        menu = QMenu(self.tr("Open &recent"), parent)
        menu.setObjectName("recent")
        menu.aboutToShow.connect(self._fill_recent)
        menu.triggered.connect(self._open_recent)
        return menu

    def _fill_recent(self) -> None:
        menu = self.sender()
        assert isinstance(menu, QMenu)
        menu.clear()
        paths = self.recent.paths()
        for path in paths:
            text = f"{visible(path.name)} — {visible(os.fspath(path.parent))}"
            action = menu.addAction(text.replace("&", "&&"))
            action.setData(os.fsencode(path).hex())
        if not paths:
            menu.addAction(self.tr("No files yet")).setEnabled(False)
            return
        menu.addSeparator()
        menu.addAction(self.tr("Clear this list"))

    def _open_recent(self, action: QAction) -> None:
        data = action.data()
        if data is None:
            self.recent.clear()
        else:
            self.open_path(Path(os.fsdecode(bytes.fromhex(data))))

    def _tell_title(self) -> None:
        self.title_changed.emit()

    # dialogs

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._folder())
        dialog.setNameFilters([self.tr("Backbone projects") + f" (*{SUFFIX})", self.tr("All files") + " (*)"])
        dialog.setFileMode(mode)
        return dialog

    def _folder(self) -> str:
        """Where file dialogs start: beside the project, the last one, or in the documents folder."""
        for path in (self.document.path, *self.recent.paths()[:1]):
            if path is not None and os.path.isdir(path.parent):
                return os.fspath(path.parent)
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)

    def _chosen(self, dialog: QFileDialog) -> Path | None:
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        chosen = dialog.selectedFiles()
        dialog.deleteLater()
        return Path(chosen[0]) if accepted and chosen else None

    def _box(self, kind: QMessageBox.Icon, text: str) -> QMessageBox:
        box = QMessageBox(kind, "Backbone", "", parent=self._window)
        # file names may come from strangers: plain text only
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        return box

    def _answer(self, box: QMessageBox) -> QMessageBox.ButtonRole:
        box.exec()
        button = box.clickedButton()
        role = QMessageBox.ButtonRole.RejectRole if button is None else box.buttonRole(button)
        box.deleteLater()
        return role


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
