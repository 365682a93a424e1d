"""The word for “as many as the data has classes”, and what is said where there is no data yet."""

from __future__ import annotations

from typing import Literal

from networks.core.message import Message, message
from networks.core.shapes import ShapeError

CLASSES: Literal["classes"] = "classes"
"""In place of a number of features or filters: one for each class of the data."""


def classes_unknown(remedy: Message) -> ShapeError:
    """There is no data yet; `remedy` says what else can be done."""
    return ShapeError(message("data that says how many classes there are"), message("none"), remedy)
