"""A window on a small grid covers what torch reads, and its formula gives torch's size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.shapes import ShapeError
from networks.explanations.layers.small_grid import KINDS, fields, sides
from networks.layers.convolution import Conv2d, ConvTranspose2d, PointwiseConv2d
from networks.layers.pooling import MaxPool2d

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def windows(draw):
    kind = draw(st.sampled_from(KINDS))
    ranges = {
        "kernel": pairs,
        "stride": pairs,
        "dilation": pairs,
        "padding": st.tuples(st.integers(0, 2), st.integers(0, 2)),
        "output_padding": st.tuples(st.integers(0, 1), st.integers(0, 1)),
        "ceil": st.booleans(),
    }
    layer = kind() if kind is not PointwiseConv2d else PointwiseConv2d(4)
    return replace(layer, **{name: draw(ranges[name]) for name in fields(layer)})


def read_by(layer, height, width):
    """For each output pixel the input pixels with a gradient, by torch: a sum in the window's place."""
    x = torch.zeros(1, 1, height, width, dtype=torch.float64, requires_grad=True)
    if isinstance(layer, ConvTranspose2d):
        options = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
        weight = torch.ones(1, 1, *layer.kernel, dtype=torch.float64)
        added = layer.output_padding
        y = torch.nn.functional.conv_transpose2d(x, weight, output_padding=added, **options)
    elif hasattr(layer, "ceil"):
        pool = torch.nn.AvgPool2d(layer.kernel, layer.stride, layer.padding, layer.ceil)
        y = pool(x)
    else:
        kernel = getattr(layer, "kernel", (1, 1))
        weight = torch.ones(1, 1, *kernel, dtype=torch.float64)
        padding, dilation = getattr(layer, "padding", (0, 0)), getattr(layer, "dilation", (1, 1))
        y = torch.nn.functional.conv2d(x, weight, None, layer.stride, padding, dilation)
    found = {}
    for row in range(y.shape[2]):
        for column in range(y.shape[3]):
            (slope,) = torch.autograd.grad(y[0, 0, row, column], x, retain_graph=True)
            found[row, column] = slope[0, 0].numpy() != 0
    return tuple(y.shape[2:]), found


@given(windows(), st.integers(1, 7), st.integers(1, 7))
def test_a_window_covers_what_torch_reads(layer, height, width):
    try:
        rows, columns = sides(layer, height, width)
    except ShapeError:
        return
    size, read = read_by(layer, height, width)
    assert (rows.length, columns.length) == size
    for (row, column), expected in read.items():
        covered = np.zeros((height, width), bool)
        for i in rows.covered(row):
            for j in columns.covered(column):
                if 0 <= i < height and 0 <= j < width:
                    covered[i, j] = True
        assert (covered == expected).all()
    for side in (rows, columns):
        if not side.hangs_over:
            assert side.figures.endswith(f" = {side.length}")
            assert formula(side) == side.length
        if side.transposed:
            for source in range(side.size):
                assert {out for out in range(side.length) if source in side.covered(out)} == set(
                    side.written(source).tolist()
                )


def formula(side):
    """The right side of the formula in figures, reckoned."""
    n, k, s, p, d = side.size, side.kernel, side.stride, side.padding, side.dilation
    if side.transposed:
        return (n - 1) * s - 2 * p + d * (k - 1) + side.output_padding + 1
    span = n + 2 * p - d * (k - 1) - 1
    return (-(-span // s) if side.ceil else span // s) + 1


def test_the_formula_is_written_with_the_layers_own_numbers():
    rows, _ = sides(Conv2d(6, (5, 5), (2, 2), (1, 1)), 12, 12)
    assert rows.figures == "⌊(12 + 2 · 1 − 1 · (5 − 1) − 1) ÷ 2⌋ + 1 = 5"
    rows, _ = sides(MaxPool2d((3, 3), (2, 2), ceil=True), 6, 6)
    assert rows.figures == "⌈(6 + 2 · 0 − 1 · (3 − 1) − 1) ÷ 2⌉ + 1 = 3"
    rows, _ = sides(ConvTranspose2d(1, (3, 3), (2, 2)), 4, 4)
    assert rows.figures == "(4 − 1) · 2 − 2 · 0 + 1 · (3 − 1) + 0 + 1 = 9"
    with pytest.raises(ShapeError):
        sides(Conv2d(1, (5, 5), (1, 1), (0, 0)), 3, 3)
