"""The dialogs about project files: which to open or save, what to do with changes, what went wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QStandardPaths, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget

from app.session.document import Document
from app.session.recent import RecentFiles
from networks.core.message import Message, visible
from widgets.look.translation import said

SUFFIX = ".json"


class FileDialogs(QObject):
    """Asks, and waits for the answer. Each question is a method of its own, so that tests can answer it."""

    def __init__(
        self, document: Document, recent: RecentFiles, runs_folder: Callable[[], Path], window: QWidget
    ) -> None:
        super().__init__(window)
        self._document = document
        self._recent = recent
        self._runs_folder = runs_folder
        self._window = window

    def ask_open_path(self) -> Path | None:
        """Which file to open."""
        dialog = self._dialog(self.tr("Open project"), QFileDialog.FileMode.ExistingFile)
        return self._chosen(dialog)

    def ask_run_path(self) -> Path | None:
        """Which folder of a run to open."""
        dialog = QFileDialog(self._window, self.tr("Open the folder of a run"), self._folder())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        runs = self._runs_folder()
        if os.path.isdir(runs):
            dialog.setDirectory(os.fspath(runs))
        return self._chosen(dialog)

    def ask_save_path(self) -> Path | None:
        """Which file to save to; asks again if the file exists."""
        dialog = self._dialog(self.tr("Save project"), QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX[1:])
        path = self._document.path
        dialog.selectFile(self.tr("network") + SUFFIX if path is None else path.name)
        return self._chosen(dialog)

    def ask_discard(self) -> Literal["save", "discard", "cancel"]:
        """What to do with the unsaved changes."""
        path = self._document.path
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

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._folder())
        dialog.setNameFilters([self.tr("Backbone projects") + f" (*{SUFFIX})", self.tr("All files") + " (*)"])
        dialog.setFileMode(mode)
        return dialog

    def _folder(self) -> str:
        """Where file dialogs start: beside the project, the last one, or in the documents folder."""
        for path in (self._document.path, *self._recent.paths()[:1]):
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
