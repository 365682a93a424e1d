"""Trains one run on several GPUs of this machine, in a process for each; offered where there are several."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtWidgets import QMenu, QWidget

from app.background.job import Job, Task
from app.feature.command import MenuEntry, Section, Submenu
from app.feature.desk import OUTCOME, Desk
from app.feature.feature import Feature
from app.feature.shown import Shown
from app.session.own_command import own_command
from app.training.shared_run import SharedRun
from networks.core.finding import blocking
from networks.core.message import plural
from networks.project.project import Project
from networks.recipes.recipe import with_settings
from widgets.controls.clear_menu import clear_menu
from widgets.look.gpu_names import numbers_of_gpus, together
from widgets.look.translation import said


class SeveralGpus(Feature):
    """A menu within *Train*: on how many of the GPUs, which stand there by their names."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.processes = SharedRun(own_command(), self)
        self.processes.failed.connect(desk.say)
        self._job: Job[Path] | None = None
        self._menus: list[QMenu] = []
        self._gpus: tuple[str, ...] = ()

    def commands(self) -> tuple[MenuEntry, ...]:
        return (Submenu(Section.RUN, self.menu),)

    def close(self) -> None:
        if self._job is not None:
            self._job.close()
        self.processes.close()

    def menu(self, window: QWidget) -> QMenu:
        """The menu, which is filled when it opens."""
        menu = QMenu(self.tr("Train on several &GPUs"), window)
        menu.setObjectName("train-on-gpus")
        menu.aboutToShow.connect(partial(self._fill, menu))
        menu.menuAction().setVisible(len(self._gpus) > 1)
        self._menus.append(menu)
        return menu

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "devices"):
            self._gpus = _gpus(new.devices)
            for menu in self._menus:
                menu.menuAction().setVisible(len(self._gpus) > 1)

    def _fill(self, menu: QMenu) -> None:
        clear_menu(menu)
        if self.processes.busy:
            menu.addAction(self.tr("Stop after this step")).triggered.connect(self.processes.stop)
            return
        if reason := self._why_not():
            menu.addAction(reason).setEnabled(False)
            return
        for count in numbers_of_gpus(len(self._gpus)):
            words = plural(
                "On {count} GPU: {names}",
                "On {count} GPUs: {names}",
                count=count,
                names=together(self._gpus[:count]),
            )
            menu.addAction(said(words)).triggered.connect(self._trainer(count))

    def _trainer(self, count: int) -> Callable[[], None]:
        return lambda *_: self.train(count)

    def _why_not(self) -> str:
        if self.desk.document.path is None:
            return self.tr("Save the project first: the run is kept beside it")
        if self.desk.trainer.busy:
            return self.tr("A run is in progress: stop it first, or wait until it ends")
        if found := blocking(self.desk.shown.findings):
            return said(found[0].sentence)
        return ""

    def train(self, count: int) -> None:
        """Trains the project as it is now on this many GPUs."""
        project = _on_gpus(self.desk.shown.project)
        work = partial(_written, self.processes, project)
        self._job = Job(work, partial(self._begin, count), self.desk.say, owner=self)
        self._job.start()

    def _begin(self, count: int, project: Path) -> None:
        self.processes.start(project, self.desk.files.runs_folder(), count)
        if self.processes.busy:
            words = plural(
                "The project trains on {count} GPU, beside the window. Its curves are drawn as they come.",
                "The project trains on {count} GPUs, beside the window. Its curves are drawn as they come.",
                count=count,
            )
            self.desk.say(words, OUTCOME)


def _written(processes: SharedRun, project: Project, _: Task) -> Path:
    return processes.written(project)


def _on_gpus(project: Project) -> Project:
    return replace(project, recipe=with_settings(project.recipe, device="cuda"))


def _gpus(devices: tuple[str, ...] | None) -> tuple[str, ...]:
    if devices is None or "cuda" not in devices:
        return ()
    from networks.training.machine.devices import gpus

    return gpus()
