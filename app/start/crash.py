"""Catches the unexpected: one log, one dialog, and a file that tells the next start about a crash."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.background.log import LOG


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
        """Ends cleanly: no crash log is left."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)
        LOG.removeHandler(self._handler)
        self._handler.close()
        faulthandler.disable()
        self._stream.close()
        self.crash_file.unlink(missing_ok=True)

    def show_last_crash(self, parent: QWidget) -> None:
        """Shows the crash log of the last session, if it ended in a crash."""
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
