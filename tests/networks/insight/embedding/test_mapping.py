"""Maps lie as the map before them lay, and what they keep is measured."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from networks.insight.embedding.alignment import turned
from networks.insight.embedding.mapping import mapped
from networks.xray.data_map import METHODS, PCA, TSNE, Outputs, PaCMAP
from tests.networks.insight.embedding.clusters import clusters


def outputs(features, labels, layer="fc"):
    n = len(features)
    return Outputs(
        layer,
        10 + np.arange(n),
        labels.numpy(),
        labels.numpy(),
        np.ones(n, np.float32),
        features.numpy(),
        features.shape[1],
        averaged=False,
        projected=False,
        step=0,
    )


def test_turning_finds_a_rotation_a_flip_and_a_shift():
    drawing = torch.Generator().manual_seed(0)
    points = torch.randn(40, 2, generator=drawing)
    points -= points.mean(0)
    for flip in (1.0, -1.0):
        angle = torch.tensor(2.1)
        turn = torch.stack(
            [torch.stack([angle.cos(), -angle.sin()]), torch.stack([angle.sin(), angle.cos()])]
        )
        moved = points @ turn * torch.tensor([1.0, flip]) + 5
        every = torch.arange(40)
        assert torch.allclose(turned(moved, points, every, every), points, atol=1e-5)


@pytest.mark.parametrize("method", [PCA(), PaCMAP(), TSNE(perplexity=10.0)])
def test_points_do_not_jump_however_the_numbers_are_turned(method):
    features, labels = clusters(each=20)
    before = mapped(outputs(features, labels), method, None)
    drawing = torch.Generator().manual_seed(0)
    turn, _ = torch.linalg.qr(torch.randn(12, 12, generator=drawing))
    later = -features @ turn + 0.1 * torch.randn(features.shape, generator=drawing)
    after = mapped(outputs(later, labels), method, before)
    moved = np.linalg.norm(after.positions - before.positions, axis=1)
    assert np.median(moved) < 0.2 * np.median(np.linalg.norm(before.positions, axis=1))


def test_a_map_of_another_layer_is_turned_but_begins_anew():
    features, labels = clusters(each=20)
    own = outputs(features, labels)
    before = mapped(own, TSNE(perplexity=10.0), None)
    turned_before = replace(before, positions=-before.positions[:, ::-1].copy())
    again = mapped(outputs(features, labels, "conv"), TSNE(perplexity=10.0), turned_before)
    # what it finds is what it would have found, seen as the map before
    assert np.allclose(again.positions, turned_before.positions, atol=1e-2)


@pytest.mark.parametrize("method", [kind() for kind in METHODS])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_a_handful_of_pictures_has_a_map(method, n):
    features, labels = clusters(groups=1, each=n)
    found = mapped(outputs(features, labels), method, None)
    assert found.positions.shape == (n, 2)
    assert np.isfinite(found.positions).all()
    assert np.isfinite(found.kept) == (n > 2)


def test_what_is_kept_is_what_scikit_learns_neighbours_say():
    from sklearn.neighbors import NearestNeighbors

    features, labels = clusters()
    found = mapped(outputs(features, labels), PCA(), None)

    def neighbours(points):
        return NearestNeighbors(n_neighbors=10).fit(points).kneighbors(return_distance=False)

    pairs = zip(neighbours(features.numpy()), neighbours(found.positions), strict=True)
    assert found.kept == pytest.approx(np.mean([len({*own} & {*drawn}) / 10 for own, drawn in pairs]))
    assert found.alike == 1
    assert 0 < found.shares[1] < found.shares[0]
    assert sum(found.shares) < 1
