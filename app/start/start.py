"""Opens the window: what must happen before, what is warmed up after, and what catches the unexpected."""

from __future__ import annotations

import faulthandler
import gc
import logging
import sys
import threading
import traceback
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    Qt,
    QThread,
    QTimer,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.session.places import data_folder

if TYPE_CHECKING:
    from app.window.window import MainWindow

LOG = logging.getLogger("backbone")


class TorchLoader(QThread):
    """Imports torch while the window already stands; torch takes longer than the rest of the start."""

    loaded = Signal(object, str)
    """The devices that torch finds, and its version."""
    failed = Signal(str)

    def run(self) -> None:
        problem = ""
        try:
            import torch
            import torch._dynamo

            from networks.training.devices import devices
            from networks.training.run import Run  # noqa: F401  what Train needs is then there

            found, version = devices(), torch.__version__
        except BaseException as error:
            LOG.exception("torch could not be loaded")
            problem = f"{type(error).__name__}: {error}"
        if problem:
            self.failed.emit(problem)
        else:
            self.loaded.emit(found, version)


class GarbageCollector(QObject):
    """Runs Python's cyclic collector in the window's thread only.

    In the training thread it would free Qt's objects there and crash; switched off it would leak. Freezing
    takes what is imported out of its sight, so that a collection takes well under a millisecond.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(1000)

    def freeze(self) -> None:
        """Takes everything that is alive now out of the collector's sight."""
        gc.freeze()

    def _collect(self) -> None:
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return


class CrashReporter(QObject):
    """Leads everything unexpected to one log and one dialog; a hard crash is shown at the next start."""

    _reported = Signal(str, str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder.mkdir(parents=True, exist_ok=True)
        self.crash_file = folder / "crash.log"
        self.log_file = folder / "backbone.log"
        self.last_crash = _read(self.crash_file)
        self._stream: TextIO = self.crash_file.open("w", encoding="utf-8")
        faulthandler.enable(self._stream)
        handler = logging.FileHandler(self.log_file, mode="w", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
        self._handler = handler
        self._open = False
        # queued: an exception in another thread is shown by the window's thread
        self._reported.connect(self._show, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(self._on_qt_message)

    def close(self) -> None:
        """A clean end leaves no crash log."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)
        LOG.removeHandler(self._handler)
        self._handler.close()
        faulthandler.disable()
        self._stream.close()
        self.crash_file.unlink(missing_ok=True)

    def show_last_crash(self, parent: QWidget) -> None:
        """Tells about the last time, where it ended in a crash."""
        if self.last_crash:
            self._dialog(
                self.tr("Backbone ended unexpectedly the last time. The details may help to find out why."),
                self.last_crash,
                parent,
            ).open()

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        LOG.error("unexpected error\n%s", details)
        print(details, file=sys.stderr, end="")  # noqa: T201  who started it from a terminal sees it there
        self._reported.emit(f"{kind.__name__}: {error}", details)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        LOG.log(
            logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING, text
        )

    def _show(self, summary: str, details: str) -> None:
        if self._open:
            return
        sentence = self.tr("Something went wrong that should not have: {summary}. Your project is untouched.")
        dialog = self._dialog(sentence.format(summary=summary), details, QApplication.activeWindow())
        self._open = True
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self._open = False

    def _dialog(self, sentence: str, details: str, parent: QWidget | None) -> QMessageBox:
        box = QMessageBox(QMessageBox.Icon.Warning, "Backbone", sentence, parent=parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setDetailedText(details)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def make_application() -> QApplication:
    """The one QApplication, with the names under which settings are kept."""
    QCoreApplication.setOrganizationName("Backbone")
    QCoreApplication.setApplicationName("Backbone")
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])


def run_window(path: Path | None) -> int:
    """Opens the window, with a project file where one is given, and gives the exit code."""
    application = make_application()
    # after pyqtgraph, which installs a hook of its own
    from app.window.window import MainWindow

    reporter = CrashReporter(data_folder())
    window = MainWindow()
    window.show()
    collector = GarbageCollector(window)
    window.torch_loaded.connect(collector.freeze)
    # behind the first paint: the loader shares the interpreter with it
    window.painted.connect(window.load_torch)
    window.painted.connect(partial(_begin, window, path, reporter))
    code = application.exec()
    reporter.close()
    gc.enable()
    return code


def _begin(window: MainWindow, path: Path | None, reporter: CrashReporter) -> None:
    """What asks or shows something, once the window stands."""
    reporter.show_last_crash(window)
    if path is not None:
        window.open_path(path)
    window.offer_recovery()
