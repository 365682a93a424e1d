"""Where a feature's widgets stand in the window."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import msgspec
from PySide6.QtWidgets import QWidget


class Place(Enum):
    """Where a panel stands at first; the user may move it. Panels of one place share it as tabs."""

    LEFT = "left of the canvas"
    BESIDE = "between the canvas and the column at the right"
    TOP = "upper part of the column at the right"
    MIDDLE = "middle of that column"
    BOTTOM = "lower part of that column; in a low window a tab in the middle"


class Panel(msgspec.Struct, frozen=True):
    """A dock. Its entry in the menu View is made by the window."""

    name: str
    """Under this name the arrangement of the window is remembered."""
    title: str
    place: Place
    widget: QWidget
    scrolls: bool = False
    """Whether it is put into an area that scrolls, because it may be higher than its place."""
    least_width: int = 0
    """In device-independent pixels; for panels that do not scroll."""
    seen: Callable[[], object] | None = None
    """Called when the panel has come into sight or is out of it."""


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
