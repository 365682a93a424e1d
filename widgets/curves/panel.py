"""Live charts of what runs measure, one for each quantity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from networks.core.finding import Finding, blocking
from networks.core.message import Message, plural
from networks.runs.events import Failed, Finished
from networks.runs.measures import QUANTITIES
from networks.runs.record import Record
from widgets.controls.notice import Notice
from widgets.curves.axis_button import AxisButton
from widgets.curves.charts_in_sight import ChartsInSight
from widgets.curves.description import described
from widgets.curves.drawn_runs import DrawnRuns
from widgets.curves.figure import Figure
from widgets.curves.hint import Hint
from widgets.curves.keys import Keys
from widgets.curves.legend import RunsLegend
from widgets.curves.offers import ResumeBar, UndoBar
from widgets.curves.outcome import Outcome
from widgets.curves.reading_box import ReadingBox
from widgets.curves.readings import Readings
from widgets.curves.sharing import Sharing
from widgets.curves.toolbar import CurvesToolbar
from widgets.look import theme
from widgets.look.translation import declared, said

if TYPE_CHECKING:
    from widgets.curves.chart import Chart

_LOW = 480
"""Below this height what explains the charts gives way to them."""


class CurvesPanel(QWidget):
    """Shows the records of runs, the newest in front. Nothing is shown that was not measured.

    The charts are made for the first run, or for what changes them before. So the window opens without
    pyqtgraph, which takes nearly as long to import as all of the program.
    """

    clear_requested = Signal()
    """The user wants to delete all runs that have ended."""
    delete_requested = Signal(object)
    """The user wants to delete these runs, a tuple of records."""
    restore_requested = Signal()
    """The user wants the runs back that were deleted last."""
    resume_requested = Signal(object)
    """The user wants the run of this record to go on from where it was cut off."""
    rename_requested = Signal(object, str)
    """The user calls the run of this record by another name."""
    span_changed = Signal()
    """The charts show other epochs, or in another place."""
    drawn_changed = Signal()
    """Runs have come or gone, or are drawn or not drawn from now on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curves")
        self._told: dict[Record, tuple[int, Finished | Failed | None]] = {}
        """For each run, the number of validations and the end that were last described."""
        self._reason: Message | None = None
        self._view = ChartsInSight(self, self._shown)
        logarithmic = [
            declared(each.title).lower() for each in QUANTITIES if each.logarithmic and not each.extra
        ]
        self.toolbar = CurvesToolbar(", ".join(logarithmic), tuple(each for each in QUANTITIES if each.extra))
        self.runs_legend = RunsLegend()
        self.held = DrawnRuns(self.runs_legend, self)
        self.table_button = QPushButton()
        self.table_button.setObjectName("show_table")
        self.table_button.setFont(theme.font(theme.SMALL))
        self.table_button.hide()
        self.outcome = Outcome()
        self.undo_bar = UndoBar()
        self.resume_bar = ResumeBar()
        self.waiting_notice = Notice("warning")
        self.keys = Keys()
        self._hint = Hint()
        self.figure = Figure(self._view.late, self._hint, self.keys)
        self.sharing = Sharing(
            self, self.toolbar, lambda: self._view.all, self.figure, self.runs_legend, self.held.records
        )
        self._arrange()
        self._connect()
        self._refresh()

    def show_records(self, records: Iterable[Record], deleted: Iterable[Record] | None = None) -> None:
        """Shows these runs, oldest first, with all that is in their records by now.

        Runs that are not among them any more can be brought back, unless `deleted` says which ones can.
        """
        records = tuple(records)
        self._show_which(records, None if deleted is None else tuple(deleted))
        for record in records:
            for chart in self.charts:
                chart.take(record)
            self.runs_legend.set_title(self.held.numbers[record], record.title)
        self._show_ends()
        self._refresh()
        for record in records:
            self._describe(record)

    def show_waiting(self, waiting: bool) -> None:
        """Whether the project was changed since the run that goes on was started."""
        sentence = self.tr("What you change now applies to the next run.")
        self.waiting_notice.show_sentence(sentence if waiting else "")

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Why the network cannot be trained now; said where there are no curves yet."""
        in_the_way = blocking(findings)
        reason = in_the_way[0].sentence if in_the_way else None
        if reason != self._reason:
            self._reason = reason
            self._refresh()

    def show_resumable(self, records: Iterable[Record]) -> None:
        """Which of the runs that are shown can go on; their menus say so."""
        records = tuple(records)
        self.runs_legend.set_resumable({self.held.numbers[record] for record in records})
        self.resume_bar.show_resumable(records)

    # what is drawn

    def show_legend(self, shown: bool) -> None:
        """Whether the names of the runs stand below the charts, because a table of them does not."""
        self.runs_legend.set_replaced(not shown)
        self._show_table_button()

    def show_count(self, count: int) -> None:
        """How many runs there are in the table."""
        words = said(plural("{count} run", "All {count} runs", count=count))
        self.table_button.setText(words if count else "")
        self._show_table_button()

    def _show_table_button(self) -> None:
        self.table_button.setVisible(bool(self.table_button.text()) and not self.runs_legend.replaced)

    def chart(self, quantity: str) -> Chart:
        """The chart of this quantity, by its name."""
        return self._view.place(quantity).chart

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts that are shown, as far as they are made."""
        return tuple(place.chart for place in self._view.shown)

    @property
    def headings(self) -> tuple[Readings, ...]:
        """Their headings."""
        return tuple(place.heading for place in self._view.shown)

    @property
    def boxes(self) -> tuple[ReadingBox, ...]:
        """The boxes of values over them."""
        return tuple(place.box for place in self._view.shown)

    @property
    def axis_buttons(self) -> tuple[AxisButton, ...]:
        """The buttons of their axes."""
        return tuple(place.button for place in self._view.shown)

    def make_charts(self) -> None:
        """Makes the charts, unless they are there."""
        self._view.make()

    @property
    def runs(self) -> tuple[Record, ...]:
        """All runs, oldest first."""
        return tuple(self.held.numbers)

    @property
    def following(self) -> bool:
        """Whether the charts move with live data; they do not while the user has zoomed."""
        return self._view.following

    @Slot(bool)
    def set_log(self, log: bool) -> None:
        """Switches all charts that can have a logarithmic axis."""
        self._view.set_log(log, self.toolbar.smoothing)

    @Slot(str, bool)
    def show_chart(self, quantity: str, shown: bool) -> None:
        """Shows or hides the chart of this quantity, by its name."""
        self._view.show(quantity, shown, self.held.numbers)
        self.keys.show_quantities([chart.quantity for chart in self.charts])
        self._refresh()

    @Slot(float)
    def _smooth(self, weight: float) -> None:
        self.keys.show_smoothing(weight > 0)
        self._view.smooth(weight)
        self._refresh()

    @Slot(bool)
    def _show_single_steps(self, shown: bool) -> None:
        self.keys.show_single_steps(shown)
        self._view.show_single_steps(shown)
        self._refresh()

    @Slot()
    def reset_view(self) -> None:
        """Shows everything that is sane, and follows live data again."""
        self._view.reset()

    @Slot(object)
    def point(self, epoch: float | None) -> None:
        """Shows the cross-hair at this epoch, with what was measured there."""
        self._view.point(epoch)

    @Slot(object, bool)
    def _show_runs(self, records: tuple[Record, ...], shown: bool) -> None:
        for chart in self._view.all:
            for record in records:
                chart.curves(record).set_shown(shown)
            chart.arrange_runs()
        self._refresh()
        self.drawn_changed.emit()

    def _show_which(self, records: tuple[Record, ...], deleted: tuple[Record, ...] | None) -> None:
        """Adds and removes runs, so that these are shown, in their order."""
        gone = [record for record in self.held.numbers if record not in records]
        new = [record for record in records if record not in self.held.numbers]
        if not gone and not new:
            return
        for record in gone:
            self._remove(record)
        for record in new:
            self._add(record)
        self.held.sort(records)
        if records:
            for chart in self._view.all:
                chart.set_front(records[-1])
        else:
            self._view.begin_anew()
        self.undo_bar.show_deleted(sum(deleted is None or record in deleted for record in gone))
        self.drawn_changed.emit()

    def _add(self, record: Record) -> None:
        number = self.held.number(record)
        # a run that is brought back has been told of
        back = record.ended is not None
        self._told[record] = (0, record.ended)
        self.make_charts()
        for chart in self._view.all:
            chart.add_run(record, number, self.toolbar.smoothing)
        curves = self._view.all[0].curves(record)
        self.held.add(record, curves.color.name(), curves.symbol)
        if back:
            self.held.judge(record)
        else:
            self.outcome.show_end(None)
            self._view.following = True

    def _remove(self, record: Record) -> None:
        self.held.remove(record)
        del self._told[record]
        if self.outcome.record is record:
            self.outcome.show_end(None)
        for chart in self._view.all:
            chart.remove_run(record)

    def _show_ends(self) -> None:
        for record, (_, told) in self._told.items():
            if record.ended is not told:
                self.outcome.show_end(record)
                self.held.judge(record)

    def _shown(self) -> list[Record]:
        """Visible runs with measurements, newest first."""
        runs = reversed(self.held.numbers)
        return [run for run in runs if run.measured and self.held.is_drawn(run)]

    @Slot()
    def _refresh(self) -> None:
        shown = self._shown()
        self._view.redraw()
        self.keys.show_averages(any(run.averages for run in shown))
        self.toolbar.show_zoomed(not self._view.following)
        self.toolbar.show_runs(
            measured=any(run.measured for run in self.held.numbers),
            clearable=any(run.ended is not None for run in self.held.numbers),
        )
        self._show_hint(bool(shown), any(run.ended is None for run in self.held.numbers))
        self._view.read_out()

    def _show_hint(self, shown: bool, going_on: bool) -> None:
        self.figure.show_charts(shown)
        self.keys.setVisible(shown and self.height() >= theme.grown(_LOW))
        measured = any(run.measured for run in self.held.numbers)
        self._hint.show_why(measured=measured, going_on=going_on, reason=self._reason)

    def _describe(self, run: Record) -> None:
        """Describes the charts for screen readers, at the end of every epoch and of the run."""
        told = (len(run.validations), run.ended)
        if told != self._told[run]:
            self._told[run] = told
            for place in self._view.shown if run.measured else ():
                place.chart.setAccessibleDescription(described(place.chart, run))
                place.heading.describe()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.height() < theme.grown(_LOW)
        self.outcome.set_compact(compact)
        self.runs_legend.set_compact(compact)
        self.keys.setVisible(self.figure.charts_shown and not compact)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(theme.SPACE + 4, theme.SPACE // 2, theme.SPACE + 4, theme.SPACE)
        rows.setSpacing(theme.SPACE // 2)
        rows.addWidget(self.toolbar)
        rows.addWidget(self.waiting_notice)
        rows.addWidget(self.figure, 1)
        names = QHBoxLayout()
        names.addWidget(self.runs_legend, 1)
        names.addWidget(self.table_button)
        rows.addLayout(names)
        rows.addWidget(self.undo_bar)
        rows.addWidget(self.resume_bar)
        rows.addWidget(self.outcome)

    def _connect(self) -> None:
        self._view.changed.connect(self._refresh)
        self._view.span_changed.connect(self.span_changed)
        self.toolbar.chart_choice.chosen.connect(self.show_chart)
        self.toolbar.single_steps_toggled.connect(self._show_single_steps)
        self.undo_bar.accepted.connect(self.restore_requested)
        self.resume_bar.resume_requested.connect(self.resume_requested)
        self.held.resume_wished.connect(self.resume_requested)
        self.held.delete_wished.connect(self.delete_requested)
        self.held.rename_wished.connect(self.rename_requested)
        self.held.toggled.connect(self._show_runs)
        self.toolbar.smoothing_changed.connect(self._smooth)
        self.toolbar.log_toggled.connect(self.set_log)
        self.toolbar.reset_requested.connect(self.reset_view)
        self.toolbar.clear_requested.connect(self.clear_requested)
