"""The button that has a sweep trained elsewhere: in processes of this machine, or by commands on others."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from networks.core.message import plural
from widgets.controls.clear_menu import clear_menu
from widgets.look.gpu_names import numbers_of_gpus, together
from widgets.look.translation import said

PROCESSES, COMMANDS, SLURM = "processes", "commands", "slurm"
_MOST = 64


class ElsewhereButton(QPushButton):
    """A menu of the ways."""

    wished = Signal(str, int)
    """One of them: PROCESSES and how many, COMMANDS or SLURM."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setText(self.tr("Elsewhere"))
        self.setToolTip(self.tr("Train several runs at the same time, or on other machines"))
        self.setAccessibleName(self.tr("Train elsewhere"))
        self.setMenu(QMenu(self))
        self._gpus: tuple[str, ...] = ()
        self._fill()

    def show_gpus(self, gpus: tuple[str, ...]) -> None:
        """The GPUs that may train, by their names; none where the project trains on something else."""
        if gpus != self._gpus:
            self._gpus = gpus
            self._fill()

    def _fill(self) -> None:
        menu = self.menu()
        clear_menu(menu)
        for count in numbers_of_gpus(len(self._gpus)):
            words = said(
                plural(
                    "On {count} GPU, a run on each: {names}",
                    "On {count} GPUs, a run on each: {names}",
                    count=count,
                    names=together(self._gpus[:count]),
                )
            )
            self._add(words, PROCESSES, count)
        if not menu.isEmpty():
            menu.addSeparator()
        for count in counts(os.cpu_count() or 1):
            self._add(
                said(plural("In {count} process", "In {count} processes", count=count)), PROCESSES, count
            )
        menu.addSeparator()
        self._add(self.tr("Write a list of commands…"), COMMANDS)
        self._add(self.tr("Write a Slurm array script…"), SLURM)

    def _add(self, words: str, kind: str, count: int = 0) -> None:
        self.menu().addAction(words).triggered.connect(lambda _=False: self.wished.emit(kind, count))


def counts(cores: int) -> tuple[int, ...]:
    """How many processes are offered: 2, 4, 8 … and as many as there are cores."""
    most = min(max(2, cores), _MOST)
    found = [count for count in (2, 4, 8, 16, 32) if count < most]
    return (*found, most)
