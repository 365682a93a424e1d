"""All charts with their explanation, or in their place what to do to have some."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from widgets.curves.hint import Hint
from widgets.curves.keys import Keys


class Figure(QWidget):
    """The part of the panel that pictures of it show."""

    def __init__(self, charts: QWidget, hint: Hint, keys: Keys) -> None:
        super().__init__()
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
