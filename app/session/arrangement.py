"""How the window is arranged, in words of our own: which panels are shown, how wide, and what is folded."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Pixels = Annotated[int, Meta(ge=40, le=4000)]
"""Device-independent pixels."""
Coordinate = Annotated[int, Meta(ge=-100_000, le=100_000)]
Name = Annotated[str, Meta(max_length=100)]
NO_DRAWER = "-"


class Frame(msgspec.Struct, frozen=True):
    """Where the window stands on the screen, without its title bar; a width of 0 means nowhere yet."""

    left: Coordinate = 0
    top: Coordinate = 0
    width: Annotated[int, Meta(ge=0, le=100_000)] = 0
    height: Annotated[int, Meta(ge=0, le=100_000)] = 0
    maximized: bool = False


class Arrangement(msgspec.Struct, frozen=True):
    """What the user has arranged. Panels have the names that their features give them."""

    frame: Frame = Frame()
    palette: Pixels = 176
    """Width of what is left of the canvas."""
    inspector: Pixels = 324
    """Width of the sections at the right."""
    measured: Annotated[float, Meta(ge=0.1, le=0.9)] = 0.54
    """The share that the curves and their neighbours have of what the canvas and they have together."""
    hidden: tuple[Name, ...] = ()
    """Panels that are closed."""
    tab: Name = ""
    """The panel whose tab is in front; empty for the first."""
    folded: tuple[Name, ...] = ()
    """Sections of which only the heading is shown."""
    unfolded: tuple[Name, ...] = ()
    """Sections that are folded at first and were opened, and what is folded away within sections."""
    drawer: Name = ""
    """What was opened by hand beside the icons of a narrow window: a section or the palette. `NO_DRAWER` if
    that was closed by hand, empty if neither, which shows the first section where there is room."""
    canvas_beside: dict[Name, Pixels] = {}
    """Tabs that need much room beside which the canvas was opened nevertheless, and how wide it is there."""
    opened: tuple[Name, ...] = ()
    """Panels that are closed until something is shown in them, and are open."""
