"""Which epochs lie where on a panel: what stands below the charts stands exactly below its epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from widgets.curves.plot_view import PlotView


class Span(NamedTuple):
    """The x axis of the charts, in pixels of a widget, with the epochs at its ends."""

    left: float
    right: float
    low: float
    high: float
    top: float = 0.0
    """Where the uppermost chart begins."""

    def at(self, epoch: float) -> float:
        """Where an epoch lies."""
        return self.left + (epoch - self.low) / ((self.high - self.low) or 1.0) * (self.right - self.left)

    def epoch(self, x: float) -> float:
        """Which epoch lies there."""
        return self.low + (x - self.left) / ((self.right - self.left) or 1.0) * (self.high - self.low)

    def has(self, epoch: float) -> bool:
        """Whether an epoch is in view."""
        return self.left - 0.5 <= self.at(epoch) <= self.right + 0.5

    def moved(self, by: QPoint) -> Span:
        """The same in pixels of a widget that lies there."""
        return self._replace(left=self.left - by.x(), right=self.right - by.x(), top=self.top - by.y())


def span_in(widget: QWidget, chart: PlotView) -> Span:
    """The axis of a chart in pixels of a widget that holds it."""
    area, place = chart.area(), chart.mapTo(widget, QPoint(0, 0))
    low, high = chart.x_range()
    return Span(area.left() + place.x(), area.right() + place.x(), low, high, area.top() + place.y())
