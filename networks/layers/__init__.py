"""The catalog: every layer type, one class each, grouped as on the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from networks.layers import (
    activation,
    convolution,
    ends,
    linear,
    merge,
    normalization,
    pooling,
    regularization,
    resizing,
)
from networks.layers.base import Group, Layer

_MODULES = (
    ends,
    convolution,
    pooling,
    activation,
    normalization,
    linear,
    regularization,
    resizing,
    merge,
)

LAYERS: tuple[type[Layer], ...] = tuple(
    kind
    for module in _MODULES
    for kind in vars(module).values()
    if isinstance(kind, type)
    and issubclass(kind, Layer)
    and kind.__module__ == module.__name__
    and kind.__name__ != "Activation"
)
"""Every layer type in the order of the palette. A class that is declared in one of the modules is in it."""

if TYPE_CHECKING:
    AnyLayer = Layer
else:
    AnyLayer = Union[LAYERS]
"""The closed union that project files are read into: no other type can come from a file."""


def layer_types(group: Group) -> tuple[type[Layer], ...]:
    """The types under one heading of the palette."""
    return tuple(kind for kind in LAYERS if kind.group is group)
