"""Imported layers before they have names, each with the module that it comes from."""

from __future__ import annotations

from typing import NamedTuple

from networks.layers.base import Layer


class Entry(NamedTuple):
    """A layer, the entries that are its inputs, and the module that it comes from.

    `path` is the module that it is, where `own`, or the one whose forward calls it. It is `frozen` where it
    is kept in evaluation mode and its weights get no gradients, as those of a frozen layer.
    """

    layer: Layer
    inputs: tuple[int, ...]
    path: str
    own: bool
    frozen: bool = False


class Converted(NamedTuple):
    """All layers, the Input first, and those that give the scores, the main ones before the auxiliary ones.

    `classes` is how many numbers each of these gives.
    """

    entries: tuple[Entry, ...]
    scores: tuple[int, ...]
    classes: int
