"""All charts below each other, each with its heading and the button of its axis."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from networks.runs.measures import QUANTITIES
from widgets.curves.chart_place import chart_place


class Charts(QWidget):
    """One chart for each quantity; boxes of values lie over the whole panel."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self.places = tuple(chart_place(quantity, panel) for quantity in QUANTITIES)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for place in self.places:
            column.addWidget(place.heading)
            # charts that are shown by choice stay smaller than the main ones
            column.addWidget(place.chart, 2 if place.chart.quantity.extra else 3)
            column.addWidget(place.button, 0, Qt.AlignmentFlag.AlignRight)
        epoch = QLabel(self.tr("epoch"))
        epoch.setProperty("role", "dim")
        epoch.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(epoch)
