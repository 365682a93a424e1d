"""The catalog: every layer type, one class each, grouped as on the palette."""

from __future__ import annotations

from networks.core.declared import Closed, catalog
from networks.layers import (
    activation,
    convolution,
    ends,
    linear,
    merge,
    normalization,
    pooling,
    rectifiers,
    regularization,
    resizing,
)
from networks.layers.base import Group, Layer

_MODULES = (
    ends,
    convolution,
    pooling,
    rectifiers,
    activation,
    normalization,
    linear,
    regularization,
    resizing,
    merge,
)

LAYERS = catalog(Layer, *(module.__name__ for module in _MODULES))
"""Every layer type in the order of the palette. A class that is declared in one of the modules is in it."""

AnyLayer = Closed[Layer]
"""The closed union that project files are read into: no other type can come from a file."""


def layer_types(group: Group) -> tuple[type[Layer], ...]:
    """The types under one heading of the palette."""
    return tuple(kind for kind in LAYERS if kind.group is group)
