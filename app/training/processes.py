"""Processes beside the window that train: one command at a time, started and stopped, and what it said."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from networks.core.message import Message, message, visible

LOOK_MS = 300
"""How often they are looked after."""
CLOSE_SECONDS = 10.0
"""So long the window waits when it is closed; then they end by themselves, after their batch."""
_SAID = "backbone: "
"""Before what the program says when it gives up; others may say more after it."""


class Processes(QObject):
    """Runs a command of `backbone`, which may start further processes.

    What becomes of the runs is read from their files, as of any other program. That the window ends, by a
    crash as well, does no harm: the processes train on.
    """

    changed = Signal()
    """They were started, or have ended."""
    failed = Signal(object)
    """They ended with an error; a Message."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: subprocess.Popen[bytes] | None = None
        self._told: IO[bytes] | None = None
        """What they say; open only as long as they are at it, so that no window leaves a file open."""
        self._stopped = False
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether they are at it."""
        return self._process is not None

    def run(self, command: Sequence[str]) -> bool:
        """Starts a command, unless one is at it; says whether it did."""
        if self._process is not None:
            return False
        told = tempfile.TemporaryFile()  # noqa: SIM115 - closed when they end, or with the window
        try:
            self._process = subprocess.Popen(
                [*command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told
            )
        except OSError as error:
            told.close()
            reason = error.strerror or str(error)
            self.failed.emit(message("No process could be started: {reason}.", reason=reason))
            return False
        self._stopped, self._told = False, told
        self.destroyed.connect(told.close)
        self._looking.start()
        return True

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
        if self._told is not None:
            self._told.close()

    def over(self) -> None:
        """Called when they have ended, before anything is told of it."""

    def words(self, code: int, last: str) -> Message:
        """What is told of an error; `last` is what they have said at the end, and may be empty."""
        if not last:
            return message("The processes have ended with code {code}.", code=code)
        return message("The processes have ended: {last}", last=last)

    @Slot()
    def _look(self) -> None:
        if self._process is None or (code := self._process.poll()) is None:
            return
        self._looking.stop()
        stopped, self._process = self._stopped, None
        last = self._last()
        self.over()
        self.changed.emit()
        if code and not stopped:
            self.failed.emit(self.words(code, last))

    def _last(self) -> str:
        """What the program said when it gave up, else the last line. It says no more."""
        assert self._told is not None
        with self._told as told:
            told.seek(0)
            lines = [line.strip() for line in told.read().decode(errors="replace").split("\n")]
        said = [line.removeprefix(_SAID) for line in lines if line.startswith(_SAID)]
        return visible((said or ["", *filter(None, lines)])[-1], 300)
