"""A seat is a panel in its zone: whether the user has closed it, and its entry in the menu View."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtGui import QAction

from app.feature.panel import Panel, Place
from widgets.controls.section import ShowWatch
from widgets.look.icon import icon


class Seat(QObject):
    """Keeps whether a panel is open; its zone follows `changed`."""

    changed = Signal()
    """The panel was opened or closed."""
    wished = Signal()
    """The panel is to be brought into view."""

    def __init__(self, panel: Panel, parent: QObject) -> None:
        super().__init__(parent)
        self.panel = panel
        self.action = QAction(panel.title, self)
        self.action.setObjectName(f"show_{panel.name}")
        self.action.setCheckable(True)
        self.action.setChecked(not panel.on_demand)
        self.action.toggled.connect(self._toggle)
        if panel.seen is not None:
            ShowWatch(panel.widget).seen.connect(panel.seen)

    @property
    def open(self) -> bool:
        """Whether the user wants to see it. In a narrow window it may be folded to an icon nevertheless."""
        return self.action.isChecked()

    def set_open(self, opened: bool) -> None:
        """Opens or closes it."""
        self.action.setChecked(opened)

    def bring(self) -> None:
        """Opens it and brings it into view."""
        self.set_open(True)
        self.wished.emit()

    @Slot(bool)
    def _toggle(self, opened: bool) -> None:
        self.changed.emit()
        if opened:
            self.wished.emit()


def by_place(seats: Iterable[Seat]) -> dict[Place, list[Seat]]:
    """The seats of each zone, in the order in which they stand there."""
    ranked = sorted(seats, key=lambda seat: seat.panel.rank)
    return {place: [seat for seat in ranked if seat.panel.place is place] for place in Place}


def actions_of_zones(seats: Mapping[str, Seat], parent: QObject) -> tuple[QAction, ...]:
    """What shows and hides the zones beside the canvas."""
    at = by_place(seats.values())
    rows = (
        (Place.PALETTE, "panel-left", QCoreApplication.translate("Zones", "Layers")),
        (Place.MEASURED, "panel-middle", QCoreApplication.translate("Zones", "Curves and code")),
        (Place.INSPECTOR, "panel-right", QCoreApplication.translate("Zones", "Settings")),
    )
    return tuple(_zone_action(place, symbol, title, at[place], parent) for place, symbol, title in rows)


def _zone_action(place: Place, symbol: str, title: str, seats: list[Seat], parent: QObject) -> QAction:
    """Closes all panels of a zone, and opens them again."""
    action = QAction(icon(symbol), title, parent)
    action.setObjectName(f"zone_{place.name.lower()}")
    action.setCheckable(True)

    def follow() -> None:
        action.setChecked(any(seat.open for seat in seats))

    def apply(opened: bool) -> None:
        for seat in seats:
            seat.set_open(opened and not seat.panel.on_demand)

    for seat in seats:
        seat.changed.connect(follow)
    follow()
    action.triggered.connect(apply)
    return action
