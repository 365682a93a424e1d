"""Where a feature's widgets stand in the window."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import msgspec
from PySide6.QtWidgets import QWidget

from app.feature.shown import Shown
from networks.layers.base import Group


class Place(Enum):
    """The zones of the window, from the left to the right; the canvas is between the first and the second."""

    PALETTE = "left of the canvas; a rail of icons in a narrow window. Exactly one panel is there"
    MEASURED = "right of the canvas; each panel has a tab"
    INSPECTOR = "the column at the right; each panel is a section that folds, and an icon in a narrow window"


class Mark(msgspec.Struct, frozen=True, eq=False):
    """One of several icons that stand for a panel while it is folded to a rail."""

    icon: str
    title: str
    open: Callable[[], object]
    """Called when the panel has been opened by this icon."""
    group: Group | None = None
    """The layer group whose colour it has."""


class Panel(msgspec.Struct, frozen=True, eq=False):
    """A part of the window that can be closed. The window adds its entry to the menu View."""

    name: str
    """Identifies the panel in the saved arrangement of the window."""
    title: str
    place: Place
    widget: QWidget
    icon: str = "panel"
    """Stands for a section where the window is narrow."""
    folded: bool = False
    """Whether its section shows only the heading at first."""
    on_demand: bool = False
    """Whether its tab is closed until something is shown in it, so that there is room for the others."""
    rank: int = 100
    """Sections with lower figures stand higher; others stand in the order of their features."""
    summary: Callable[[Shown], str] | None = None
    """What a section says of its content in its heading."""
    scrolls: bool = False
    """Whether it is put into a scroll area, because it may be too tall. Sections scroll anyway."""
    least_width: int = 0
    """In device-independent pixels. Only for panels that do not scroll."""
    room: int = 0
    """The width that a tab needs to show everything: while it is in front, its neighbours fold for it."""
    seen: Callable[[], object] | None = None
    """Called when the panel becomes visible or hidden."""
    marks: tuple[Mark, ...] = ()
    """What stands on the rail instead of `icon`."""


class Spot(Enum):
    """Fixed places of the window."""

    CENTRE = "the canvas; exactly one feature is there"
    STRIP = "what stands for the canvas while a tab needs its room"
    ABOVE = "lines above all zones, such as an offer"
    OVER_CANVAS = "lines above the canvas alone"
    BAR = "at the right of the bar at the top"
    TRANSPORT = "in the middle of the bar at the top: what starts and stops, and how far it is"
    STATUS = "at the left of the status line"
    CORNER = "at the right of the status line"


class Piece(msgspec.Struct, frozen=True):
    """A widget that has its fixed place in the window."""

    spot: Spot
    widget: QWidget
