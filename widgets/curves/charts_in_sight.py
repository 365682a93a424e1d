"""The charts as they are seen: which epochs, how smooth, and the values at the cross-hair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from networks.runs.record import Record
from widgets.controls.late import Late
from widgets.curves.pointed import epoch_beside
from widgets.curves.read_outs import ReadOuts

if TYPE_CHECKING:
    from widgets.curves.chart import Chart
    from widgets.curves.chart_place import ChartPlace
    from widgets.curves.charts import Charts


class ChartsInSight(QObject):
    """Makes the charts late, zooms them together, and points at one epoch in all of them."""

    changed = Signal()
    """The charts are to be seen otherwise, and have to be drawn anew."""
    span_changed = Signal()
    """They show other epochs, or in another place."""

    def __init__(self, panel: QWidget, drawn: Callable[[], Sequence[Record]]) -> None:
        """`drawn` gives the runs that are drawn and have measured something, the one in front first."""
        super().__init__(panel)
        self._panel, self._drawn = panel, drawn
        self._read_outs = ReadOuts(panel)
        self._redrawing = False
        self._pointed: float | None = None
        self.following = True
        """Whether the charts move with live data; they do not while the user has zoomed."""
        self.late = Late(self._make)
        """Where they stand."""

    def make(self) -> None:
        """Makes the charts, unless they are there."""
        assert self.late.widget

    def _make(self) -> Charts:
        from widgets.curves.charts import Charts

        charts = Charts(self._panel)
        for place in charts.places:
            place.chart.zoomed.connect(self._zoom)
            place.chart.reset_requested.connect(self.reset)
            place.chart.pointed.connect(self.point)
            place.chart.stepped.connect(self._step)
            place.chart.view_changed.connect(self._follow_view)
            place.chart.all_requested.connect(self._switch_axis)
            place.button.clicked.connect(self._switch_axis)
        return charts

    @property
    def all(self) -> tuple[Chart, ...]:
        """Also those that are hidden, as far as they are made."""
        return tuple(place.chart for place in self._places)

    @property
    def shown(self) -> tuple[ChartPlace, ...]:
        """Those that are shown, with what belongs to them, as far as they are made."""
        return tuple(place for place in self._places if place.shown)

    @property
    def _places(self) -> tuple[ChartPlace, ...]:
        made = self.late.made
        return () if made is None else made.places

    def place(self, quantity: str) -> ChartPlace:
        """The chart of this quantity, by its name, with what belongs to it."""
        self.make()
        return next(place for place in self._places if place.chart.quantity.name == quantity)

    def set_log(self, log: bool, smoothing: float) -> None:
        """Switches all charts that can have a logarithmic axis."""
        self.make()
        for chart in self.all:
            if chart.quantity.logarithmic:
                chart.set_log(log, smoothing)
        # the zoomed range has no meaning on the other scale
        self.reset()

    def show(self, quantity: str, shown: bool, records: Iterable[Record]) -> None:
        """Shows or hides the chart of this quantity, with the curves of these runs."""
        place = self.place(quantity)
        # a chart that is hidden takes nothing
        for record in records:
            place.chart.take(record)
        place.set_shown(shown)

    def smooth(self, weight: float) -> None:
        """Smooths all curves by this weight."""
        self.make()
        for chart in self.all:
            chart.set_smoothing(weight)

    def show_single_steps(self, shown: bool) -> None:
        """Whether every single step is drawn behind the smoothed curves."""
        self.make()
        for chart in self.all:
            chart.set_single_steps(shown)

    @Slot()
    def reset(self) -> None:
        """Shows everything that is sane, and follows live data again."""
        self.following = True
        self.changed.emit()

    def begin_anew(self) -> None:
        """Follows live data again and points nowhere: there are no runs any more."""
        self.following = True
        self._pointed = None

    @Slot(object)
    def point(self, epoch: float | None) -> None:
        """Shows the cross-hair at this epoch, with what was measured there."""
        self._pointed = epoch
        self.read_out()

    def redraw(self) -> None:
        """Draws what is new, and moves with it if live data are followed."""
        drawn = self._drawn()
        self._redrawing = True
        for place in self.shown:
            if drawn and self.following:
                place.chart.follow(max(run.last_epoch for run in drawn))
            else:
                place.chart.redraw()
        self._redrawing = False
        for place in self.shown:
            # where an axis leaves something out or does not begin at 0
            place.show_axis(following=self.following)

    def read_out(self) -> None:
        """Shows the values at the cross-hair, or the newest ones."""
        self._read_outs.show([*self.shown], [*self._drawn()], self._pointed)

    @Slot()
    def _switch_axis(self) -> None:
        """Shows all that an axis leaves out, or leaves it out again."""
        source = self.sender()
        chart = next(place.chart for place in self._places if source in (place.chart, place.button))
        chart.set_whole(not chart.whole)
        self.reset()

    @Slot()
    def _zoom(self) -> None:
        zoomed = next(chart for chart in self.all if chart is self.sender())
        self.following = False
        self._redrawing = True
        for chart in self.all:
            chart.look_at(x=zoomed.x_range())
        self._redrawing = False
        self.changed.emit()

    @Slot(int)
    def _step(self, by: int) -> None:
        front = next(iter(self._drawn()), None)
        if front is None or not len(front.steps):
            return
        self.point(epoch_beside(front.steps, self._pointed, by))
        self._read_outs.read_out(next(place for place in self._places if place.chart is self.sender()))

    @Slot()
    def _follow_view(self) -> None:
        self.span_changed.emit()
        # the newest values are the same in every view
        if not self._redrawing and self._pointed is not None:
            self.read_out()
