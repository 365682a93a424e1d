"""The menu that writes the network for other programs: source, ONNX, weights and a picture.

What writes is imported when it is asked for: the window is there sooner.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, QThread, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QMenu, QProgressBar, QVBoxLayout, QWidget

from app.feature.commands import Command, make_action
from app.session.document import Document
from app.session.files import Files, visible
from app.training.trainer import Trainer
from networks.core.message import Message, UserError, message
from networks.core.storage import write_atomically
from networks.graph.presentation import Folding
from widgets.look import theme

LOG = logging.getLogger("backbone")
STACK = 16 * 2**20
"""Bytes; torch traces networks recursively, and a thread's own stack on macOS is a thirtieth of this."""


class Exports(QObject):
    """Asks where to, writes, and tells what it wrote; what takes seconds leaves the window alive."""

    told = Signal(str)
    """What was written where, or why nothing was, for the status line."""

    def __init__(
        self,
        document: Document,
        trainer: Trainer,
        files: Files,
        folding: Callable[[], Folding],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._trainer, self._files = document, trainer, files
        self._folding, self._window = folding, window
        self._writing: _Writing | None = None
        self._notice: _Notice | None = None
        self._sentence = ""

    def commands(self) -> tuple[Command, ...]:
        """The entries of the menu."""
        return (
            Command("export_source", "file", self.tr("PyTorch &source…"), self.export_source),
            Command(
                "export_training_script",
                "file",
                self.tr("&Training script…"),
                self.export_training_script,
            ),
            Command("export_onnx", "file", self.tr("&ONNX…"), self.export_onnx),
            Command("export_weights", "file", self.tr("Trained &weights…"), self.export_weights),
            Command("export_picture", "file", self.tr("&Picture…"), self.export_picture),
        )

    def menu(self, parent: QWidget) -> QMenu:
        """File ▸ Export."""
        menu = QMenu(self.tr("&Export"), parent)
        menu.setObjectName("export")
        for command in self.commands():
            menu.addAction(make_action(command, parent, parent))
        return menu

    @property
    def busy(self) -> bool:
        """Whether something is being written in a thread."""
        return self._writing is not None

    def close(self) -> None:
        """Waits for what is being written."""
        if self._writing is not None:
            self._writing.wait()
            self._end()

    # what can be exported

    def export_source(self) -> None:
        """The network as a Python module that imports only torch."""
        path = self._ask(self.tr("Export PyTorch source"), self._name(".py"), [("Python", ".py")])
        if path is None:
            return
        project = self._document.project
        title = self._title()

        from networks.source import source

        def write() -> None:
            write_atomically(path, source(project.network, project.classes, title).text.encode())

        self._write(write, self.tr("“{path}” holds the network as PyTorch source.").format(path=shown(path)))

    def export_training_script(self) -> None:
        """The source with the images, the recipe and a loop: what goes on without Backbone."""
        path = self._ask(self.tr("Export training script"), self._name("_training.py"), [("Python", ".py")])
        if path is None:
            return
        project = self._document.project
        title = self._title()

        def write() -> None:
            # imports torch
            from networks.exporting.files import save_training_script

            save_training_script(project, path, title)

        from networks.source.training_script import data_file

        sentence = self.tr("“{path}” trains this network by this recipe; its images are in “{data}”.")
        self._write_in_thread(
            write, sentence.format(path=shown(path), data=data_file(project.recipe.data.dataset))
        )

    def export_onnx(self) -> None:
        """The network as ONNX: with the last run's weights where it is the one that was trained."""
        if self._trainer.busy:
            self.told.emit(
                self.tr("A network that is being trained changes all the time: stop the run, then export.")
            )
            return
        path = self._ask(self.tr("Export ONNX"), self._name(".onnx"), [("ONNX", ".onnx")])
        if path is None:
            return
        project, run, weights = self._document.project, self._trainer.run, None
        if run is not None:
            # a run has imported torch
            from networks.exporting.files import trained_weights

            weights = trained_weights(run, project)
        if weights is None:
            sentence = self.tr(
                "“{path}” holds the network with its first weights, of seed {seed}: no run has trained it."
            ).format(path=shown(path), seed=project.recipe.learning.seed)
        else:
            sentence = self.tr("“{path}” holds the network with its trained weights.").format(
                path=shown(path)
            )

        def write() -> None:
            from networks.exporting.files import save_onnx

            save_onnx(project, path, weights)

        self._write_in_thread(write, sentence)

    def export_weights(self) -> None:
        """The last run's weights as safetensors."""
        run = self._trainer.run
        if run is None or self._trainer.busy:
            self.told.emit(
                self.tr("There are no trained weights yet: train first, or stop the run that is going on.")
            )
            return
        path = self._ask(
            self.tr("Export trained weights"), "weights.safetensors", [("safetensors", ".safetensors")]
        )
        if path is None:
            return
        from networks.exporting.files import save_weights

        self._write(
            partial(save_weights, run, path),
            self.tr("“{path}” holds the weights of the last run.").format(path=shown(path)),
        )

    def export_picture(self) -> None:
        """The network as vectors, as it is folded on the canvas."""
        kinds = [("SVG", ".svg"), ("PDF", ".pdf")]
        path = self._ask(self.tr("Export picture"), self._name(".svg"), kinds)
        if path is None:
            return
        from widgets.canvas.picture import write_pdf, write_svg

        write = write_pdf if path.suffix.lower() == ".pdf" else write_svg
        self._write(
            partial(write, self._folding(), path),
            self.tr("“{path}” holds the picture of the network.").format(path=shown(path)),
        )

    # writing

    def _write(self, write: Callable[[], None], sentence: str) -> None:
        try:
            write()
        except UserError as error:
            self._files.show_error(error.reason)
        else:
            self.told.emit(sentence)

    def _write_in_thread(self, write: Callable[[], None], sentence: str) -> None:
        """Nothing else can be done meanwhile: training and exporting draw from the same random numbers."""
        self._sentence = sentence
        self._notice = _Notice(self.tr("Exporting…"), self._window)
        self._writing = _Writing(write, self)
        self._writing.finished.connect(self._end)
        self._notice.open()
        self._writing.start()

    @Slot()
    def _end(self) -> None:
        writing, notice = self._writing, self._notice
        if writing is None or notice is None:
            return
        writing.wait()
        self._writing = self._notice = None
        problem = writing.problem
        writing.deleteLater()
        notice.finish()
        # what torch left behind is freed here, on the thread where Qt's objects may be freed too
        gc.collect()
        if problem is None:
            self.told.emit(self._sentence)
        else:
            self._files.show_error(problem)

    # questions; a method of its own so that tests can answer

    def ask_path(self, dialog: QFileDialog) -> Path | None:
        """Which file to write to; asks again where there is one already."""
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        chosen = dialog.selectedFiles()
        return Path(os.path.abspath(chosen[0])) if accepted and chosen else None

    def _ask(self, title: str, name: str, kinds: Sequence[tuple[str, str]]) -> Path | None:
        dialog = QFileDialog(self._window, title, self._folder())
        suffixes = {f"{kind} (*{suffix})": suffix for kind, suffix in kinds}
        dialog.setNameFilters(list(suffixes))
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kinds[0][1])
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(suffixes[chosen]))
        dialog.selectFile(name)
        path = self.ask_path(dialog)
        dialog.deleteLater()
        return path

    def _name(self, suffix: str) -> str:
        return (self._title() or self.tr("network")) + suffix

    def _title(self) -> str:
        path = self._document.path
        return "" if path is None else path.stem

    def _folder(self) -> str:
        path = self._document.path
        if path is not None and path.parent.is_dir():
            return os.fspath(path.parent)
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


class _Writing(QThread):
    """Writes one file; `problem` is why it did not, or None."""

    def __init__(self, write: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.setStackSize(STACK)
        self._write = write
        self.problem: Message | None = None

    def run(self) -> None:
        try:
            self._write()
        except UserError as error:
            self.problem = error.reason
        except BaseException as error:
            LOG.exception("an export broke off")
            reason = f"{type(error).__name__}: {error}"
            self.problem = message("The export broke off. The reason that was given: {reason}", reason=reason)


class _Notice(QDialog):
    """Says that something is going on, and stays until it is told that it has ended."""

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
        bar.setMinimumWidth(220)
        bar.setAccessibleName(text)
        column.addWidget(QLabel(text))
        column.addWidget(bar)

    def finish(self) -> None:
        """It has ended."""
        super().accept()

    def accept(self) -> None:
        pass

    def reject(self) -> None:
        """Escape: a file that is half written cannot be left."""


def shown(path: Path) -> str:
    """The file's name, as it can be shown."""
    return visible(path.name)
