"""Principal components are scikit-learn's, but for signs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from networks.insight.embedding.pca import components, reduced


@given(st.integers(3, 40), st.integers(1, 40), st.integers(0, 10_000))
def test_components_and_shares_are_those_of_scikit_learn_up_to_sign(n, numbers, seed):
    from sklearn.decomposition import PCA

    features = np.random.default_rng(seed).standard_normal((n, numbers)) + 7
    judge = PCA(min(2, numbers), svd_solver="full").fit(features)
    found = components(torch.from_numpy(features), 2)
    expected = judge.transform(features)
    assert np.allclose(np.abs(found.points.numpy()[:, : expected.shape[1]]), np.abs(expected), atol=1e-7)
    assert np.allclose(found.shares.numpy()[: expected.shape[1]], judge.explained_variance_ratio_, atol=1e-9)
    assert not found.points[:, expected.shape[1] :].any()


def test_the_farthest_point_lies_on_the_positive_side_whatever_the_sign_of_the_numbers():
    features = torch.randn(30, 5, generator=torch.Generator().manual_seed(1))
    found = components(features, 2).points
    assert (found.gather(0, found.abs().argmax(0, keepdim=True)) > 0).all()
    assert torch.allclose(components(-features, 2).points, found)


def test_points_that_are_all_the_same_lie_in_one_place_and_hold_no_variance():
    found = components(torch.full((8, 4), 3.0), 2)
    assert not found.points.any()
    assert not found.shares.any()


@pytest.mark.parametrize("numbers", [6, 80])
def test_reduced_points_keep_their_distances_where_nothing_is_lost(numbers):
    flat = torch.randn(50, 6, generator=torch.Generator().manual_seed(2))
    wide = flat @ torch.randn(6, numbers, generator=torch.Generator().manual_seed(3))
    found = reduced(wide, 6)
    assert found.shape == (50, 6)
    own, before = (torch.nn.functional.pdist(each.double()) for each in (found, wide))
    assert torch.allclose(own, before, rtol=1e-5)
