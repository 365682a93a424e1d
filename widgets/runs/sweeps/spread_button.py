"""The button that has a sweep trained elsewhere: in processes of this machine, or by commands on others."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from networks.core.message import plural
from widgets.look.translation import said

PROCESSES, COMMANDS, SLURM = "processes", "commands", "slurm"
_MOST = 64


class SpreadButton(QPushButton):
    """A menu of the ways."""

    wished = Signal(str, int)
    """One of them: PROCESSES and how many, COMMANDS or SLURM."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setText(self.tr("Elsewhere"))
        self.setToolTip(self.tr("Train several runs at the same time, or on other machines"))
        self.setAccessibleName(self.tr("Train elsewhere"))
        menu = QMenu(self)
        for count in counts(os.cpu_count() or 1):
            words = said(plural("In {count} process", "In {count} processes", count=count))
            menu.addAction(words).triggered.connect(lambda _=False, n=count: self.wished.emit(PROCESSES, n))
        menu.addSeparator()
        for words, kind in (
            (self.tr("Write a list of commands…"), COMMANDS),
            (self.tr("Write a Slurm array script…"), SLURM),
        ):
            menu.addAction(words).triggered.connect(lambda _=False, each=kind: self.wished.emit(each, 0))
        self.setMenu(menu)


def counts(cores: int) -> tuple[int, ...]:
    """How many processes are offered: 2, 4, 8 … and as many as there are cores."""
    most = min(max(2, cores), _MOST)
    found = [count for count in (2, 4, 8, 16, 32) if count < most]
    return (*found, most)
