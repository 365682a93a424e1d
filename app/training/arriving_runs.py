"""Runs that other processes begin or go on with in the folder that is shown: they are found by themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from app.background.job import Job, Task
from networks.core.message import Message
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import begins, newest_leg, state_of
from networks.runs.kept.process import own_process
from networks.runs.kept.reading import is_run

SETTLED_MS = 300
"""After a change of the folder: whoever begins a run writes several files."""
LOOK_MS = 5_000
"""How often it is looked at anyway: of network drives and of what a run's folder holds, nothing is told."""


class Arrived(NamedTuple):
    """Folders of runs that are not shown yet, and of shown ones that ended and that somebody goes on with."""

    new: tuple[Path, ...] = ()
    resumed: tuple[Path, ...] = ()


class ArrivingRuns(QObject):
    """Looks into a folder of runs beside the window, when the system tells of a change and now and then."""

    arrived = Signal(object)
    """An `Arrived` in which something is."""

    def __init__(
        self, shown: Callable[[], Collection[Path]], ended: Callable[[], Collection[Path]], parent: QObject
    ) -> None:
        """`shown` gives the folders of all runs that are shown, `ended` those of them that could go on."""
        super().__init__(parent)
        self._shown, self._ended = shown, ended
        self._runs: Path | None = None
        self._looking: Job[Arrived] | None = None
        self._system = QFileSystemWatcher(self)
        self._system.directoryChanged.connect(self._settle)
        self._settled, self._timer = QTimer(self), QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._look)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def watch(self, runs: Path) -> None:
        """Watches this folder of runs from now on, which need not be there yet."""
        self._runs = runs
        if watched := self._system.directories():
            self._system.removePaths(watched)
        self._attend()
        self._timer.start()

    def close(self) -> None:
        """Watches nothing any more, and waits for what is being read."""
        self._runs = None
        self._timer.stop()
        self._settled.stop()
        if self._looking is not None:
            self._looking.close()
            self._looking = None

    def _attend(self) -> None:
        """Has the system tell of changes, once the folder is there."""
        if self._runs is not None and not self._system.directories() and os.path.isdir(self._runs):
            self._system.addPath(str(self._runs))

    @Slot()
    def _settle(self) -> None:
        self._settled.start()

    @Slot()
    def _look(self) -> None:
        if self._runs is None or self._looking is not None:
            return
        self._attend()
        work = partial(_arrived, self._runs, frozenset(self._shown()), tuple(self._ended()))
        self._looking = Job(work, partial(self._take, self._runs), self._miss, owner=self)
        self._looking.start()

    def _take(self, runs: Path, arrived: Arrived) -> None:
        self._looking = None
        if runs == self._runs and any(arrived):
            self.arrived.emit(arrived)

    def _miss(self, _: Message) -> None:
        """A folder that may not be listed was told of when the project was opened; it is looked at again."""
        self._looking = None


def _arrived(runs: Path, shown: frozenset[Path], ended: tuple[Path, ...], _: Task) -> Arrived:
    own = own_process()

    def by_another(folder: Path) -> bool:
        leg = newest_leg(folder)
        # what this process trains is listed as it begins
        return leg is not None and leg.process != own

    new = [
        folder
        for folder in run_folders(runs)
        if folder not in shown and is_run(folder) and not begins(folder) and by_another(folder)
    ]
    resumed = [folder for folder in ended if by_another(folder) and state_of(folder) == "running"]
    return Arrived(tuple(new), tuple(resumed))
