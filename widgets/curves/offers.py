"""The lines below the curves that offer something: to bring back what was deleted, and to go on."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from networks.core.message import plural
from networks.runs.record import Record
from widgets.controls.offer_bar import OfferBar
from widgets.look.translation import said


class UndoBar(OfferBar):
    """Offers to bring back what was deleted last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undo_bar")

    def show_deleted(self, count: int) -> None:
        """This many runs were deleted just now."""
        if not count:
            self.hide()
            return
        sentence = plural("{count} run was deleted.", "{count} runs were deleted.", count=count)
        self.offer(said(sentence), self.tr("Undo"), self.tr("Close"))


class ResumeBar(OfferBar):
    """Offers one run at a time, the newest; hides itself once that run cannot go on any more."""

    resume_requested = Signal(object)
    """The user wants the run of this record to go on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("resume_bar")
        self._record: Record | None = None
        self.accepted.connect(self._resume)

    def offer_record(self, record: Record) -> None:
        """Offers to go on with the run of this record, which has ended."""
        assert record.ended is not None
        self._record = record
        self.offer(
            self.tr("“{run}”: {sentence}").format(run=record.short, sentence=said(record.ended.message)),
            self.tr("Continue"),
            self.tr("Not now"),
        )

    def show_resumable(self, records: Iterable[Record]) -> None:
        """Which runs can go on now."""
        if self._record is not None and self._record not in records:
            self._record = None
            self.hide()

    @Slot()
    def _resume(self) -> None:
        if self._record is not None:
            self.resume_requested.emit(self._record)
