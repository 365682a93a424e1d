"""Where a feature's widgets stand in the window."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import msgspec
from PySide6.QtWidgets import QWidget


class Place(Enum):
    """Where a panel is at first; the user may move it. Panels in the same place become tabs."""

    LEFT = "left of the canvas"
    BESIDE = "between the canvas and the column at the right"
    TOP = "upper part of the column at the right"
    MIDDLE = "middle of that column"
    BOTTOM = "lower part of that column; in a low window a tab in the middle"


class Panel(msgspec.Struct, frozen=True):
    """A dock. The window adds its entry to the menu View."""

    name: str
    """Identifies the panel in the saved arrangement of the window."""
    title: str
    place: Place
    widget: QWidget
    scrolls: bool = False
    """Whether it is put into a scroll area, because it may be taller than its place."""
    least_width: int = 0
    """In device-independent pixels. Only for panels that do not scroll."""
    seen: Callable[[], object] | None = None
    """Called when the panel becomes visible or hidden."""


class Spot(Enum):
    """Fixed places of the window."""

    CENTRE = "the middle of the window; exactly one feature is there"
    ABOVE = "lines above the centre, such as an offer"
    TOOLBAR = "at the left of the toolbar"
    CONTROLS = "at the right of the toolbar"
    STATUS = "at the left of the status line"
    CORNER = "at the right of the status line"


class Piece(msgspec.Struct, frozen=True):
    """A widget that has its fixed place in the window."""

    spot: Spot
    widget: QWidget
