"""The docks around the canvas: how they are arranged at first, and titles that give way to tabs."""

from __future__ import annotations

from itertools import chain, pairwise

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QScrollArea, QTabWidget, QWidget

from app.feature.panel import Panel, Place
from widgets.controls.dock_title import DockTitle

WIDTHS = {Place.LEFT: 196, Place.BESIDE: 470, Place.TOP: 296}
"""Widths at first, in device-independent pixels; the canvas has the rest."""
LAYOUT_VERSION = 2
"""Of the saved arrangement. It need not change when panels come or go."""
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
ROOMY_HEIGHT = 860
"""Height of the window from which the lower part of the column at the right has a place of its own."""


class Docks(QObject):
    """Makes the docks and arranges them. `by_name` maps the names of panels to docks."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.by_name: dict[str, QDockWidget] = {}
        self._places: dict[Place, list[QDockWidget]] = {place: [] for place in Place}
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setDockNestingEnabled(True)
        # when a dock reports that it has moved, it is not in its new place yet
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._refresh_titles)

    def add(self, panel: Panel) -> None:
        """Makes the dock of a panel."""
        dock = QDockWidget(panel.title, self._window)
        dock.setObjectName(panel.name)
        dock.setWidget(_scrolling(panel.widget) if panel.scrolls else panel.widget)
        if not panel.scrolls:
            panel.widget.setMinimumWidth(max(panel.least_width, panel.widget.minimumWidth()))
        dock.setTitleBarWidget(DockTitle(dock))
        dock.dockLocationChanged.connect(self._later.start)
        dock.topLevelChanged.connect(self._later.start)
        dock.visibilityChanged.connect(self._later.start)
        if panel.seen is not None:
            dock.visibilityChanged.connect(panel.seen)
        self.by_name[panel.name] = dock
        self._places[panel.place].append(dock)

    def save(self) -> QByteArray:
        """Where every panel is, for `restore`."""
        return self._window.saveState(LAYOUT_VERSION)

    def in_order(self) -> tuple[QDockWidget, ...]:
        """All docks by their places, from the left to the right and from top to bottom."""
        return tuple(dock for place in Place for dock in self._places[place])

    @Slot()
    def arrange(self) -> None:
        """Puts every panel into the place that it declares. There is at least one panel for each place."""
        window = self._window
        for dock in self.in_order():
            # removed first, because splitting would leave a dock in its present area
            dock.setFloating(False)
            window.removeDockWidget(dock)
        left, columns = self._places[Place.LEFT], self._columns()
        for area, group in ((Qt.DockWidgetArea.LeftDockWidgetArea, left), (RIGHT, columns[0][0])):
            window.addDockWidget(area, group[0])
        for before, behind in pairwise(columns):
            window.splitDockWidget(before[0][0], behind[0][0], Qt.Orientation.Horizontal)
        for column in columns:
            for upper, lower in pairwise(column):
                window.splitDockWidget(upper[0], lower[0], Qt.Orientation.Vertical)
        groups = [left, *chain.from_iterable(columns)]
        for group in groups:
            for dock in group[1:]:
                window.tabifyDockWidget(group[0], dock)
        for dock in self.in_order():
            dock.show()
        for group in groups:
            group[0].raise_()
        self.size()

    def restore(self, state: QByteArray) -> bool:
        """Puts every panel where it was when the window was closed. Returns False if that is not known."""
        if not self._window.restoreState(state, LAYOUT_VERSION):
            return False
        for docks in self._places.values():
            for dock in docks:
                if not _names(state, dock) and docks[0] is not dock:
                    # it did not exist then, and Qt would not make it a tab
                    self._window.tabifyDockWidget(docks[0], dock)
        return True

    def size(self) -> None:
        """Sets the first widths; in a narrow window the curves are narrower. The window must be visible."""
        share = min(1.0, self._window.width() / 1400)
        widths = {**WIDTHS, Place.BESIDE: round(WIDTHS[Place.BESIDE] * share)}
        self._window.resizeDocks(
            [self._places[place][0] for place in widths], list(widths.values()), Qt.Orientation.Horizontal
        )
        column = [group[0] for group in self._columns()[-1]]
        heights = [42, 32, 26] if len(column) == 3 else [45, 55]
        self._window.resizeDocks(column, heights, Qt.Orientation.Vertical)

    def _columns(self) -> list[list[list[QDockWidget]]]:
        """The columns right of the canvas, each a list of groups of tabs, from top to bottom."""
        places = self._places
        middle, bottom = places[Place.MIDDLE], places[Place.BOTTOM]
        roomy = self._window.height() >= ROOMY_HEIGHT
        lower = [middle, bottom] if roomy else [[*middle, *bottom]]
        return [[places[Place.BESIDE]], [places[Place.TOP], *lower]]

    @Slot()
    def _refresh_titles(self) -> None:
        for dock in self.by_name.values():
            title = dock.titleBarWidget()
            assert isinstance(title, DockTitle)
            title.show_tabbed(not dock.isFloating() and bool(self._window.tabifiedDockWidgets(dock)))


def _scrolling(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    area.setMinimumWidth(widget.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
    return area


def _names(state: QByteArray, dock: QDockWidget) -> bool:
    """Whether QMainWindow has saved this dock; it writes names as UTF-16, with their length before them."""
    name = dock.objectName().encode("utf-16-be")
    return len(name).to_bytes(4, "big") + name in state.data()
