"""The docks around the canvas: how they stand at first, and that a tabbed one is named only once."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QScrollArea, QTabWidget, QWidget

from widgets.controls.dock_title import DockTitle

WIDTHS = {"palette": 196, "curves": 470, "layer": 296}
"""Widths at first, in device-independent pixels; the canvas has the rest."""
ROOMY_HEIGHT = 860
"""Height of the window from which the data need not share their place with the optimizer."""
LEAST_WIDTHS = {"palette": 168, "curves": 340}


class Docks(QObject):
    """Makes a dock for each panel and keeps their titles. `by_name` has them under their names."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.by_name: dict[str, QDockWidget] = {}
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setDockNestingEnabled(True)
        # the dock has not taken its place yet when it tells that it moved
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._refresh_titles)

    def add(self, name: str, title: str, widget: QWidget, *, scrolls: bool) -> None:
        """A dock for one panel, in an area that scrolls where the panel may be higher than its place."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(name)
        if scrolls:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(widget)
            area.setMinimumWidth(
                widget.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width()
            )
            widget = area
        else:
            widget.setMinimumWidth(max(LEAST_WIDTHS.get(name, 0), widget.minimumWidth()))
        dock.setWidget(widget)
        dock.setTitleBarWidget(DockTitle(dock))
        dock.dockLocationChanged.connect(self._later.start)
        dock.topLevelChanged.connect(self._later.start)
        dock.visibilityChanged.connect(self._later.start)
        self.by_name[name] = dock

    @Slot()
    def arrange(self) -> None:
        """The first arrangement: palette left, curves and settings right of the canvas."""
        docks, window = self.by_name, self._window
        for dock in docks.values():
            # from wherever it is now; splitting leaves a dock in the area where it was
            dock.setFloating(False)
            window.removeDockWidget(dock)
        right = Qt.DockWidgetArea.RightDockWidgetArea
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks["palette"])
        window.addDockWidget(right, docks["curves"])
        window.splitDockWidget(docks["curves"], docks["layer"], Qt.Orientation.Horizontal)
        window.splitDockWidget(docks["layer"], docks["optimizer"], Qt.Orientation.Vertical)
        window.tabifyDockWidget(docks["layer"], docks["activation"])
        window.tabifyDockWidget(docks["curves"], docks["code"])
        if window.height() >= ROOMY_HEIGHT:
            window.splitDockWidget(docks["optimizer"], docks["data"], Qt.Orientation.Vertical)
        else:
            window.tabifyDockWidget(docks["optimizer"], docks["data"])
        for dock in docks.values():
            dock.show()
        docks["curves"].raise_()
        docks["layer"].raise_()
        docks["optimizer"].raise_()
        self.size()

    def size(self) -> None:
        """The first widths; narrow windows get narrower curves. Takes effect in a window that is shown."""
        room = self._window.width()
        share = min(1.0, room / 1400)
        widths = {**WIDTHS, "curves": round(WIDTHS["curves"] * share)}
        names = list(widths)
        self._window.resizeDocks(
            [self.by_name[name] for name in names],
            [widths[name] for name in names],
            Qt.Orientation.Horizontal,
        )
        column = [self.by_name["layer"], self.by_name["optimizer"], self.by_name["data"]]
        roomy = self._window.height() >= ROOMY_HEIGHT
        rows, heights = (column, [42, 32, 26]) if roomy else (column[:2], [45, 55])
        self._window.resizeDocks(rows, heights, Qt.Orientation.Vertical)

    @Slot()
    def _refresh_titles(self) -> None:
        for dock in self.by_name.values():
            title = dock.titleBarWidget()
            assert isinstance(title, DockTitle)
            title.show_tabbed(not dock.isFloating() and bool(self._window.tabifiedDockWidgets(dock)))
