"""Published weights on request: fetched with a progress bar, put into the recipe, the rest to be frozen."""

from __future__ import annotations

import logging

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot
from PySide6.QtWidgets import QProgressDialog, QWidget

from app.session.document import Document
from networks.core.message import Message, UserError, message
from networks.project.fine_tuning import fine_tuning, suggestions, with_published
from networks.recipes.published import Published
from widgets.controls.offer_bar import OfferBar

LOG = logging.getLogger("backbone")


class PublishedWeights(QObject):
    """Finds the weights that the network was made for, and makes the project start from them."""

    failed = Signal(object)
    """The Message that says why there are none."""

    def __init__(self, document: Document, offer: OfferBar, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._offer, self._window = document, offer, window
        self._thread: _Fetching | None = None
        self._dialog: QProgressDialog | None = None
        offer.accepted.connect(self._freeze)

    @Slot()
    def load(self) -> None:
        """Makes the project start from the best weights for its network; fetches them where need be."""
        if self._thread is not None:
            return
        found = suggestions(self._document.project)
        if not found:
            self.failed.emit(
                message(
                    "No published weights fit this network: load a backbone of the standard size, such as "
                    "ResNet-18, and try again."
                )
            )
            return
        self._thread = _Fetching(found[0], self)
        self._thread.came.connect(self._show_progress)
        self._thread.finished.connect(self._end)
        self._dialog = QProgressDialog(self._window)
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
        self._thread.start()

    @Slot()
    def cancel(self) -> None:
        """Stops fetching; what has come so far is thrown away."""
        if self._thread is not None:
            self._thread.wanted = False

    def close(self) -> None:
        """Stops fetching and waits for the thread."""
        self.cancel()
        if self._thread is not None:
            self._thread.wait()

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        return self._thread is not None

    @Slot(float)
    def _show_progress(self, share: float) -> None:
        if self._dialog is not None:
            self._dialog.setRange(0, 1000)
            self._dialog.setValue(round(1000 * share))

    @Slot()
    def _end(self) -> None:
        thread, dialog = self._thread, self._dialog
        self._thread = self._dialog = None
        if thread is None or dialog is None:
            return
        thread.wait()
        dialog.canceled.disconnect(self.cancel)
        dialog.close()
        dialog.deleteLater()
        if thread.problem is not None:
            self.failed.emit(thread.problem)
        elif thread.whole:
            self._start_from(thread.weights)
        thread.deleteLater()

    def _start_from(self, weights: Published) -> None:
        project = with_published(self._document.project, weights)
        self._document.edit(project, self.tr("Load published weights"))
        self._offer.offer(
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


class _Fetching(QThread):
    """Fetches one file; `whole` says whether it lies there now, `problem` why not."""

    came = Signal(float)
    """The share that has come, 0 to 1."""

    def __init__(self, weights: Published, parent: QObject) -> None:
        super().__init__(parent)
        self.weights = weights
        self.wanted = True
        self.whole = False
        self.problem: Message | None = None

    def run(self) -> None:
        # what speaks to servers is not needed before
        from networks.core import download

        weights = self.weights
        try:
            self.whole = download.fetch(weights.url, weights.path, weights.sha256, self._tell)
        except UserError as error:
            self.problem = error.reason
        except BaseException as error:
            LOG.exception("fetching weights broke off")
            self.problem = message(
                "Fetching broke off. The reason that was given: {reason}",
                reason=f"{type(error).__name__}: {error}",
            )

    def _tell(self, came: int, all_: int) -> bool:
        if all_:
            self.came.emit(came / all_)
        return self.wanted
