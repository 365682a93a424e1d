"""Neighbours are those that all distances say."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from networks.insight.embedding import nearest as nearest_file
from networks.insight.embedding.nearest import nearest


@given(st.integers(2, 60), st.integers(1, 70), st.integers(0, 1000))
def test_neighbours_are_those_of_all_distances(n, count, seed):
    points = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed)) + 100
    found = nearest(points, count)
    distances = torch.cdist(points.double(), points.double()).square().fill_diagonal_(torch.inf)
    expected = distances.sort(1).values[:, : min(count, n - 1)]
    assert torch.allclose(found.squares.double(), expected, atol=1e-2)
    assert torch.allclose(distances.gather(1, found.indices), expected, atol=1e-2)
    assert (found.indices != torch.arange(n)[:, None]).all()


def test_some_points_at_a_time_give_the_same(monkeypatch):
    points = torch.randn(70, 3, generator=torch.Generator().manual_seed(0))
    whole = nearest(points, 5)
    monkeypatch.setattr(nearest_file, "_AT_ONCE", 70 * 8)
    assert torch.equal(nearest(points, 5).indices, whole.indices)
