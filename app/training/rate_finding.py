"""The search for a learning rate: a job beside the window, and the dialog that shows what it finds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.background.job import Job, Task
from networks.core.message import Message
from networks.project.project import Project
from networks.runs.rate_search import RateSearch
from widgets.look.translation import said
from widgets.panels.rate_dialog import RateDialog

if TYPE_CHECKING:
    from networks.training.engine.run import Run


class RateFinding(QObject):
    """Searches while its dialog is open. Nothing can be trained then: both draw from the same numbers."""

    taken = Signal(float)
    """The user takes this learning rate."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._job: Job[RateSearch] | None = None
        self.dialog: RateDialog | None = None
        """Open as long as it is not None."""
        self._search: Callable[[bool, Task], RateSearch] | None = None
        """What searches, with the weights of the last run or without."""

    def begin(self, project: Project, run: Run | None = None) -> None:
        """Opens the dialog and begins the search, with first weights.

        `run` is one whose weights the search may begin with instead; it must not be training.
        """
        if self.dialog is not None:
            return
        optimizer = project.recipe.learning.optimizer
        self.dialog = RateDialog(optimizer.lr, type(optimizer).__name__, self._window, run is not None)
        self.dialog.taken.connect(self.taken)
        self.dialog.start_chosen.connect(self._start)
        self.dialog.finished.connect(self._close_dialog)
        self._search = partial(_find, project, run)
        self.dialog.open()
        self._start(False)

    @Slot(bool)
    def _start(self, trained: bool) -> None:
        self.close()
        assert self._search is not None
        search = partial(self._search, trained)
        self._job = Job(search, self._show, self._fail, self._tell, owner=self)
        self._job.start()

    def close(self) -> None:
        """Gives the search up and waits for its last step."""
        if self._job is not None:
            self._job.close()
            self._job = None

    def _show(self, search: RateSearch) -> None:
        self._job = None
        if self.dialog is not None:
            self.dialog.show_search(search)

    def _fail(self, reason: Message) -> None:
        self._job = None
        if self.dialog is not None:
            self.dialog.show_failure(said(reason))

    def _tell(self, share: float) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(share)

    @Slot()
    def _close_dialog(self) -> None:
        # at most one step long: a run must not begin beside it
        self.close()
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = self._search = None


def _find(project: Project, run: Run | None, trained: bool, task: Task) -> RateSearch:
    # imported late: torch takes a second
    from networks.training.experiments.rate_finder import find_rate

    keep = project.recipe.learning.stopping.keep
    weights = run.weights(keep) if trained and run is not None else None
    return find_rate(project, task.report, weights)
