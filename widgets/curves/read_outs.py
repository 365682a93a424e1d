"""The values at the cross-hair, or the newest ones: in the headings of the charts and in boxes over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from networks.runs.record import Record
from widgets.controls.screen_reader import announce
from widgets.curves.reading_box import ReadingBox
from widgets.curves.readings import Reading, ReadValue
from widgets.look import theme
from widgets.look.translation import declared

if TYPE_CHECKING:
    from widgets.curves.chart import Chart
    from widgets.curves.chart_place import ChartPlace


MOST_READ = 12
"""How many runs are read out; there is no room for more."""


class ReadOuts:
    """Reads the values of runs at one step, the same in all charts, and shows them."""

    def __init__(self, panel: QWidget) -> None:
        """Each chart has a heading, and a box that lies anywhere on the panel."""
        self._panel = panel

    def show(self, places: list[ChartPlace], shown: list[Record], pointed: float | None) -> None:
        """Shows the values of these runs, the one in front first, at the epoch that is pointed at."""
        shown = shown[:MOST_READ]
        front = shown[0] if shown else None
        at = None
        if pointed is not None and front is not None and len(front.steps):
            at = float(front.steps.epoch[front.steps.nearest(pointed)])
        below = self._panel.height()
        for chart, heading, box, _ in reversed(places):
            rings: list[tuple[QPointF, QColor]] = []
            averages = any(run.averages for run in shown)
            readings = tuple(self._reading(chart, run, at, rings, averages) for run in shown)
            heading.show_readings(readings)
            heading.show_boxed(at is not None)
            chart.show_cross_hair(at, rings)
            below = self._place_box(chart, box, readings if at is not None else (), below)

    def read_out(self, place: ChartPlace) -> None:
        """Tells screen readers the values to which keys have led the cross-hair of this chart."""
        words = self._panel.tr("epoch {epoch}: {values}").format(
            epoch=f"{place.chart.cross_hair:.4g}", values=place.heading.text()
        )
        announce(place.chart, words)

    def _place_box(self, chart: Chart, box: ReadingBox, readings: tuple[Reading, ...], below: int) -> int:
        """Shows the box in a corner of its chart, or over what stands below the charts, where they are full.

        Boxes there stand on each other: this one ends at `below`. Returns where the next one has to end.
        """
        margin = theme.SPACE // 2
        box.show_readings(readings, self._panel.width() - 2 * margin)
        if not readings:
            return below
        corner = chart.free_place(QSizeF(box.size()))
        if corner is None:
            box.move((self._panel.width() - box.width()) // 2, max(0, below - box.height() - margin))
            below = box.y()
        else:
            at = chart.viewport().mapTo(self._panel, corner.toPoint())
            box.move(max(margin, min(at.x(), self._panel.width() - box.width() - margin)), at.y())
        box.raise_()
        return below

    def _reading(
        self,
        chart: Chart,
        run: Record,
        at: float | None,
        rings: list[tuple[QPointF, QColor]],
        averages: bool,
    ) -> Reading:
        curves = chart.curves(run)
        values = []
        for line in curves.lines:
            if line.measure.averaged and not averages:
                continue
            index = run.index(line.measure.each, at)
            point = line.point(index) if at is not None and index >= 0 else None
            if point is not None:
                rings.append((point, curves.color))
            values.append(ReadValue(declared(line.measure.word), line.value(index), line.own_value(index)))
        step = run.index("step", at)
        number = int(run.steps.step[step]) if step >= 0 else None
        return Reading(run.short, number, tuple(values), curves.color.name())
