"""Copies and saves what the charts show, as a picture or as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip, QWidget

from networks.runs.record import Record
from networks.runs.table import csv_text
from widgets.curves import export
from widgets.curves.figure import Figure
from widgets.curves.legend import RunsLegend
from widgets.curves.toolbar import CurvesToolbar

if TYPE_CHECKING:
    from widgets.curves.chart import Chart


class Sharing(QObject):
    """Does what the four actions of the toolbar say; its parent is the panel that asks where to save."""

    save_wished = Signal(object, object, str)
    """A path, what the file is to hold, and the sentence to say once it is there."""

    def __init__(
        self,
        panel: QWidget,
        toolbar: CurvesToolbar,
        charts: Callable[[], Sequence[Chart]],
        figure: Figure,
        legend: RunsLegend,
        records: Callable[[], Sequence[Record]],
    ) -> None:
        """`charts` gives all charts, as far as they are made, and `records` every run, shown or hidden."""
        super().__init__(panel)
        self._panel, self._charts, self._figure, self._legend, self._records = (
            panel,
            charts,
            figure,
            legend,
            records,
        )
        toolbar.copy_picture_action.triggered.connect(self._copy_picture)
        toolbar.copy_csv_action.triggered.connect(self._copy_csv)
        toolbar.save_picture_action.triggered.connect(self._save_picture)
        toolbar.save_csv_action.triggered.connect(self._save_csv)

    def printed(self) -> AbstractContextManager[export.Parts]:
        """The charts and the legend as they are drawn in a picture."""
        return export.printed(self._charts(), self._figure, self._legend)

    def csv(self) -> str:
        """Every measurement of every run, as far as it is held in memory."""
        return csv_text(self._records())

    def _left_out(self) -> str:
        """Says where all steps are to be had, where some are not in memory."""
        if not any(record.thinned for record in self._records()):
            return ""
        return self.tr(
            "Of a run this long only some of the older steps are in memory; all are in its folder, and in "
            "“backbone runs export --csv”."
        )

    @Slot()
    def _copy_picture(self) -> None:
        with self.printed() as parts:
            export.copy_picture(parts)
        QToolTip.showText(QCursor.pos(), self.tr("Copied as picture"), self._panel)

    @Slot()
    def _copy_csv(self) -> None:
        export.copy_csv(self.csv())
        words = " ".join(filter(None, (self.tr("Copied as CSV"), self._left_out())))
        QToolTip.showText(QCursor.pos(), words, self._panel)

    @Slot()
    def _save_picture(self) -> None:
        with self.printed() as parts:
            export.save_picture(self._panel, parts, self.save_wished.emit)

    @Slot()
    def _save_csv(self) -> None:
        export.save_csv(self._panel, self.csv(), self._save)

    def _save(self, path: Path, data: bytes | str, sentence: str) -> None:
        self.save_wished.emit(path, data, " ".join(filter(None, (sentence, self._left_out()))))
