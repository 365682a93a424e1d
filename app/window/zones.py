"""The zones of the window: palette, canvas, what is measured, inspector; and what folds as it narrows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from app.feature.panel import Place
from app.session.arrangement import NO_DRAWER, Arrangement
from app.window.canvas_zone import STRIP_WIDTH, CanvasZone
from app.window.inspector import Inspector
from app.window.palette_zone import PaletteZone
from app.window.seats import Seat, by_place
from app.window.tabs import Tabs
from widgets.controls.late import Late
from widgets.controls.rail import WIDTH as RAIL_WIDTH
from widgets.look import theme

COMFORT = {"canvas": 330, "measured": 400}
"""Widths from which on neighbours need not fold, at the usual size of the type."""


class Folds(NamedTuple):
    """Which zones are folded."""

    palette: bool
    canvas: bool
    inspector: bool


class Zones(QSplitter):
    """Puts the panels into their zones and shares the width. `seats` has them by the names of their panels.

    Everything is made within its parent: Qt visits all that is in a widget whenever that gets another one.
    """

    choice_changed = Signal()
    """There is another `canvas_choice`."""

    def __init__(
        self,
        seats: Mapping[str, Seat],
        canvas: QWidget,
        strip: QWidget,
        over_canvas: Sequence[QWidget],
        parent: QWidget,
    ) -> None:
        """`over_canvas` are lines above the canvas, which go and come with it."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("zones")
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.seats = dict(seats)
        self._told: bool | None = None
        """The choice that was told last."""
        self._wanted = Arrangement()
        """Widths as the user wants them; what is shown may be narrower."""
        at = by_place(seats.values())
        self._palette = at[Place.PALETTE][0]
        self.palette_zone = PaletteZone(self._palette, self)
        self.addWidget(self.palette_zone)
        self.canvas = canvas
        # after the palette: the keyboard goes through the zones in the order in which they are made
        self.canvas_zone = CanvasZone(canvas, strip, over_canvas, self)
        self.addWidget(self.canvas_zone)
        self.tabs = Tabs(at[Place.MEASURED], self)
        self.addWidget(self.tabs)
        self.inspector = Inspector(at[Place.INSPECTOR], self)
        self.addWidget(self.inspector)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.fit)
        for seat in at[Place.MEASURED]:
            # after the tabs, which bring it to the front
            seat.wished.connect(self._uncover)
        self.splitterMoved.connect(self._keep_widths)
        self.inspector.drawer_changed.connect(self._follow_drawer)
        for seat in self.seats.values():
            seat.changed.connect(self.fit)
            if isinstance(seat.panel.widget, Late):
                seat.panel.widget.filled.connect(self._later.start)
        self.palette_zone.drawer_changed.connect(self._follow_palette)
        self.tabs.currentChanged.connect(self.fit)
        self.canvas_zone.opening_wished.connect(self.toggle_canvas)

    # the arrangement

    def arrangement(self) -> Arrangement:
        """How it is arranged; the place of the window is not known here."""
        seats = self.seats.items()
        hidden = tuple(name for name, seat in seats if not seat.open and not seat.panel.on_demand)
        opened = tuple(name for name, seat in seats if seat.open and seat.panel.on_demand)
        wanted = self._wanted
        return Arrangement(
            palette=wanted.palette,
            inspector=wanted.inspector,
            measured=wanted.measured,
            hidden=hidden,
            opened=opened,
            tab=self.tabs.front(),
            folded=self.inspector.folded(),
            unfolded=self.inspector.unfolded(),
            canvas_beside=wanted.canvas_beside,
            drawer=self._drawer(),
        )

    def _drawer(self) -> str:
        """What is open beside the icons, as far as it was opened or closed by hand."""
        if self.palette_zone.opened:
            return self._palette.panel.name
        drawer = self.inspector.drawer
        if drawer is None:
            return "" if self.inspector.empty else NO_DRAWER
        return drawer.panel.name if self.inspector.insists else ""

    def arrange(self, wanted: Arrangement) -> None:
        """Arranges it like this; names of panels that are not there are ignored."""
        self._wanted = wanted
        for name, seat in self.seats.items():
            seat.set_open(name in wanted.opened if seat.panel.on_demand else name not in wanted.hidden)
        self.tabs.show_front(wanted.tab)
        self.inspector.restore(wanted.folded, wanted.unfolded)
        self._open_drawer(wanted.drawer)
        self.fit()

    def _open_drawer(self, name: str) -> None:
        """Opens what was open beside the icons; the first section, if there is no such thing any more."""
        inspector = self.inspector
        inspector.close_drawer()
        if name == NO_DRAWER:
            return
        sections = {seat.panel.name: seat for seat in inspector.sections if seat.open}
        inspector.insists = name in sections
        seat = sections.get(name) or next(iter(sections.values()), None)
        if seat is not None:
            inspector.open_drawer(seat)
        if name == self._palette.panel.name and self._palette.open:
            self.palette_zone.keep_open()

    @Slot()
    def reset(self) -> None:
        """Arranges it as it was at the very first start."""
        self.palette_zone.close_drawer()
        self.arrange(Arrangement())

    # sharing the width

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Folds what has no room, and shares the width among the rest."""
        width = self.width() - 3
        shown = not self.tabs.empty
        self.tabs.setVisible(shown)
        palette, inspector = self._palette.open, not self.inspector.empty
        self.palette_zone.setVisible(palette)
        self.inspector.setVisible(inspector)
        middle = theme.grown(COMFORT["canvas"] + (COMFORT["measured"] if shown else 0))
        room = width - middle - (self._column_width() if inspector else 0)
        folds = Folds(
            palette=palette and room < (self.palette_zone.panel_width() if palette else 0),
            canvas=False,
            inspector=inspector and room < (RAIL_WIDTH if palette else 0),
        )
        folds = self._folds_for_room(folds, width)
        self.palette_zone.set_on_rail(folds.palette)
        self.inspector.set_on_rail(folds.inspector)
        self.canvas_zone.set_draggable_to_strip(bool(shown and self.tabs.room()))
        self._close_what_has_no_room(width, self._least_canvas(folds))
        # without the tab nothing needs the room
        self.canvas_zone.set_on_strip(folds.canvas and not self.tabs.isHidden())
        self._share(width)
        choice, self._told = self._told, self.canvas_choice()
        if choice is not self._told:
            self.choice_changed.emit()

    def _folds_for_room(self, folds: Folds, width: int) -> Folds:
        """Folds the neighbours of a tab that needs much room, one after the other, until it has it."""
        room = self.tabs.room()
        for zone in ("palette", "canvas", "inspector"):
            if not room or self._left_by(folds, width) >= room:
                break
            there = {"palette": self._palette.open, "inspector": not self.inspector.empty}.get(
                zone, self.tabs.front() not in self._wanted.canvas_beside
            )
            folds = folds._replace(**{zone: there})
        return folds

    def _left_by(self, folds: Folds, width: int) -> int:
        """What zones that are folded like this leave for the tabs."""
        palette = inspector = 0
        if self._palette.open:
            panel = self.palette_zone.panel_width()
            opened = RAIL_WIDTH + (panel if self.palette_zone.opened else 0)
            palette = opened if folds.palette else max(self._wanted.palette, panel)
        if not self.inspector.empty:
            opened = RAIL_WIDTH + (self._column_width() if self.inspector.insists else 0)
            inspector = opened if folds.inspector else max(self._wanted.inspector, self._column_width())
        middle = width - palette - inspector
        return middle - theme.grown(STRIP_WIDTH if folds.canvas else COMFORT["canvas"])

    def _column_width(self) -> int:
        return max(self.inspector.least_width(on_rail=False, drawer=True), theme.grown(300))

    def _least_canvas(self, folds: Folds) -> int:
        return theme.grown(STRIP_WIDTH) if folds.canvas else self.canvas_zone.least_width()

    def _close_what_has_no_room(self, width: int, canvas: int) -> None:
        """Without room for all, drawers close; one that was opened by hand hides the measurements instead."""
        inspector = self.inspector
        measured = 0 if self.tabs.empty else self.tabs.minimumSizeHint().width()
        # beside a tab that needs much room stands only what was opened by hand
        gives_way = bool(self.tabs.room()) and not inspector.insists
        drawer = inspector.on_rail and inspector.drawer is not None and not gives_way
        # nothing is shown to see whether it has room: what is shown for the first time is made for it
        if self._palette_width() + self._inspector_width(drawer=drawer) + canvas + measured <= width:
            inspector.set_room(not (inspector.on_rail and gives_way))
            return
        if self.palette_zone.opened and inspector.on_rail:
            inspector.set_room(False)
        elif drawer and inspector.insists:
            inspector.set_room(True)
            self.tabs.hide()
        else:
            inspector.set_room(not inspector.on_rail)
        still_wide = self._palette_width() + self._inspector_width() + canvas + measured > width
        if still_wide and self.palette_zone.opened:
            self.tabs.hide()

    def _palette_width(self) -> int:
        if not self._palette.open:
            return 0
        least = self.palette_zone.least_width()
        return least if self.palette_zone.on_rail else max(self._wanted.palette, least)

    def _inspector_width(self, *, drawer: bool | None = None) -> int:
        """With the drawer as it is, or open or closed."""
        inspector = self.inspector
        if inspector.empty:
            return 0
        opened = inspector.drawer_shown if drawer is None else drawer
        least = inspector.least_width(on_rail=inspector.on_rail, drawer=opened)
        return least if inspector.on_rail else max(self._wanted.inspector, least)

    def _share(self, width: int) -> None:
        """Palette and inspector have what they want; canvas and measurements share the rest."""
        palette, inspector = self._palette_width(), self._inspector_width()
        least_canvas = self.canvas_zone.least_width()
        if self.canvas_zone.on_strip:
            least_canvas = theme.grown(STRIP_WIDTH)
        least = 0 if self.tabs.isHidden() else self.tabs.minimumSizeHint().width()
        spare = width - palette - inspector - least_canvas - least
        if spare < 0 and not self.inspector.on_rail and not self.inspector.empty:
            narrowest = self.inspector.least_width(on_rail=False, drawer=True)
            taken = min(-spare, max(0, inspector - narrowest))
            inspector, spare = inspector - taken, spare + taken
        if spare < 0 and not self.palette_zone.on_rail and self._palette.open:
            taken = min(-spare, max(0, palette - self.palette_zone.least_width()))
            palette, spare = palette - taken, spare + taken
        middle = max(0, width - palette - inspector)
        measured = 0
        if least:
            measured = round(self._wanted.measured * middle)
            if self.canvas_zone.on_strip:
                measured = middle
            elif self.tabs.room() and self.tabs.front() in self._wanted.canvas_beside:
                measured = middle - self._wanted.canvas_beside[self.tabs.front()]
            elif self.tabs.room():
                measured = max(measured, min(self.tabs.room(), middle - theme.grown(COMFORT["canvas"])))
            measured = max(least, min(measured, middle - least_canvas))
        self.setSizes([palette, middle - measured, measured, inspector])

    @Slot()
    def _keep_widths(self) -> None:
        """Notes what the user has dragged, zone by zone, where the zone is not folded."""
        palette, canvas, measured, inspector = self.sizes()
        wanted = self._wanted
        if self._palette.open and not self.palette_zone.on_rail:
            wanted = replace(wanted, palette=palette)
        if not self.inspector.empty and not self.inspector.on_rail:
            wanted = replace(wanted, inspector=inspector)
        if not self.tabs.isHidden() and self.tabs.room():
            self._wanted = wanted
            self._keep_canvas_beside(canvas)
            return
        if not self.tabs.isHidden():
            share = min(0.9, max(0.1, measured / max(1, canvas + measured)))
            wanted = replace(wanted, measured=round(share, 4))
        self._wanted = wanted

    def _keep_canvas_beside(self, width: int) -> None:
        """Beside a tab that needs much room, a strip that is dragged wide becomes the canvas, and back."""
        front, beside = self.tabs.front(), dict(self._wanted.canvas_beside)
        was_open = not self.canvas_zone.on_strip
        if width < (self.canvas_zone.least_width() + theme.grown(STRIP_WIDTH)) // 2:
            beside.pop(front, None)
        else:
            beside[front] = max(width, self.canvas_zone.least_width())
        self._wanted = replace(self._wanted, canvas_beside=beside)
        if was_open != (front in beside) or not was_open:
            self._later.start()

    def canvas_choice(self) -> bool | None:
        """Whether the canvas was opened beside a tab that needs its room; None where both have room."""
        if self.tabs.isHidden() or not self.tabs.room():
            return None
        return False if self.canvas_zone.on_strip else self.tabs.front() in self._wanted.canvas_beside or None

    @Slot()
    def toggle_canvas(self) -> None:
        """Opens the canvas beside a tab that has folded it to a strip, from now on, or folds it again."""
        front, beside = self.tabs.front(), dict(self._wanted.canvas_beside)
        opened = beside.pop(front, None) is None
        if opened:
            beside[front] = theme.grown(COMFORT["canvas"])
        self._wanted = replace(self._wanted, canvas_beside=beside)
        self.fit()
        if opened:
            self.canvas_zone.take_focus()

    @Slot()
    def show_canvas(self) -> None:
        """Opens the canvas beside the tab that has folded it to a strip."""
        if self.canvas_choice() is False:
            self.toggle_canvas()

    # drawers

    @Slot()
    def _uncover(self) -> None:
        """A tab was asked for: what was opened beside the icons before gives way to it where it must."""
        self.fit()
        if self.tabs.isHidden() and not self.tabs.empty:
            self.palette_zone.close_drawer()
            self.inspector.close_drawer()
            self.fit()

    @Slot()
    def _follow_palette(self) -> None:
        """The palette was opened or closed; a drawer at the right gives way if it must."""
        self.fit()

    @Slot()
    def _follow_drawer(self) -> None:
        if self.inspector.drawer is not None and self.inspector.on_rail:
            # of two drawers the one that was opened last stays
            self.palette_zone.close_drawer()
        self._later.start()
