"""What is measured and written, right of the canvas: a tab for each panel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Slot
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from app.feature.panel import Panel
from app.window.seats import Seat
from widgets.controls.late import Late
from widgets.look import theme


class Tabs(QTabWidget):
    """The tabs of all panels that are open."""

    def __init__(self, seats: Sequence[Seat], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measured")
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)
        self.tabBar().setExpanding(False)
        self.tabBar().setDrawBase(False)
        self._seats = tuple(seats)
        for seat in seats:
            panel = seat.panel
            self.addTab(_scrolling(panel.widget) if panel.scrolls else _wide(panel), panel.title)
            seat.changed.connect(self._refresh)
            seat.wished.connect(partial(self.bring, seat))
        self._fit()

    @property
    def empty(self) -> bool:
        """Whether all panels are closed."""
        return not any(seat.open for seat in self._seats)

    def front(self) -> str:
        """The name of the panel in front."""
        return self._seats[self.currentIndex()].panel.name

    def room(self) -> int:
        """The width that the panel in front needs to show everything; 0 for one that makes do with less."""
        return theme.grown(self._seats[self.currentIndex()].panel.room) if not self.empty else 0

    def show_front(self, name: str) -> None:
        """Puts a panel in front; the first one that is open if there is none of this name."""
        for seat in self._seats:
            if seat.open and seat.panel.name == name:
                self.bring(seat)
                return
        for seat in self._seats:
            if seat.open:
                self.bring(seat)
                return

    def bring(self, seat: Seat) -> None:
        """Puts a panel in front."""
        if seat.open:
            self.setCurrentIndex(self._seats.index(seat))

    @Slot()
    def _refresh(self) -> None:
        for index, seat in enumerate(self._seats):
            self.setTabVisible(index, seat.open)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """Moves the tabs closer together where not all of them have room; only then are arrows needed."""
        font = QFont(self.tabBar().font())
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(font)
        words = [seat.panel.title for seat in self._seats if seat.open]
        wide = sum(metrics.horizontalAdvance(word) + 2 * theme.TAB + theme.TAB_GAP for word in words)
        tight = wide > self.width()
        bar = self.tabBar()
        if bool(bar.property("tight")) != tight:
            bar.setProperty("tight", tight)
            bar.style().unpolish(bar)
            bar.style().polish(bar)
            # only then does it measure its tabs again
            QCoreApplication.sendEvent(bar, QEvent(QEvent.Type.StyleChange))


def _wide(panel: Panel) -> QWidget:
    panel.widget.setMinimumWidth(max(theme.grown(panel.least_width), panel.widget.minimumWidth()))
    return panel.widget


def _scrolling(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    _widen(area, widget)
    if isinstance(widget, Late):
        widget.filled.connect(partial(_widen, area, widget))
    return area


def _widen(area: QScrollArea, widget: QWidget) -> None:
    """Makes the area wide enough for what it scrolls up and down."""
    area.setMinimumWidth(widget.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
