"""Lets a sweep be trained elsewhere: in processes of this machine, or by scripts for other machines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.feature.desk import OUTCOME, Desk
from app.training.sweep_processes import SweepProcesses
from networks.core.message import plural, visible
from networks.runs.kept.folders import words_of
from networks.runs.sweeps.queue import Queue
from networks.runs.sweeps.scripts import command_list, slurm_array
from widgets.controls.new_file import new_file
from widgets.look.translation import said

PROCESSES, COMMANDS = "processes", "commands"


class SweepElsewhere(QObject):
    """Asks where the file is to be, before the sweep is made; starts and stops the processes."""

    def __init__(self, desk: Desk, program: Sequence[str], parent: QObject) -> None:
        """`program` is how Backbone is started in a terminal."""
        super().__init__(parent)
        self._desk, self._program = desk, program
        self.processes = SweepProcesses(program, self)
        self.processes.failed.connect(desk.say)

    def close(self) -> None:
        """Stops the processes."""
        self.processes.close()

    def ask_path(self, kind: str) -> Path | None:
        """Which file is to be written; a separate method, so that tests can answer."""
        title = self.tr("Write the runs for other machines")
        if kind == COMMANDS:
            return new_file(self._desk.window, title, "sweep.txt", [(self.tr("Commands"), ".txt")])
        return new_file(self._desk.window, title, "sweep.sh", [(self.tr("Slurm array script"), ".sh")])

    def asked(self, kind: str, count: int) -> Callable[[Queue], None] | None:
        """What is to be done with the sweep; None where nothing is."""
        if kind == PROCESSES:
            if self.processes.folder is None:
                return lambda queue: self.processes.start(queue.folder, count)
            self._desk.say(
                self.tr("Processes are at work on “{sweep}” already: stop them first.").format(
                    sweep=words_of(self.processes.folder)
                ),
                OUTCOME,
            )
            return None
        if self._desk.document.path is None:
            # the folder of its runs would move
            self._desk.say(
                self.tr("Save the project first: other machines look for its runs beside it."), OUTCOME
            )
            return None
        path = self.ask_path(kind)
        return None if path is None else partial(self._write, kind, path)

    def _write(self, kind: str, path: Path, queue: Queue) -> None:
        count = len(queue.numbers())
        if kind == COMMANDS:
            text = command_list(queue, self._program)
            words = plural(
                "“{path}” holds {count} command. It takes the run, on any machine that has “{folder}”.",
                "“{path}” holds {count} commands. Each takes a run, on any machine that has “{folder}”.",
                count=count,
                path=visible(path.name),
                folder=visible(str(queue.folder.absolute())),
            )
        else:
            text = slurm_array(queue, self._program)
            words = plural(
                "“{path}” holds {count} job. Start it with: sbatch {path}",
                "“{path}” holds {count} jobs. Start them with: sbatch {path}",
                count=count,
                path=visible(path.name),
            )
        self._desk.writer.write(path, text.encode(), said(words))
