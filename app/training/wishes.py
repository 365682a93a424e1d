"""Changes that are wished for the run that goes on, made where a slider comes to rest."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Slot

from app.training.trainer import Trainer
from networks.recipes.steering import Value

SETTLED_MS = 300
"""How long a field rests before its number changes the run that goes on."""


class Wishes(QObject):
    """Keeps the newest value of each setting until the run takes it."""

    def __init__(self, trainer: Trainer, parent: QObject) -> None:
        super().__init__(parent)
        self._trainer = trainer
        self._values: dict[str, Value] = {}
        """By their paths in the recipe."""
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLED_MS)
        self._settling.timeout.connect(self._steer)

    def add(self, values: Mapping[str, Value]) -> None:
        """Wishes these values, by their paths in the recipe."""
        self._values |= values
        # a slider that is being dragged is one change, made where it comes to rest
        self._settling.start()

    def clear(self) -> None:
        """Wishes nothing any more: another run begins."""
        self._values.clear()

    @Slot()
    def _steer(self) -> None:
        for path in tuple(self._values):
            if self._trainer.steer(path, self._values[path]):
                del self._values[path]
        if self._values and self._trainer.busy:
            self._settling.start()
