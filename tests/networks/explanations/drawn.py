"""Random layers of every type, with inputs that fit them."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from networks.core.shapes import ShapeError, count
from networks.layers import LAYERS
from networks.layers.ends import Input
from tests.networks.strategies import inputs_of, layers

every_type = pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)

LARGEST = 20_000
"""Numbers that a layer may read or give here."""


@st.composite
def cases(draw, kind):
    """A layer that fits, the shapes of its inputs and how it is run; None where none was found."""
    options = {
        "training": draw(st.booleans()),
        "coarse": draw(st.booleans()),
        "images": draw(st.integers(1, 3)),
        "seed": draw(st.integers(0, 99)),
    }
    for _ in range(12):
        layer = draw(layers(kind))
        shapes = (layer.shape(),) if isinstance(layer, Input) else draw(inputs_of(kind))
        if fits(layer, shapes, options["images"]):
            return layer, shapes, options
    return None


def fits(layer, shapes, images):
    try:
        shape = layer.shape(*shapes)
    except ShapeError:
        return False
    alone = layer.normalizes_by_batch and images * layer.numbers_per_statistic(*shapes) == 1
    return max(map(count, (shape, *shapes))) <= LARGEST and not alone
