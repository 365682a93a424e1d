"""What stands in a row gives way, one after the other, until the rest has room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QBoxLayout

Step = Callable[[bool], object]
"""Takes something away or makes it shorter, or undoes that."""


def give_way(row: QBoxLayout, width: int, steps: Sequence[Step]) -> None:
    """Takes as many of the steps, in this order, as the rest of a row needs to have room in `width`."""
    for step in steps:
        step(False)
    for step in steps:
        if wanted(row) <= width:
            return
        step(True)


def wanted(row: QBoxLayout) -> int:
    """The width that a row from the left to the right needs to show all that is in it."""
    items = [item for index in range(row.count()) if (item := row.itemAt(index)) is not None]
    there = [item for item in items if not item.isEmpty()]
    margins = row.contentsMargins()
    between = row.spacing() * max(0, len(there) - 1)
    return margins.left() + margins.right() + between + sum(item.sizeHint().width() for item in there)
