"""Published weights: fetched on request and put into the recipe, with an offer to freeze the other layers."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QProgressDialog

from app.background.job import Job, Task, reason_of
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from networks.core.message import Message, message
from networks.project.fine_tuning import fine_tuning, suggestions, with_published
from networks.recipes.published import Published
from widgets.controls.offer_bar import OfferBar
from widgets.look.translation import said


class PublishedWeights(Feature):
    """Finds published weights that fit the network, and makes the project start from them."""

    failed = Signal(object)
    """The Message that says why no weights were loaded."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._document = desk.document
        self.offer_bar = OfferBar()
        self.offer_bar.accepted.connect(self._freeze)
        self.trouble_bar = OfferBar()
        self.trouble_bar.accepted.connect(self.load)
        self.failed.connect(self._tell_trouble)
        self._job: Job[bool] | None = None
        self._dialog: QProgressDialog | None = None

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.ABOVE, self.offer_bar), Piece(Spot.ABOVE, self.trouble_bar))

    def commands(self) -> tuple[MenuEntry, ...]:
        return (Command("published", Section.WEIGHTS, self.tr("Load &published weights"), self.load),)

    @Slot()
    def load(self) -> None:
        """Makes the project start from the best weights for its network. Fetches them if necessary."""
        if self.busy:
            return
        self.trouble_bar.hide()
        found = suggestions(self._document.project)
        if not found:
            self.failed.emit(
                message(
                    "No published weights fit this network: load a backbone of the standard size, such as "
                    "ResNet-18, and try again."
                )
            )
            return
        self._job = Job(
            partial(_fetch, found[0]),
            partial(self._take, found[0]),
            self.failed.emit,
            self._show_progress,
            owner=self,
            ended=self._end,
            explain=_explain,
        )
        self._dialog = QProgressDialog(self.desk.window)
        self._dialog.setWindowTitle(self.tr("Published weights"))
        self._dialog.setLabelText(
            self.tr("Fetching the weights of {title}, {size:.0f} MB").format(
                title=found[0].title, size=found[0].mebibytes * 1.048576
            )
        )
        self._dialog.setRange(0, 0)
        self._dialog.setMinimumDuration(400)
        self._dialog.setAutoReset(False)
        self._dialog.setWindowModality(Qt.WindowModality.NonModal)
        self._dialog.canceled.connect(self.cancel)
        self._job.start()

    @Slot()
    def cancel(self) -> None:
        """Stops fetching, and throws away what has arrived so far."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stops fetching and waits until it has stopped."""
        if self._job is not None:
            self._job.close()

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        return self._job is not None and self._job.running

    @Slot(object)
    def _tell_trouble(self, reason: Message) -> None:
        """Says above the canvas, where it stays, why there are no weights, with a way to try again."""
        self.desk.say(reason)
        self.trouble_bar.offer(said(reason), self.tr("Try again"), self.tr("Close"))

    def _show_progress(self, share: float) -> None:
        if self._dialog is not None:
            self._dialog.setRange(0, 1000)
            self._dialog.setValue(round(1000 * share))

    def _end(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.canceled.disconnect(self.cancel)
            dialog.close()
            dialog.deleteLater()

    def _take(self, weights: Published, whole: bool) -> None:
        if whole:
            self._start_from(weights)

    def _start_from(self, weights: Published) -> None:
        project = with_published(self._document.project, weights)
        self._document.edit(project, self.tr("Load published weights"))
        self.offer_bar.offer(
            self.tr(
                "The network starts from the weights of {title}, which judge {accuracy:.1f} % of ImageNet’s "
                "validation images right. What does not fit, such as the last layer for other classes, "
                "starts at random."
            ).format(title=weights.title, accuracy=weights.accuracy),
            self.tr("Freeze all but the last layer"),
            self.tr("Train everything"),
        )

    @Slot()
    def _freeze(self) -> None:
        project = self._document.project
        network = fine_tuning(project.network)
        self._document.edit(replace(project, network=network), self.tr("Freeze all but the last layer"))


def _fetch(weights: Published, task: Task) -> bool:
    """Fetches the file. Returns whether it is complete; False if it was cancelled."""
    # imported late: nothing else speaks to servers
    from networks.core import download

    def tell(came: int, total: int) -> bool:
        return task.report(came / total) if total else not task.cancelled

    return download.fetch(weights.url, weights.path, weights.sha256, tell)


def _explain(error: BaseException) -> Message:
    return message("Fetching broke off. The reason that was given: {reason}", reason=reason_of(error))
