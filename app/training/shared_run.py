"""One run that several processes beside the window train together, each on a GPU of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from app.training.processes import Processes
from networks.core.message import Message, message
from networks.core.storage import write_atomically
from networks.project.project import Project, project_to_json

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--no-python")
"""torchrun by the Python that runs this program; it starts programs other than Python files as well."""


class SharedRun(Processes):
    """Starts `torchrun … backbone train PROJECT.json`; the run is watched like that of any other program."""

    def __init__(self, program: Sequence[str], parent: QObject) -> None:
        """`program` is how Backbone is started in a terminal."""
        super().__init__(parent)
        self._program, self._launcher = program, TORCHRUN
        self._place: tempfile.TemporaryDirectory[str] | None = None
        """Holds the project as it was when the run began."""

    def written(self, project: Project) -> Path:
        """Writes the project that is to be trained. For any thread. Raises UserError."""
        if self._place is None:
            self._place = tempfile.TemporaryDirectory(prefix="backbone-")
        path = Path(self._place.name) / "project.json"
        write_atomically(path, project_to_json(project))
        return path

    def start(self, project: Path, runs: Path, count: int) -> None:
        """Has this many processes train what was written, and keep the run in this folder of runs."""
        train = [*self._program, "train", os.fspath(project), "--runs", os.fspath(runs)]
        if self.run([*self._launcher, f"--nproc-per-node={count}", *train]):
            self.changed.emit()

    def close(self) -> None:
        super().close()
        if self._place is not None:
            self._place.cleanup()

    def words(self, code: int, last: str) -> Message:
        if not last:
            return message("The processes of the run have ended with code {code}.", code=code)
        return message("The processes of the run have ended: {last}", last=last)
