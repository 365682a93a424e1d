"""File ▸ Export: writes the network for other programs, as source, ONNX, weights or a picture.

What writes the files is imported when it is needed, so that the window opens sooner.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QMenu, QProgressBar, QVBoxLayout, QWidget

from app.background.job import reason_of
from app.feature.command import Command, MenuEntry, Section, Submenu, make_action
from app.feature.desk import LASTING, OUTCOME, Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from app.session.formats import Content, format_of, formats
from networks.core.message import Message, UserError, message, visible
from networks.recipes.datasets import Dataset
from networks.recipes.datasets.named import in_words
from widgets.controls.offer_bar import OfferBar
from widgets.look import theme
from widgets.look.translation import said

WORTH_A_WORD = 1_000_000
"""Bytes of images from which on a dialog says how much is written."""
STACK = 16 * 2**20
"""Bytes; torch traces networks recursively, and a thread's own stack on macOS is a thirtieth of this."""


class Exports(Feature):
    """Asks for a file, has it written beside the window, and says of each what is in it once it is there."""

    told = Signal(str)
    """What was written to which file, or why nothing was."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._document, self._trainer, self._files = desk.document, desk.trainer, desk.files
        self._writer = desk.writer
        self._writer.begun.connect(self._tell_begun)
        self._writer.written.connect(self._tell_written)
        self._writer.failed.connect(self._files.dialogs.show_error)
        self.told.connect(self._tell)
        self.offer_bar = OfferBar()
        self.offer_bar.accepted.connect(self._open_folder)
        self._written: Path | None = None
        self._notice: _Notice | None = None

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.ABOVE, self.offer_bar),)

    def commands(self) -> tuple[MenuEntry, ...]:
        return (Submenu(Section.SAVING, self.menu),)

    def menu(self, parent: QWidget) -> QMenu:
        """File ▸ Export."""
        menu = QMenu(self.tr("&Export"), parent)
        menu.setObjectName("export")
        for name, title, export in (
            ("export_source", self.tr("PyTorch &source…"), self.export_source),
            ("export_training_script", self.tr("&Training script…"), self.export_training_script),
            ("export_run_script", self.tr("Training script of the last &run…"), self.export_run_script),
            ("export_onnx", self.tr("&ONNX…"), self.export_onnx),
            ("export_weights", self.tr("Trained &weights…"), self.export_weights),
            ("export_picture", self.tr("&Picture…"), self.export_picture),
        ):
            menu.addAction(make_action(Command(name, Section.SAVING, title, export), parent))
        return menu

    @Slot(str)
    def _tell(self, sentence: str) -> None:
        self.desk.say(sentence, OUTCOME)

    @Slot(str)
    def _tell_begun(self, sentence: str) -> None:
        self.desk.say(sentence, LASTING)

    @Slot(object, str)
    def _tell_written(self, path: Path, sentence: str) -> None:
        """Says what was written above the canvas, where it stays, with a way to the file."""
        self._written = path
        self.offer_bar.offer(sentence, self.tr("Open the folder"), self.tr("Close"))
        self.told.emit(sentence)

    @Slot()
    def _open_folder(self) -> None:
        if self._written is not None and not self.open_folder(self._written.parent):
            self._files.dialogs.show_error(
                message("The folder “{folder}” could not be opened.", folder=os.fspath(self._written.parent))
            )

    def open_folder(self, folder: Path) -> bool:
        """Shows a folder in the system's file manager; a separate method, so that tests can replace it."""
        return QDesktopServices.openUrl(QUrl.fromLocalFile(os.fspath(folder)))

    @property
    def busy(self) -> bool:
        """Whether something is being written in the background."""
        return self._writer.busy

    def may_close(self) -> bool:
        """Waits until all files are there; where one could not be written, it can be written elsewhere."""
        return self._writer.finish()

    def close(self) -> None:
        """Waits until all files are there."""
        self._writer.finish()

    # what can be exported

    def export_source(self) -> None:
        """Writes the network as a Python module that imports only torch."""
        path = self._ask(self.tr("Export PyTorch source"), self._name(".py"), "source")
        if path is None:
            return
        project = self._document.project
        title = self._title()

        from networks.source import source

        try:
            data = source(project.network, project.classes, title).text.encode()
        except UserError as error:
            self._files.dialogs.show_error(error.reason)
            return
        words = self.tr("“{path}” holds the network as PyTorch source.")
        self._writer.write(path, data, words.format(path=shown(path)))

    def export_training_script(self) -> None:
        """Writes a script with the network, images, recipe and training loop; it needs no Backbone."""
        project = self._document.project
        words = self._with_images(self.tr("Export training script"), project.recipe.data.dataset)
        path = self._ask(words, self._name("_training.py"), "source")
        if path is None:
            return
        title = self._title()

        def write() -> None:
            # imports torch
            from networks.exporting.script import save_training_script

            save_training_script(project, path, title)

        sentence = self.tr("“{path}” trains this network by this recipe; {images}.")
        images = self._where_images_are(project.recipe.data.dataset)
        self._write_in_thread(path, write, sentence.format(path=shown(path), images=images))

    def export_run_script(self) -> None:
        """Writes a script that repeats the last run, with all that was changed while it went on."""
        run = self._trainer.run
        if run is None or self._trainer.busy:
            self.told.emit(
                self.tr("There is no finished run to repeat: train first, or stop the run in progress.")
            )
            return
        dataset = run.project.recipe.data.dataset
        words = self._with_images(self.tr("Export training script of the last run"), dataset)
        path = self._ask(words, self._name("_run.py"), "source")
        if path is None:
            return
        from networks.exporting.script import save_training_script
        from networks.source.training_script import start_file

        title = self._title()

        def write() -> None:
            save_training_script(run.project, path, title, run.course, run.first_weights)

        sentence = self.tr("“{path}” repeats the last run; {images}.")
        if run.changes:
            sentence = self.tr(
                "“{path}” repeats the last run, with all changes made while it went on; {images}."
            )
        sentence = sentence.format(path=shown(path), images=self._where_images_are(dataset))
        if run.first_weights is not None:
            beside = self.tr("The weights that it began with are in “{start}”.")
            sentence = f"{sentence} {beside.format(start=shown(start_file(path)))}"
        self._write_in_thread(path, write, sentence)

    def export_onnx(self) -> None:
        """Writes the network as ONNX, with the last run's weights if that run trained this network."""
        if self._trainer.busy:
            self.told.emit(
                self.tr("A network that is being trained changes all the time: stop the run, then export.")
            )
            return
        path = self._ask(self.tr("Export ONNX"), self._name(".onnx"), "onnx")
        if path is None:
            return
        project, run, weights = self._document.project, self._trainer.run, None
        if run is not None:
            # a run has imported torch
            from networks.exporting.weights import trained_weights, weights_words

            weights = trained_weights(run, project)
        if weights is None:
            sentence = self.tr(
                "“{path}” holds the network with its first weights, of seed {seed}: no run has trained it."
            ).format(path=shown(path), seed=project.recipe.learning.seed)
        else:
            assert run is not None
            words = self.tr("“{path}” holds the network with its trained weights.")
            which = weights_words(run, project.recipe.learning.stopping.keep)
            if which is not None:
                words = self.tr("“{path}” holds the network with its trained weights: {which}.")
            sentence = words.format(path=shown(path), which="" if which is None else said(which))

        def write() -> Message | None:
            from networks.exporting.onnx_file import save_onnx

            return save_onnx(project, path, weights)

        self._write_in_thread(path, write, sentence)

    def export_weights(self) -> None:
        """Writes the last run's weights as safetensors."""
        run = self._trainer.run
        if run is None or self._trainer.busy:
            self.told.emit(
                self.tr("There are no trained weights yet: train first, or stop the run in progress.")
            )
            return
        path = self._ask(self.tr("Export trained weights"), "weights.safetensors", "weights")
        if path is None:
            return
        from networks.exporting.weights import save_weights, weights_words

        keep = self._document.project.recipe.learning.stopping.keep
        which, words = weights_words(run, keep), self.tr("“{path}” holds the weights of the last run.")
        if which is not None:
            words = self.tr("“{path}” holds weights of the last run: {which}.")
        sentence = words.format(path=shown(path), which="" if which is None else said(which))
        # a run could go on meanwhile, and change them
        self._write_in_thread(path, partial(save_weights, run, path, keep), sentence)

    def export_picture(self) -> None:
        """Writes a picture of the network, folded as on the canvas."""
        path = self._ask(self.tr("Export picture"), self._name(".svg"), "picture")
        if path is None:
            return
        from widgets.canvas.picture import picture_data

        try:
            data = picture_data(self.desk.shown.folding, path.suffix)
        except UserError as error:
            self._files.dialogs.show_error(error.reason)
            return
        words = self.tr("“{path}” holds the picture of the network.")
        self._writer.write(path, data, words.format(path=shown(path)))

    # writing

    def _write_in_thread(self, path: Path, write: Callable[[], Message | None], sentence: str) -> None:
        """Blocks the window with a dialog: training draws from the same random numbers and changes weights.

        What `write` has to add follows the sentence.
        """
        self._notice = _Notice(self.tr("Exporting…"), self.desk.window)
        self._notice.open()
        self._writer.write_by(write, path, sentence, ended=self._end, explain=_explain, stack=STACK)

    def _end(self) -> None:
        if self._notice is not None:
            self._notice.finish()
            self._notice = None
        # what torch left behind is freed here: in another thread the collector would free Qt objects as well
        gc.collect()

    def _with_images(self, title: str, dataset: Dataset) -> str:
        """The title of the dialog, which says how much is written beside a script, where that is much."""
        if not dataset.at_hand():
            return title
        if dataset.streamed() is not None:
            return self.tr("{title}; the pictures stay in their folder").format(title=title)
        size = dataset.bytes_waiting()
        if size < WORTH_A_WORD:
            return title
        words = self.tr("{title}, with up to {size} of images beside it")
        return words.format(title=title, size=in_words(size))

    def _where_images_are(self, dataset: Dataset) -> str:
        from networks.source.training_script import data_file

        if dataset.at_hand() and dataset.streamed() is not None:
            words = self.tr("its pictures stay in their folder, and “{data}” lists them")
            return words.format(data=data_file(dataset, streamed=True))
        return self.tr("its images are in “{data}”").format(data=data_file(dataset))

    # questions; a separate method, so that tests can answer

    def ask_path(self, dialog: QFileDialog) -> Path | None:
        """Which file to write to; asks again if the file exists."""
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        chosen = dialog.selectedFiles()
        return Path(os.path.abspath(chosen[0])) if accepted and chosen else None

    def _ask(self, title: str, name: str, content: Content) -> Path | None:
        """Which file to write to; None where the user cancels or its ending is one of another content."""
        dialog = QFileDialog(self.desk.window, title, self._folder())
        suffixes = {
            f"{form.title} ({' '.join(f'*{ending}' for ending in form.endings)})": form.endings[0]
            for form in formats(content)
        }
        dialog.setNameFilters(list(suffixes))
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(formats(content)[0].endings[0])
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(suffixes[chosen]))
        dialog.selectFile(name)
        path = self.ask_path(dialog)
        dialog.deleteLater()
        if path is None:
            return None
        try:
            format_of(path, content)
        except UserError as error:
            self._files.dialogs.show_error(error.reason)
            return None
        return path

    def _name(self, suffix: str) -> str:
        return (self._title() or self.tr("network")) + suffix

    def _title(self) -> str:
        path = self._document.path
        return "" if path is None else path.stem

    def _folder(self) -> str:
        path = self._document.path
        if path is not None and os.path.isdir(path.parent):
            return os.fspath(path.parent)
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _explain(error: BaseException) -> Message:
    return message("The export broke off. The reason that was given: {reason}", reason=reason_of(error))


class _Notice(QDialog):
    """Says that a file is being written, and stays open until `finish`."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exporting")
        self.setWindowTitle("Backbone")
        self.setWindowFlag(Qt.WindowType.WindowCloseButtonHint, False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(2 * theme.SPACE)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setMinimumWidth(theme.grown(220))
        bar.setAccessibleName(text)
        column.addWidget(QLabel(text))
        column.addWidget(bar)

    def finish(self) -> None:
        """Closes: the file is written."""
        super().accept()

    def accept(self) -> None:
        pass

    def reject(self) -> None:
        """Does nothing on Escape: writing cannot be interrupted."""


def shown(path: Path) -> str:
    """The file's name, safe to show."""
    return visible(path.name)
