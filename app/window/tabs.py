"""What is measured and written, right of the canvas: a tab for each panel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Slot
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QMenu, QScrollArea, QTabBar, QTabWidget, QToolButton, QWidget

from app.feature.panel import Panel
from app.window.seats import Seat
from widgets.controls.late import Late
from widgets.controls.scrolled import scrolled
from widgets.look import theme
from widgets.look.icon import icon


class Tabs(QTabWidget):
    """The tabs of all panels that are open. Those that have no room are in a menu behind the others."""

    def __init__(self, seats: Sequence[Seat], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measured")
        self._bar = _Bar()
        self.setTabBar(self._bar)
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
        self.more = QToolButton(self)
        self.more.setProperty("bare", True)
        self.more.setIcon(icon("more"))
        self.more.setAccessibleName(self.tr("More tabs"))
        self.more.setToolTip(self.tr("The tabs that have no room"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(menu)
        self.setTabOrder(self.tabBar(), self.more)
        self.currentChanged.connect(self._fit)
        self._refresh()

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
            # one of those in the menu, perhaps
            self.setTabVisible(self._seats.index(seat), True)
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

    @Slot()
    def _fit(self) -> None:
        """Moves the tabs closer together where they lack room, and puts the last ones into the menu."""
        wanted = [index for index, seat in enumerate(self._seats) if seat.open]
        widths = [self._bar.width_of(index) for index in range(self.count())]
        room = self.width() - self._bar.grows_by(self.currentIndex())
        loose = sum(widths[index] for index in wanted)
        less = len(wanted) * (2 * theme.TAB + theme.TAB_GAP - 3 * theme.TIGHT_TAB)
        if self._bar.tight:
            loose += less
        tight = loose > room
        if tight != self._bar.tight:
            self._bar.set_tight(tight)
            widths = [self._bar.width_of(index) for index in range(self.count())]
        all_fit = sum(widths[index] for index in wanted) <= room
        shown = set(wanted) if all_fit else self._first(wanted, widths, room)
        for index in wanted:
            self.setTabVisible(index, index in shown)
        self._bar.scroll_back()
        size = self.more.sizeHint()
        # before it is laid out, and while all tabs but one are hidden, the bar is not as high as it will be
        top = (self.tabBar().sizeHint().height() - size.height()) // 2
        self.more.setGeometry(QRect(QPoint(self.width() - size.width(), max(0, top)), size))
        self.more.raise_()
        self.more.setVisible(not all_fit)

    def _first(self, wanted: Sequence[int], widths: Sequence[int], room: int) -> set[int]:
        """As many tabs as there is room for beside the menu; the one in front is always among them."""
        front = self.currentIndex()
        room -= self.more.sizeHint().width() + widths[front]
        shown = {front}
        for index in wanted:
            if index != front:
                room -= widths[index]
                if room < 0:
                    break
                shown.add(index)
        return shown

    @Slot()
    def _fill_menu(self) -> None:
        menu = self.more.menu()
        menu.clear()
        for index, seat in enumerate(self._seats):
            if seat.open and not self.isTabVisible(index):
                menu.addAction(seat.panel.title, partial(self.bring, seat))


class _Bar(QTabBar):
    """Says how wide its tabs are, also those that are hidden."""

    def width_of(self, index: int) -> int:
        """The width of a tab that is not in front."""
        return self.tabSizeHint(index).width()

    def grows_by(self, index: int) -> int:
        """How much wider a tab may be in front, where its words are bold."""
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        words = self.tabText(index)
        return QFontMetrics(font).horizontalAdvance(words) - self.fontMetrics().horizontalAdvance(words)

    def scroll_back(self) -> None:
        """Shows the first tab again where all have room: Qt stays where it scrolled to for more of them."""
        QCoreApplication.sendEvent(self, QResizeEvent(self.size(), self.size()))

    @property
    def tight(self) -> bool:
        """Whether the tabs stand close together."""
        return bool(self.styleSheet())

    def set_tight(self, tight: bool) -> None:
        """Puts them close together, or apart."""
        # a style sheet of its own measures the tabs anew; all other rules are the application's
        self.setStyleSheet(theme.TIGHT_TABS if tight else "")


def _wide(panel: Panel) -> QWidget:
    panel.widget.setMinimumWidth(max(theme.grown(panel.least_width), panel.widget.minimumWidth()))
    return panel.widget


def _scrolling(widget: QWidget) -> QScrollArea:
    area = scrolled(widget, focusable=True)
    _widen(area, widget)
    if isinstance(widget, Late):
        widget.filled.connect(partial(_widen, area, widget))
    return area


def _widen(area: QScrollArea, widget: QWidget) -> None:
    """Makes the area wide enough for what it scrolls up and down."""
    area.setMinimumWidth(widget.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
