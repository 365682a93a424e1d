"""Reads the images of the data set into memory, and of a folder again what has changed on the disk."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.background.job import Job
from app.feature.desk import OUTCOME, Desk
from app.session.data_reading import Reader, unread
from app.training.trainer import State
from networks.core.message import Message, message
from networks.recipes.datasets import Dataset, Folder
from widgets.look.translation import said


class ImageReading(QObject):
    """Reads one set at a time. When the user comes back to the window, it looks for changes in the folder."""

    came = Signal()
    """Images have come, or went: what was found wrong before need not hold any more."""
    failed = Signal(object)
    """The Message that says why the images of the data set were not read."""
    progressed = Signal()
    """More of a folder has been read: `share` and `words` say how much."""
    begun_again = Signal()
    """Files that have changed are being read."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._job: Job[object] | None = None
        self._read: Dataset | None = None
        """The set that is being read."""
        self._reader: Reader | None = None
        self.share = 0.0
        self._checking: Job[Message | None] | None = None
        """Looks for changes in a folder that was read."""
        self._gone = False
        """Whether the folder was not there when it was looked for last."""
        self._edition = 0
        """Which reading of the folder is shown."""
        self._declined: Dataset | None = None
        """The folder that was not to be read to its end; it is read once it is chosen again."""
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._look_again)
        desk.trainer.state_changed.connect(self._take_edition)
        desk.images_wished.connect(self.read)

    @property
    def busy(self) -> bool:
        """Whether images are being read."""
        return self._job is not None and self._job.running

    @property
    def checking(self) -> bool:
        """Whether changes are looked for."""
        return self._checking is not None and self._checking.running

    @property
    def words(self) -> str:
        """How much of a folder has been read."""
        survey = None if self._reader is None else self._reader.survey
        return "" if survey is None else said(survey.words())

    def reads(self, dataset: Dataset) -> bool:
        """Whether this is a folder that is being read, which may take minutes."""
        return self.busy and isinstance(dataset, Folder) and dataset == self._read

    @Slot(object)
    def read(self, dataset: Dataset) -> None:
        """Begins to read these images, unless others are being read: they are asked for again then."""
        if dataset == self._declined:
            reason = message("Reading the folder was stopped: choose it again to read it.")
            self._desk.images_unread.emit(dataset, reason)
            return
        if self.busy:
            return
        self._read = dataset
        self._reader = Reader(dataset)
        self._job = Job(
            self._reader.read, self._take, self._fail, self._show_share, owner=self, explain=unread
        )
        self._job.start()

    def allow(self) -> None:
        """A folder was chosen: it may be read, also where its reading was stopped before."""
        self._declined = None

    def cancel(self) -> bool:
        """Stops reading a folder. Returns whether one was being read."""
        if self._job is None or not isinstance(self._read, Folder):
            return False
        self._job.cancel()
        self._declined, self._read = self._read, None
        return True

    def close(self) -> None:
        """Stops, and waits until it has stopped."""
        for job in (self._job, self._checking):
            if job is not None:
                job.close()

    def _show_share(self, share: float) -> None:
        self.share = share
        self.progressed.emit()

    def _take(self, whole: object) -> None:
        self._read = None
        if not whole:
            return
        self.came.emit()
        if self._reader is not None and self._reader.change is not None:
            words = self.tr("The folder has changed: {changes}. It has been read again.")
            self._desk.say(words.format(changes=said(self._reader.change)), OUTCOME)

    def _fail(self, reason: Message) -> None:
        dataset, self._read = self._read, None
        self.failed.emit(reason)
        self._desk.images_unread.emit(dataset, reason)
        # that it was not read yet is no longer the reason why it cannot be trained on
        self._desk.judge_again()

    # changes on the disk

    @Slot(Qt.ApplicationState)
    def _look_again(self, state: Qt.ApplicationState) -> None:
        """The user comes back to the window, perhaps from the folder."""
        if state is Qt.ApplicationState.ApplicationActive:
            self.look_for_changes()

    @Slot()
    def look_for_changes(self) -> None:
        """Looks in the background whether files of the folder came, went or changed, and reads those."""
        dataset = self._desk.shown.recipe.data.dataset
        if not isinstance(dataset, Folder) or self.busy or self.checking:
            return
        gone, before = dataset.missing() is not None, self._gone
        self._gone = gone
        if gone or before or not dataset.at_hand():
            self.came.emit()
        if gone or not dataset.at_hand():
            return
        self._checking = Job(
            lambda _: dataset.changed(), partial(self._take_changes, dataset), self._desk.say, owner=self
        )
        self._checking.start()

    def _take_changes(self, dataset: Folder, change: Message | None) -> None:
        if change is not None and dataset == self._desk.shown.recipe.data.dataset:
            self.read(dataset)
            self.begun_again.emit()

    @Slot(object)
    def _take_edition(self, state: State) -> None:
        """A run that begins has read what has changed."""
        dataset = self._desk.shown.recipe.data.dataset
        if state is State.TRAINING and isinstance(dataset, Folder) and dataset.at_hand():
            edition = dataset.edition()
            if edition != self._edition:
                self._edition = edition
                self.came.emit()
