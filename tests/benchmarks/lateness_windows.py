"""The windows in which lateness is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication

from app.features.program.torch_loading import TorchLoading
from app.start.garbage import GarbageCollector
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.recipe import Recipe
from tests.app.window.opened import OpenedWindow
from tests.benchmarks.lateness_ticks import Ticks, wait

Action = Callable[[], None]
"""One round of what is measured."""


@contextmanager
def opened(project: Project, everything: bool = True) -> Iterator[OpenedWindow]:
    """A window with all its panels, or with those only that are made when they first come into sight."""
    window = OpenedWindow(project, everything=everything)
    window.resize(1480, 920)
    window.show()
    wait(1)
    _begin("load torch")
    window.load_torch()
    wait(30, lambda: window.desk.shown.devices is not None)
    _freeze()  # as the program does then
    loading = window.feature(TorchLoading)
    _begin("import ahead")
    wait(60, lambda: not loading.ahead.busy)
    _begin("make ahead")
    wait(60, lambda: not loading.panels_ahead.busy)
    _freeze()
    wait(0.5)
    _begin("")
    yield window
    window.trainer.close()
    window.document.history.setClean()
    window.close()
    window.deleteLater()
    wait(0.1)


def _freeze() -> None:
    application = QCoreApplication.instance()
    collector = application.findChild(GarbageCollector) if application is not None else None
    assert isinstance(collector, GarbageCollector)
    collector.freeze()


def _begin(step: str) -> None:
    if Ticks.current is not None:
        Ticks.current.begin(step)


def preset(name: str) -> Project:
    """A preset by its name."""
    found = next(each for each in PRESETS if each.name == name)
    return Project(found.network(), Recipe())
