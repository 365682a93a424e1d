"""Live charts of what runs measure, one for each quantity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedLayout, QToolTip, QVBoxLayout, QWidget

from networks.core.finding import Finding
from networks.core.message import Message
from networks.runs.events import Failed, Finished
from networks.runs.measures import QUANTITIES
from networks.runs.record import Record
from networks.runs.table import csv_text
from widgets.curves import export
from widgets.curves.chart import Chart
from widgets.curves.legend import Keys, RunsLegend
from widgets.curves.outcome import Outcome
from widgets.curves.readings import Reading, Readings
from widgets.curves.toolbar import CurvesToolbar
from widgets.look import theme
from widgets.look.translation import declared, said


class CurvesPanel(QWidget):
    """Shows the records of runs, the newest in front. Nothing is shown that was not measured."""

    clear_requested = Signal()
    """The user wants to clear all runs that have ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: dict[Record, int] = {}
        self._told: dict[Record, tuple[int, Finished | Failed | None]] = {}
        """For each run, the number of validations and the end that were last described."""
        self._reason: Message | None = None
        self._following = True
        self._refreshing = False
        self._pointed: float | None = None
        self.charts = tuple(Chart(quantity) for quantity in QUANTITIES)
        self.headings = tuple(Readings(quantity) for quantity in QUANTITIES)
        logarithmic = [declared(each.title).lower() for each in QUANTITIES if each.logarithmic]
        self.toolbar = CurvesToolbar(", ".join(logarithmic))
        self.runs_legend = RunsLegend()
        self.outcome = Outcome()
        self.keys = Keys()
        self._hint = QLabel()
        self._name_parts()
        self._arrange()
        self._connect()
        self._refresh()

    # what is shown

    def show_records(self, records: Iterable[Record]) -> None:
        """Shows these runs, oldest first, with all that is in their records by now; draws once.

        A new run gets the next colour, and the charts follow it.
        """
        records = tuple(records)
        for record in self._numbers.keys() - set(records):
            self._remove(record)
        if not records:
            self._following = True
            self._pointed = None
        for record in records:
            if record not in self._numbers:
                self._add(record)
            for chart in self.charts:
                chart.take(record)
        self._show_ends()
        self._refresh()
        for record in records:
            self._describe(record)

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Why the network cannot be trained now; said where there are no curves yet."""
        reason = findings[0].sentence if findings else None
        if reason != self._reason:
            self._reason = reason
            self._refresh()

    def chart(self, quantity: str) -> Chart:
        """The chart of this quantity, by its name."""
        return next(chart for chart in self.charts if chart.quantity.name == quantity)

    def csv(self) -> str:
        """Every measurement of every run, shown or hidden."""
        return csv_text(self._numbers)

    @property
    def runs(self) -> tuple[Record, ...]:
        """All runs, oldest first."""
        return tuple(self._numbers)

    @property
    def following(self) -> bool:
        """Whether the charts move with live data; they do not while the user has zoomed."""
        return self._following

    # what the user does

    @Slot(bool)
    def set_log(self, log: bool) -> None:
        """Switches all charts that can have a logarithmic axis."""
        for chart in self.charts:
            if chart.quantity.logarithmic:
                chart.set_log(log, self.toolbar.smoothing)
        # the zoomed range has no meaning on the other scale
        self.reset_view()

    @Slot(float)
    def _smooth(self, weight: float) -> None:
        self.keys.show_smoothing(weight > 0)
        for chart in self.charts:
            chart.set_smoothing(weight)
        self._refresh()

    @Slot()
    def reset_view(self) -> None:
        """Shows everything, and follows live data again."""
        self._following = True
        self._refresh()

    @Slot()
    def _zoom(self) -> None:
        source = self.sender()
        assert isinstance(source, Chart)
        self._following = False
        for chart in self.charts:
            chart.look_at(x=source.x_range())
        self._refresh()

    @Slot(object)
    def _point(self, epoch: float | None) -> None:
        self._pointed = epoch
        self._refresh_readings()

    @Slot(int)
    def _step(self, by: int) -> None:
        run = self._front
        if run is None or not len(run.steps):
            return
        epochs = run.steps.epoch
        index = len(epochs) if self._pointed is None and by < 0 else run.steps.nearest(self._pointed or 0.0)
        if self._pointed is None and by > 0:
            index = len(epochs) - 1 if by > len(epochs) else -1
        self._point(float(epochs[min(max(0, index + by), len(epochs) - 1)]))

    @Slot(int, bool)
    def _show_run(self, number: int, shown: bool) -> None:
        record = next(record for record, own in self._numbers.items() if own == number)
        for chart in self.charts:
            chart.curves(record).set_shown(shown)
        self._refresh()

    @Slot()
    def _copy_picture(self) -> None:
        export.copy_picture(self._figure)
        QToolTip.showText(QCursor.pos(), self.tr("Copied as picture"), self)

    @Slot()
    def _copy_csv(self) -> None:
        export.copy_csv(self.csv())
        QToolTip.showText(QCursor.pos(), self.tr("Copied as CSV"), self)

    @Slot()
    def _save_picture(self) -> None:
        export.save_picture(self._figure)

    @Slot()
    def _save_csv(self) -> None:
        export.save_csv(self, self.csv())

    # refreshing

    def _add(self, record: Record) -> None:
        number = max(self._numbers.values(), default=-1) + 1
        self._numbers[record] = number
        self._told[record] = (0, None)
        for chart in self.charts:
            chart.add_run(record, number, self.toolbar.smoothing)
        curves = self.charts[0].curves(record)
        self.runs_legend.add_run(number, record.title, curves.color.name(), curves.symbol)
        self.outcome.show_end(None)
        self._following = True

    def _remove(self, record: Record) -> None:
        self.runs_legend.remove_run(self._numbers.pop(record))
        del self._told[record]
        if self.outcome.record is record:
            self.outcome.show_end(None)
        for chart in self.charts:
            chart.remove_run(record)

    def _show_ends(self) -> None:
        for record, (_, told) in self._told.items():
            if record.ended is not told:
                self.outcome.show_end(record)

    def _shown(self) -> list[Record]:
        """Visible runs with measurements, newest first."""
        runs = reversed(self._numbers)
        return [run for run in runs if run.measured and self.charts[0].curves(run).shown]

    @property
    def _front(self) -> Record | None:
        shown = self._shown()
        return shown[0] if shown else None

    def _refresh(self) -> None:
        shown = self._shown()
        self._refreshing = True
        for chart in self.charts:
            if shown and self._following:
                chart.follow(max(run.last_epoch for run in shown))
            chart.redraw()
        self._refreshing = False
        self.toolbar.show_zoomed(not self._following)
        self.toolbar.show_runs(
            measured=any(run.measured for run in self._numbers),
            clearable=any(run.ended is not None for run in self._numbers),
        )
        self._show_hint(bool(shown), any(run.ended is None for run in self._numbers))
        self._refresh_readings()

    def _show_hint(self, shown: bool, going_on: bool) -> None:
        self._pages.setCurrentIndex(1 if shown else 0)
        self.keys.setVisible(shown)
        if any(run.measured for run in self._numbers):
            self._hint.setText(self.tr("All runs are hidden"))
        elif going_on:
            self._hint.setText(self.tr("Waiting for the first step…"))
        elif self._reason is not None:
            self._hint.setText(self.tr("Cannot train: {reason}").format(reason=said(self._reason)))
        else:
            self._hint.setText(self.tr("Press Train to see the loss fall"))

    @Slot()
    def _follow_view(self) -> None:
        if not self._refreshing:
            self._refresh_readings()

    def _refresh_readings(self) -> None:
        """Values at the cross-hair, or the newest ones; the same step in all charts."""
        shown = self._shown()
        front = shown[0] if shown else None
        at = self._pointed
        if front is None or not len(front.steps):
            at = None
        if at is not None and front is not None:
            at = float(front.steps.epoch[front.steps.nearest(at)])
        for chart, heading in zip(self.charts, self.headings, strict=True):
            rings: list[tuple[QPointF, QColor]] = []
            heading.show_readings(tuple(self._reading(chart, run, at, rings) for run in shown))
            chart.show_cross_hair(at, rings)

    def _reading(
        self, chart: Chart, run: Record, at: float | None, rings: list[tuple[QPointF, QColor]]
    ) -> Reading:
        curves = chart.curves(run)
        for line in curves.lines:
            index = run.index(line.measure.each, at)
            point = line.point(index) if at is not None and index >= 0 else None
            if point is not None:
                rings.append((point, curves.color))
        values = tuple((declared(line.measure.word), run.value(line.measure, at)) for line in curves.lines)
        step = run.index("step", at)
        return Reading(int(run.steps.step[step]) if step >= 0 else None, values, curves.color.name())

    def _describe(self, run: Record) -> None:
        """Describes the charts for screen readers, at the end of every epoch and of the run."""
        told = (len(run.validations), run.ended)
        if told == self._told[run]:
            return
        self._told[run] = told
        if not run.measured:
            return
        for chart in self.charts:
            chart.setAccessibleDescription(" ".join(self._sentences(chart, run)))

    def _sentences(self, chart: Chart, run: Record) -> Iterator[str]:
        quantity, curves = chart.quantity, chart.curves(run)
        measures = [line.measure for line in curves.lines]
        values = [f"{declared(each.line)} {quantity.figure(run.value(each))}" for each in measures]
        yield self.tr("{name} of {run} after epoch {epoch:.4g}: {values}.").format(
            name=declared(quantity.title), run=run.title, epoch=run.last_epoch, values=", ".join(values)
        )
        best = curves.best_value()
        if run.best is not None and best is not None:
            yield self.tr("Best epoch {epoch}: {value}.").format(
                epoch=run.best.epoch, value=quantity.figure(best)
            )
        if quantity.finite and run.diverged is not None:
            yield self.tr("The {name} diverged.").format(name=declared(quantity.title).lower())

    # building

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_figure"):
            palette = theme.colors(self).runs
            for number in self._numbers.values():
                self.runs_legend.set_color(number, palette[number % len(palette)])

    def _name_parts(self) -> None:
        for chart in self.charts:
            chart.setObjectName(f"{chart.quantity.name}_chart")
            chart.setAccessibleName(declared(chart.quantity.title))
            chart.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            chart.setMinimumSize(160, 90)
        self.setObjectName("curves")
        self._hint.setObjectName("hint")
        self._hint.setProperty("role", "label")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)

    def _arrange(self) -> None:
        charts = QWidget()
        column = QVBoxLayout(charts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for chart, heading in zip(self.charts, self.headings, strict=True):
            column.addWidget(heading)
            column.addWidget(chart, 1)
        epoch = QLabel(self.tr("epoch"))
        epoch.setProperty("role", "dim")
        epoch.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(epoch)
        self._pages = QStackedLayout()
        self._pages.addWidget(self._hint)
        self._pages.addWidget(charts)
        self._figure = QWidget()
        figure = QVBoxLayout(self._figure)
        figure.setContentsMargins(0, 0, 0, 0)
        figure.setSpacing(2)
        figure.addLayout(self._pages, 1)
        figure.addWidget(self.keys)
        figure.addWidget(self.runs_legend)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(theme.SPACE + 4, theme.SPACE // 2, theme.SPACE + 4, theme.SPACE)
        rows.setSpacing(theme.SPACE // 2)
        rows.addWidget(self.toolbar)
        rows.addWidget(self._figure, 1)
        rows.addWidget(self.outcome)

    def _connect(self) -> None:
        for chart in self.charts:
            chart.zoomed.connect(self._zoom)
            chart.reset_requested.connect(self.reset_view)
            chart.pointed.connect(self._point)
            chart.stepped.connect(self._step)
            chart.view_changed.connect(self._follow_view)
        self.toolbar.smoothing_changed.connect(self._smooth)
        self.toolbar.log_toggled.connect(self.set_log)
        self.toolbar.reset_requested.connect(self.reset_view)
        self.toolbar.clear_requested.connect(self.clear_requested)
        self.toolbar.copy_picture_action.triggered.connect(self._copy_picture)
        self.toolbar.copy_csv_action.triggered.connect(self._copy_csv)
        self.toolbar.save_picture_action.triggered.connect(self._save_picture)
        self.toolbar.save_csv_action.triggered.connect(self._save_csv)
        self.runs_legend.run_toggled.connect(self._show_run)
