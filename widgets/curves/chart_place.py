"""A chart with what belongs to it: its heading, the box of values over it and the button of its axis."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.measures import Quantity
from widgets.curves.axis_button import AxisButton
from widgets.curves.chart import Chart
from widgets.curves.reading_box import ReadingBox
from widgets.curves.readings import Readings
from widgets.look.translation import declared


class ChartPlace(NamedTuple):
    """What shows one quantity."""

    chart: Chart
    heading: Readings
    box: ReadingBox
    button: AxisButton

    @property
    def shown(self) -> bool:
        """Whether it is shown: always, or by choice."""
        return not self.chart.isHidden()

    def set_shown(self, shown: bool) -> None:
        """Shows or hides it."""
        self.chart.setVisible(shown)
        self.heading.setVisible(shown)
        self.button.hide()
        self.box.hide()

    def show_axis(self, *, following: bool) -> None:
        """Says where the axis leaves something out or does not begin at 0."""
        self.button.show_chart(self.chart, following=following)
        start = self.chart.axis_start
        self.heading.show_note(
            "" if start is None else self.chart.tr("axis starts at {value}").format(value=start)
        )


def chart_place(quantity: Quantity, panel: QWidget) -> ChartPlace:
    """For a quantity, on a panel; hidden if its chart is shown by choice only."""
    place = ChartPlace(Chart(quantity), Readings(quantity), ReadingBox(quantity, panel), AxisButton())
    place.chart.setObjectName(f"{quantity.name}_chart")
    place.chart.setAccessibleName(declared(quantity.title))
    place.chart.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    place.chart.setMinimumSize(160, 64)
    if quantity.extra:
        place.set_shown(False)
    return place
