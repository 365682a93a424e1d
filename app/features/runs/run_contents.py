"""What lies in a run's folder, taken out again: the project that it trained, and its weights."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.background.job import Job, Task
from app.feature.desk import OUTCOME, Desk
from app.training.runs import Runs
from networks.core.message import Message, UserError, visible
from networks.core.storage import write_atomically
from networks.project.project import Project, read_project
from networks.recipes.stopping import Keep
from networks.runs.kept.files import PROJECT
from networks.runs.kept.weights import weight_files
from widgets.controls.new_file import new_file

if TYPE_CHECKING:
    from torch import Tensor

ENDING = ".safetensors"


class RunContents(QObject):
    """Opens, exports and continues; every answer is a sentence in the status line."""

    def __init__(self, desk: Desk, runs: Runs) -> None:
        super().__init__(desk)
        self._desk, self._runs = desk, runs
        self._jobs: list[Job[Any]] = []

    def ask_path(self, name: str) -> Path | None:
        """Which file the weights are to be written to; a separate method, so that tests can answer."""
        kinds = [(self.tr("Weights"), ENDING)]
        return new_file(self._desk.window, self.tr("Export the weights"), name, kinds)

    def open_here(self, run: str) -> None:
        """Takes over the network and the recipe that a run trained, as one step that can be undone."""
        if (project := self._project(run)) is not None:
            words = self.tr("Go back to “{run}”").format(run=visible(self._name(run), 60))
            if project == self._desk.document.project:
                self._desk.say(self.tr("This is what is open already."), OUTCOME)
            else:
                self._desk.document.edit(project, words)
                self._desk.show_from_start()

    def open_new(self, run: str) -> None:
        """Opens what a run trained as a new project, which has no file yet."""
        if (project := self._project(run)) is not None and self._desk.files.new(project):
            self._desk.show_from_start()

    def kinds(self, run: str) -> tuple[Keep, ...]:
        """Which weights of a run lie in its folder; the last ones where only a checkpoint does."""
        folder = self._desk.runs.kept.folders.get(run)
        if folder is None:
            return ()
        project = self._desk.runs.project(run) or _project_in(folder)
        if project is None:
            return ()
        found = tuple(weight_files(folder, project.recipe.learning.stopping.keep))
        return found or (("last",) if _has_checkpoint(folder) else ())

    def export_weights(self, run: str, kind: Keep) -> None:
        """Writes weights of a run into a file that the user chooses."""
        folder = self._desk.runs.kept.folders[run]
        path = self.ask_path(f"{folder.name} {kind}{ENDING}")
        if path is not None:
            done = self.tr("“{path}” holds the weights of “{run}”.").format(
                path=visible(path.name), run=visible(self._name(run))
            )
            self._desk.writer.write_by(partial(_write, folder, kind, path), path, done)

    def continue_from(self, run: str, kind: Keep) -> None:
        """Trains the project as it is now from weights of a run, as a run of its own."""
        folder = self._desk.runs.kept.folders[run]
        self._start(lambda _: _read(folder, kind), partial(self._continue, run))

    def close(self) -> None:
        """Waits for what is being read or written."""
        for job in tuple(self._jobs):
            job.wait()

    def _continue(self, run: str, found: tuple[Project, dict[str, Tensor]]) -> None:
        project, weights = found
        row = self._desk.runs.table.rows.get(run)
        title = "" if row is None else row.name if row.summary is None else row.summary.title
        if reason := self._runs.continue_with(weights, project, title):
            self._desk.say(reason, OUTCOME)

    def _name(self, run: str) -> str:
        return self._desk.runs.table.rows[run].name

    def _project(self, run: str) -> Project | None:
        """What a run trained; where it cannot be read, the status line says why."""
        if (known := self._desk.runs.project(run)) is not None:
            return known
        try:
            return read_project(self._desk.runs.kept.folders[run] / PROJECT)
        except UserError as error:
            self._desk.say(error.reason, OUTCOME)
            return None

    def _start(self, work: Callable[[Task], Any], done: Callable[[Any], None]) -> None:
        job: Job[Any]
        job = Job(work, done, self._tell, owner=self, ended=lambda: self._jobs.remove(job))
        self._jobs.append(job)
        job.start()

    def _tell(self, reason: Message) -> None:
        self._desk.say(reason, OUTCOME)


def _has_checkpoint(folder: Path) -> bool:
    try:
        names = os.listdir(folder)
    except OSError:
        # it is gone, or may not be read: its weights cannot be read either
        return False
    return any(name.startswith("checkpoint-") and name.endswith(ENDING) for name in names)


def _project_in(folder: Path) -> Project | None:
    try:
        return read_project(folder / PROJECT)
    except UserError:
        return None


def _read(folder: Path, kind: Keep) -> tuple[Project, dict[str, Tensor]]:
    # imported late: torch takes a second
    from networks.training.keeping.kept_weights import read_weights

    project = read_project(folder / PROJECT)
    return project, read_weights(folder, project.recipe.learning.stopping.keep, kind)


def _write(folder: Path, kind: Keep, path: Path) -> None:
    from safetensors.torch import save

    _, weights = _read(folder, kind)
    write_atomically(path, save(weights, {"format": "pt"}))
