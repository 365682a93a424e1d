"""The menu of recently used files."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.session.recent import RecentFiles
from networks.core.message import visible


class RecentMenu(QMenu):
    """Lists the files each time it opens."""

    chosen = Signal(object)
    """The path of a file that is to be opened."""

    def __init__(self, recent: RecentFiles, parent: QWidget) -> None:
        super().__init__(self.tr("Open &recent"), parent)
        self.setObjectName("recent")
        self._recent = recent
        self.aboutToShow.connect(self._fill)
        self.triggered.connect(self._take)

    @Slot()
    def _fill(self) -> None:
        self.clear()
        paths = self._recent.paths()
        for path in paths:
            text = f"{visible(path.name)} — {visible(os.fspath(path.parent))}"
            action = self.addAction(text.replace("&", "&&"))
            action.setData(os.fsencode(path).hex())
        if not paths:
            self.addAction(self.tr("No files yet")).setEnabled(False)
            return
        self.addSeparator()
        self.addAction(self.tr("Clear this list"))

    @Slot(QAction)
    def _take(self, action: QAction) -> None:
        data = action.data()
        if data is None:
            self._recent.clear()
        else:
            self.chosen.emit(Path(os.fsdecode(bytes.fromhex(data))))
