"""Processes beside the window that train the runs of a sweep, several at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from networks.core.message import Message, message, visible

LOOK_MS = 300
"""How often they are looked after."""
CLOSE_SECONDS = 10.0
"""So long the window waits when it is closed; then they end by themselves, after their batch."""


class SweepProcesses(QObject):
    """Starts `backbone sweep FOLDER --processes N`, which takes runs until none waits. One sweep at a time.

    What becomes of the runs is read from their files, as of any other program. That the window ends, by a
    crash as well, does no harm: the processes train on.
    """

    changed = Signal()
    """They were started, or have ended."""
    failed = Signal(object)
    """They ended with an error; a Message."""

    def __init__(self, program: Sequence[str], parent: QObject) -> None:
        """`program` is how Backbone is started in a terminal."""
        super().__init__(parent)
        self._program = program
        self.folder: Path | None = None
        """That of the sweep, as long as they are at it."""
        self.count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the window
        self._stopped = False
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)

    def start(self, folder: Path, count: int) -> None:
        """Has so many processes take the runs of this sweep."""
        if self._process is not None:
            return
        command = [*self._program, "sweep", os.fspath(folder), "--processes", str(count)]
        self._told.seek(0)
        self._told.truncate()
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._told
            )
        except OSError as error:
            reason = error.strerror or str(error)
            self.failed.emit(message("No process could be started: {reason}.", reason=reason))
            return
        self.folder, self.count, self._stopped = folder, count, False
        self._looking.start()
        self.changed.emit()

    def stop(self) -> None:
        """Asks them to end after the batch that is being computed; the runs can go on from there."""
        if self._process is not None:
            self._stopped = True
            self._process.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Stops them and waits for a while."""
        self.stop()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(CLOSE_SECONDS)
        self._looking.stop()
        self._told.close()

    @Slot()
    def _look(self) -> None:
        if self._process is None or (code := self._process.poll()) is None:
            return
        self._looking.stop()
        stopped = self._stopped
        self._process = self.folder = None
        self.changed.emit()
        if code and not stopped:
            self.failed.emit(self._reason(code))

    def _reason(self, code: int) -> Message:
        """The last line that they have said."""
        self._told.seek(0)
        lines = self._told.read().decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        if not last:
            return message("The processes of the sweep have ended with code {code}.", code=code)
        return message("The processes of the sweep have ended: {last}", last=visible(last, 300))
