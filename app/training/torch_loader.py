"""Imports torch after the window is shown: torch takes longer than the rest of the start."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6 import QtCore, QtGui, QtSvg, QtWidgets
from PySide6.QtCore import QObject, Signal, Slot

from app.background.job import Job, Task, reason_of
from app.background.slices import Slices
from networks.core.message import Message, message

Torch = tuple[tuple[str, ...], str]
"""The devices that torch finds, and its version."""
_PAUSE_MS = 5
"""Between two slices of what has to be done in the window's thread before."""


class TorchLoader(QObject):
    """Loads torch, and all that training needs, in the background."""

    loaded = Signal(object, str)
    """The devices that torch finds, and its version."""
    failed = Signal(object)
    """The Message that says why there is no torch."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job[Torch] | None = None
        self._classes = Slices(_PAUSE_MS, self)
        self._classes.done.connect(self._load_the_rest)

    @Slot()
    def start(self) -> None:
        """Begins to load; `loaded` or `failed` comes when it is done."""
        self.close()
        self._classes.start(_classes_of_qt())

    @Slot()
    def _load_the_rest(self) -> None:
        # the charts of the first run, and pyqtgraph with them. In another thread it ends the program now and
        # then: pyqtgraph goes through the classes of Qt
        import widgets.curves.charts  # noqa: F401

        self._job = Job(_load, self._take, self.failed.emit, owner=self, explain=_explain)
        self._job.start()

    def close(self) -> None:
        """Waits until an import that has begun is over; it cannot be interrupted."""
        self._classes.close()
        if self._job is not None:
            self._job.close()

    def _take(self, found: Torch) -> None:
        self.loaded.emit(*found)


def _classes_of_qt() -> Iterator[None]:
    """Looks at every class that pyqtgraph goes through when it is imported: PySide makes it only then."""
    for module in (QtCore, QtGui, QtWidgets, QtSvg):
        for name in dir(module):
            getattr(module, name)
            yield


def _load(_: Task) -> Torch:
    import numpy.ma  # noqa: F401  np.unique asks for it the first time, whoever asks that
    import torch
    import torch._dynamo

    from networks.presets.nearest import nearest
    from networks.project.project import first_project
    from networks.training.engine.run import Run  # noqa: F401  what training needs is loaded then as well
    from networks.training.machine.devices import devices

    # a run is named after the preset that it is most like: the first such question makes all presets
    nearest(first_project().network)
    return devices(), torch.__version__


def _explain(error: BaseException) -> Message:
    return message(
        "torch could not be loaded, so nothing can be trained: {problem}", problem=reason_of(error)
    )
