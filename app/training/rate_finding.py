"""The search for a learning rate: a job beside the window, and the dialog that shows what it finds."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.background.job import Job, Task
from networks.core.message import Message
from networks.project.project import Project
from networks.runs.rate_search import RateSearch
from widgets.look.translation import said
from widgets.panels.rate_dialog import RateDialog


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

    def begin(self, project: Project) -> None:
        """Opens the dialog and begins the search."""
        if self.dialog is not None:
            return
        optimizer = project.recipe.learning.optimizer
        self.dialog = RateDialog(optimizer.lr, type(optimizer).__name__, self._window)
        self.dialog.taken.connect(self.taken)
        self.dialog.finished.connect(self._close_dialog)
        self._job = Job(lambda task: _find(project, task), self._show, self._fail, self._tell, owner=self)
        self.dialog.open()
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
            self.dialog = None


def _find(project: Project, task: Task) -> RateSearch:
    # imported late: torch takes a second
    from networks.training.rate_finder import find_rate

    return find_rate(project, task.report)
