"""Loss and accuracy of all runs, live, over epochs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Slot
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedLayout, QToolTip, QVBoxLayout, QWidget

from networks.core.message import Message
from networks.runs.events import Event, Failed, Finished, Started, Validated
from networks.runs.record import Record
from networks.runs.table import csv_text
from widgets.curves import export
from widgets.curves.chart import Chart
from widgets.curves.legend import Keys, RunsLegend
from widgets.curves.outcome import Outcome
from widgets.curves.readings import Reading, Readings
from widgets.curves.toolbar import CurvesToolbar
from widgets.look import theme
from widgets.look.translation import said

_NEAR = 0.5
"""Epochs within which a validation counts as measured at a step under the cross-hair."""


class CurvesPanel(QWidget):
    """Shows what runs tell. Nothing stands here that was not measured."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: dict[int, Record] = {}
        self._number = -1
        self._title = ""
        self._obstacle: Message | None = None
        self._following = True
        self._refreshing = False
        self._pointed: float | None = None
        self.loss = Chart("loss")
        self.accuracy = Chart("accuracy")
        self.charts = (self.loss, self.accuracy)
        self.headings = (Readings("loss"), Readings("accuracy"))
        self.toolbar = CurvesToolbar()
        self.runs_legend = RunsLegend()
        self.outcome = Outcome()
        self._keys = Keys()
        self._hint = QLabel()
        self._name_parts()
        self._arrange()
        self._connect()
        self._refresh()

    # what is shown

    def begin_run(self, title: str) -> None:
        """Starts a run in the next colour; the earlier ones stay behind it."""
        self._number += 1
        self._title = title
        run = Record(title)
        self._runs[self._number] = run
        for chart in self.charts:
            chart.add_run(run, self._number, self.toolbar.smoothing)
        curves = self.loss.curves(run)
        self.runs_legend.add_run(self._number, title, curves.color.name(), curves.symbol)
        self.outcome.show_end(None)
        self._following = True
        self._refresh()

    def show_obstacle(self, reason: Message | None) -> None:
        """Why the network cannot be trained now; said where there are no curves yet."""
        if reason != self._obstacle:
            self._obstacle = reason
            self._refresh()

    def extend(self, events: Sequence[Event]) -> None:
        """Appends everything that has happened since the last call, and draws it once."""
        run = self._current
        if run is None:
            # the last run goes on after it was cleared
            self.begin_run(self._title or self.tr("Run"))
            run = self._current
            assert run is not None
        run.take(events)
        for chart in self.charts:
            chart.take(run)
        for event in events:
            if isinstance(event, Started):
                self.outcome.show_end(None)
            elif isinstance(event, Finished | Failed):
                self.outcome.show_end(event)
        self._refresh()
        if any(isinstance(event, Validated | Finished | Failed) for event in events):
            self._describe()

    @Slot()
    def clear_runs(self) -> None:
        """Forgets all runs but one that is still going on."""
        current = self._current
        for number, run in list(self._runs.items()):
            if run is current and run.ended is None:
                continue
            del self._runs[number]
            self.runs_legend.remove_run(number)
            for chart in self.charts:
                chart.remove_run(run)
        if not self._runs:
            self._number = -1
            self._following = True
            self._pointed = None
        self._refresh()

    def csv(self) -> str:
        """Every measurement of every run, shown or hidden."""
        return csv_text(self._runs.values())

    @property
    def runs(self) -> tuple[Record, ...]:
        """All runs, oldest first."""
        return tuple(self._runs.values())

    @property
    def following(self) -> bool:
        """Whether the charts move with live data; not while the user has zoomed."""
        return self._following

    # what the user does

    @Slot(bool)
    def set_log(self, log: bool) -> None:
        """A logarithmic or linear loss."""
        self.loss.set_log(log, self.toolbar.smoothing)
        # what was zoomed to has no meaning on the other scale
        self.reset_view()

    @Slot(float)
    def _smooth(self, weight: float) -> None:
        self._keys.show_smoothing(weight > 0)
        for chart in self.charts:
            chart.set_smoothing(weight)
        self._refresh()

    @Slot()
    def reset_view(self) -> None:
        """Shows everything and follows live data again."""
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
        for chart in self.charts:
            chart.curves(self._runs[number]).set_shown(shown)
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

    @property
    def _current(self) -> Record | None:
        """The newest run: the one that events belong to."""
        return self._runs.get(self._number)

    def _shown(self) -> list[Record]:
        """Visible runs with measurements, newest first."""
        runs = reversed(self._runs.values())
        return [run for run in runs if run.measured and self.loss.curves(run).shown]

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
        current = self._current
        going_on = current if current is not None and current.ended is None else None
        self.toolbar.show_runs(
            measured=any(run.measured for run in self._runs.values()),
            clearable=any(run is not going_on for run in self._runs.values()),
        )
        self._show_hint(bool(shown), going_on is not None)
        self._refresh_readings()

    def _show_hint(self, shown: bool, going_on: bool) -> None:
        self._pages.setCurrentIndex(1 if shown else 0)
        self._keys.setVisible(shown)
        if any(run.measured for run in self._runs.values()):
            self._hint.setText(self.tr("All runs are hidden"))
        elif going_on:
            self._hint.setText(self.tr("Waiting for the first step…"))
        elif self._obstacle is not None:
            self._hint.setText(self.tr("Cannot train: {reason}").format(reason=said(self._obstacle)))
        else:
            self._hint.setText(self.tr("Press Train to see the loss fall"))

    @Slot()
    def _follow_view(self) -> None:
        if not self._refreshing:
            self._refresh_readings()

    def _refresh_readings(self) -> None:
        """Values at the cross-hair, or the newest ones; the same step in both charts."""
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
        training, validation = len(run.steps) - 1, len(run.validations) - 1
        if at is not None:
            # an earlier run may be shorter, then it has measured nothing there
            training = run.steps.nearest(at) if at <= run.last_epoch and training >= 0 else -1
            validation = run.validations.nearest(at) if validation >= 0 else -1
            if validation >= 0 and abs(float(run.validations.epoch[validation]) - at) > _NEAR:
                validation = -1
            points = (
                curves.training_point(training) if training >= 0 else None,
                curves.validation_point(validation) if validation >= 0 else None,
            )
            rings += [(point, curves.color) for point in points if point is not None]
        train = run.steps.values(f"training {chart.metric}")
        judged = run.validations.values(f"validation {chart.metric}")
        return Reading(
            int(run.steps.step[training]) if training >= 0 else None,
            float(train[training]) if training >= 0 else None,
            float(judged[validation]) if validation >= 0 else None,
            curves.color.name(),
        )

    def _describe(self) -> None:
        """What the charts show, for those who do not see them; at the end of an epoch and of a run."""
        run = self._current
        if run is None or not run.measured:
            return
        for chart, name in zip(self.charts, self._names(), strict=True):
            loss = chart.metric == "loss"
            training = run.steps.values(f"training {chart.metric}")
            validation = run.validations.values(f"validation {chart.metric}")
            text = self.tr(
                "{name} of {run} after epoch {epoch:.4g}: training {training}, validation {validation}."
            )
            parts = [
                text.format(
                    name=name,
                    run=run.title,
                    epoch=run.last_epoch,
                    training=chart.figure(float(training[-1]) if len(training) else None),
                    validation=chart.figure(float(validation[-1]) if len(validation) else None),
                )
            ]
            if run.best is not None:
                value = chart.figure(run.best.values[f"validation {chart.metric}"])
                best = self.tr("Best epoch {epoch}: {value}.")
                parts.append(best.format(epoch=run.best.epoch, value=value))
            if loss and run.diverged is not None:
                parts.append(self.tr("The loss diverged."))
            chart.setAccessibleDescription(" ".join(parts))

    # building

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_figure"):
            palette = theme.colors(self).runs
            for number in self._runs:
                self.runs_legend.set_color(number, palette[number % len(palette)])

    def _names(self) -> tuple[str, str]:
        return self.tr("Loss"), self.tr("Accuracy")

    def _name_parts(self) -> None:
        for chart, heading, name in zip(self.charts, self.headings, self._names(), strict=True):
            heading.set_title(name)
            chart.setObjectName(f"{chart.metric}_chart")
            chart.setAccessibleName(name)
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
        figure.addWidget(self._keys)
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
        self.toolbar.clear_requested.connect(self.clear_runs)
        self.toolbar.copy_picture_action.triggered.connect(self._copy_picture)
        self.toolbar.copy_csv_action.triggered.connect(self._copy_csv)
        self.toolbar.save_picture_action.triggered.connect(self._save_picture)
        self.toolbar.save_csv_action.triggered.connect(self._save_csv)
        self.runs_legend.run_toggled.connect(self._show_run)
