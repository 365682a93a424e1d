"""All charts below each other with their explanation, or in their place what to do to have some."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from widgets.curves.chart_place import ChartPlace
from widgets.curves.hint import Hint
from widgets.curves.keys import Keys


class Figure(QWidget):
    """The part of the panel that pictures of it show."""

    def __init__(self, places: Sequence[ChartPlace], hint: Hint, keys: Keys) -> None:
        super().__init__()
        charts = QWidget()
        column = QVBoxLayout(charts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for place in places:
            column.addWidget(place.heading)
            # charts that are shown by choice stay smaller than the main ones
            column.addWidget(place.chart, 2 if place.chart.quantity.extra else 3)
            column.addWidget(place.button, 0, Qt.AlignmentFlag.AlignRight)
        epoch = QLabel(self.tr("epoch"))
        epoch.setProperty("role", "dim")
        epoch.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(epoch)
        figure = QVBoxLayout(self)
        figure.setContentsMargins(0, 0, 0, 0)
        figure.setSpacing(2)
        self._pages = QStackedLayout()
        # before it has pages: it shows the first one at once, which alone would be a window of its own
        figure.addLayout(self._pages, 1)
        self._pages.addWidget(hint)
        self._pages.addWidget(charts)
        figure.addWidget(keys)

    @property
    def charts_shown(self) -> bool:
        """Whether the charts are shown, not the hint."""
        return self._pages.currentIndex() == 1

    def show_charts(self, shown: bool) -> None:
        """Shows the charts, or the hint."""
        self._pages.setCurrentIndex(1 if shown else 0)
