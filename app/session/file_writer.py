"""Files that are exported: written beside the window, told of once they are on the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.background.in_order import InOrder
from app.background.job import broke_off
from networks.core.message import Message, visible
from networks.core.storage import write_atomically
from widgets.look.translation import said

Write = Callable[[], Message | None]
"""Writes a file, and may add a sentence to what is said of it. Runs in another thread."""


class FileWriter(QObject):
    """Writes one file after the other: a disk takes several frames. What is told of is there."""

    begun = Signal(str)
    """A file is being written, or waits for those before it; a sentence."""
    written = Signal(object, str)
    """The path of a file that is on the disk, and the sentence that says what is in it."""
    failed = Signal(object)
    """The Message that says why a file was not written. The old one is as it was."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._in_order = InOrder(self)
        self._failures = 0

    @property
    def busy(self) -> bool:
        """Whether a file is being written."""
        return self._in_order.busy

    def write(self, path: Path, data: bytes, sentence: str) -> None:
        """Writes a file that holds `data`; `sentence` is what is said once it is there."""

        def write() -> None:
            write_atomically(path, data)

        self.write_by(write, path, sentence)

    def write_by(
        self,
        write: Write,
        path: Path,
        sentence: str,
        *,
        ended: Callable[[], None] = lambda: None,
        explain: Callable[[BaseException], Message] = broke_off,
        stack: int = 0,
    ) -> None:
        """Has `write` make a file. `ended` is called when it has, before anything is said. See `Job`."""

        def tell(note: Message | None) -> None:
            ended()
            self.written.emit(path, sentence if note is None else f"{sentence} {said(note)}")

        def fail(reason: Message) -> None:
            self._failures += 1
            ended()
            self.failed.emit(reason)

        self.begun.emit(self.tr("Writing “{path}”…").format(path=visible(path.name)))
        self._in_order.run(lambda _: write(), tell, fail, explain=explain, stack=stack)

    def finish(self) -> bool:
        """Waits until all files are on the disk. Returns whether none of those that it waited for failed."""
        before = self._failures
        self._in_order.finish()
        return self._failures == before
