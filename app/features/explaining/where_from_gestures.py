"""The keys and mouse gestures of the room that explains numbers, for the page of keys."""

from __future__ import annotations

from app.feature.feature import Feature
from app.feature.gesture import Gesture


def gestures_of(room: Feature) -> tuple[Gesture, ...]:
    """All of them, from the map of a number to the way of a gradient."""
    cells, rows = room.tr("On the map of a number"), room.tr("On the arithmetic of a number")
    whole = room.tr("Where a number comes from")
    arrows, ways = ("Left", "Right", "Up", "Down"), room.tr("On the way of a gradient")
    return (
        Gesture(cells, room.tr("Walk to another number"), arrows, room.tr("click")),
        Gesture(cells, room.tr("The same spot of another map"), ("PgUp", "PgDown")),
        Gesture(cells, room.tr("Go to the largest number"), ("Home",)),
        Gesture(rows, room.tr("Go to another part of the sum"), ("Up", "Down"), room.tr("click")),
        Gesture(rows, room.tr("Go through the products of a part"), ("Left", "Right"), room.tr("hover")),
        Gesture(rows, room.tr("Leave a part out, or put it back"), ("Del",)),
        Gesture(whole, room.tr("Play or pause"), ("Space",)),
        Gesture(whole, room.tr("Follow the number to the next layer"), ("Return", "Enter")),
        Gesture(whole, room.tr("Go to the layer before"), ("Backspace",)),
        Gesture(whole, room.tr("From a number to its gradient, and back"), ("G",)),
        Gesture(cells, room.tr("Go to another filter"), ("Ctrl+PgUp", "Ctrl+PgDown")),
        Gesture(ways, room.tr("Go along the way of the gradient"), ("Up", "Down")),
        Gesture(ways, room.tr("Go to a layer of it"), ("Return", "Enter"), room.tr("click")),
    )
