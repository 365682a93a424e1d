"""The stored pictures that judgements are about: at once from memory, or decoded beside the window."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import Task
from app.background.log import LOG
from app.background.newest import Newest
from networks.core.message import Message
from networks.recipes.datasets import Dataset

Pixels = NDArray[np.uint8]

KEPT = 400
"""Pictures that were decoded and are kept, in case they are looked at again."""


class JudgedPictures(QObject):
    """Gives pictures by their index in the data set; one that is still to be decoded comes later."""

    arrived = Signal()
    """Pictures that were asked for have been decoded."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._pixels: Pixels | None = None
        self._decoded: OrderedDict[int, Pixels] = OrderedDict()
        self._wished: dict[int, None] = {}
        self._newest = Newest(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._decode)

    def show_dataset(self, dataset: Dataset, pixels: Pixels | None) -> None:
        """Gives pictures of this set; `pixels` are all of them, where they are in memory."""
        if dataset != self._dataset:
            self._decoded.clear()
            self._wished.clear()
        self._dataset, self._pixels = dataset, pixels

    def get(self, row: int) -> Pixels | None:
        """One picture, height×width×channels; None where it is being decoded."""
        if self._pixels is not None:
            found: Pixels = self._pixels[row]
            return found
        if row in self._decoded:
            return self._decoded[row]
        self._wished[row] = None
        if not self._timer.isActive():
            self._timer.start()
        return None

    def close(self) -> None:
        """Waits for the pictures that are being decoded."""
        self._timer.stop()
        self._newest.skip()
        self._newest.finish()

    @Slot()
    def _decode(self) -> None:
        dataset, rows = self._dataset, tuple(self._wished)
        self._wished.clear()
        if dataset is not None and rows:
            self._newest.run(
                partial(_decoded, dataset, rows), partial(self._take, dataset), partial(self._miss, rows)
            )

    def _take(self, dataset: Dataset, found: dict[int, Pixels]) -> None:
        if dataset != self._dataset:
            return
        self._decoded.update(found)
        while len(self._decoded) > KEPT:
            self._decoded.popitem(last=False)
        self.arrived.emit()

    def _miss(self, rows: tuple[int, ...], reason: Message) -> None:
        LOG.warning("%d pictures could not be decoded: %s", len(rows), reason)


def _decoded(dataset: Dataset, rows: tuple[int, ...], _: Task) -> dict[int, Pixels]:
    return dict(zip(rows, dataset.images_at(rows), strict=True))
