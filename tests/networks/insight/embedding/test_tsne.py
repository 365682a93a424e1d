"""t-SNE: its gradient is autograd's, its widths have the perplexity, and scikit-learn finds no better map."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.insight.embedding import tsne as tsne_file
from networks.insight.embedding.nearest import nearest
from networks.insight.embedding.tsne import Pairs, divergence, gradient, pairs, tsne
from tests.networks.insight.embedding.clusters import clusters, kept_apart


def plain_divergence(points, wanted, exaggeration=1.0):
    """The paper's formula over all pairs at once; exaggeration multiplies the shares alone."""
    n = len(points)
    kernel = 1 / (1 + (points[:, None] - points[None]).square().sum(2))
    kernel = kernel * (1 - torch.eye(n))
    shares = torch.zeros(n, n, dtype=points.dtype)
    shares[wanted.one, wanted.other] = wanted.share.to(points.dtype) / 2
    shares = exaggeration * (shares + shares.T)
    there = shares > 0
    # the normalization counts once, as it does in the gradient that the paper exaggerates
    own = (shares[there] * (shares[there].log() - kernel[there].log())).sum()
    return own + kernel.sum().log()


@given(st.integers(5, 40), st.integers(0, 1000), st.sampled_from([1.0, 4.0, 12.0]))
@settings(max_examples=40)
def test_the_gradient_is_autograds(n, seed, exaggeration):
    drawing = torch.Generator().manual_seed(seed)
    wanted = pairs(torch.randn(n, 6, generator=drawing), 5.0)
    points = (3 * torch.randn(n, 2, generator=drawing)).double().requires_grad_()
    (expected,) = torch.autograd.grad(plain_divergence(points, wanted, exaggeration), points)
    found = gradient(points.detach().float(), wanted, exaggeration)
    assert torch.allclose(found.double(), expected, rtol=1e-4, atol=2e-6 * exaggeration)
    assert divergence(points.detach().float(), wanted) == pytest.approx(
        float(plain_divergence(points, wanted).detach()), abs=1e-4
    )


def test_some_points_at_a_time_give_the_same_gradient(monkeypatch):
    features, _ = clusters()
    wanted, points = pairs(features, 10.0), torch.randn(len(features), 2)
    whole = gradient(points, wanted)
    monkeypatch.setattr(tsne_file, "_AT_ONCE", 7 * len(features))
    assert torch.allclose(gradient(points, wanted), whole, atol=1e-6)


@given(st.floats(2.0, 30.0), st.integers(0, 1000), st.floats(1e-3, 1e4))
@settings(max_examples=30)
def test_every_point_has_the_perplexity_whatever_its_distances(perplexity, seed, scale):
    points = scale * torch.randn(120, 5, generator=torch.Generator().manual_seed(seed))
    found = nearest(points, int(3 * perplexity) + 1)
    own = tsne_file._conditional(found.squares.double(), perplexity)
    entropy = -(own * own.clamp(min=1e-300).log()).sum(1)
    assert torch.allclose(entropy.exp(), torch.full((120,), perplexity, dtype=torch.float64), rtol=1e-4)


@pytest.mark.parametrize("features", [torch.zeros(12, 3), torch.randn(4, 2), torch.randn(3, 200)])
def test_few_and_equal_points_have_a_map_too(features):
    wanted = pairs(features, 30.0)
    assert float(wanted.share.sum()) == pytest.approx(1.0, abs=1e-5)
    assert tsne(features, 30.0).isfinite().all()


def test_each_pair_stands_once():
    wanted = pairs(clusters()[0], 10.0)
    assert (wanted.one < wanted.other).all()
    assert len({*zip(wanted.one.tolist(), wanted.other.tolist(), strict=True)}) == len(wanted.one)


@pytest.fixture(scope="module")
def digits():
    from sklearn.datasets import load_digits

    return load_digits().data[:300].astype(np.float32)


def test_no_worse_than_scikit_learn(digits):
    from sklearn.manifold import TSNE, trustworthiness

    features = torch.from_numpy(digits)
    found = tsne(features, 20.0)
    judge = TSNE(2, init="pca", perplexity=20, random_state=0, method="exact", max_iter=500)
    expected = judge.fit_transform(digits)
    wanted = pairs(features, 20.0)
    assert divergence(found, wanted) < 1.03 * divergence(torch.from_numpy(expected), wanted)
    own, theirs = (trustworthiness(digits, each, n_neighbors=10) for each in (found.numpy(), expected))
    assert own > theirs - 0.01


def test_groups_stay_apart_and_the_same_numbers_give_the_same_map():
    features, labels = clusters()
    found = tsne(features, 15.0)
    assert kept_apart(found, labels) == 1
    assert torch.equal(tsne(features, 15.0), found)
    assert torch.allclose(found.mean(0), torch.zeros(2), atol=1e-4)


def test_a_map_that_goes_on_stays_near_where_it_was_and_is_as_good(digits):
    features = torch.from_numpy(digits)
    before = tsne(features, 20.0)
    later = features + 0.5 * torch.randn(features.shape, generator=torch.Generator().manual_seed(0))
    after, fresh = tsne(later, 20.0, start=before), tsne(later, 20.0)
    wanted = pairs(later, 20.0)
    assert divergence(after, wanted) < 1.08 * divergence(fresh, wanted)
    assert (after - before).norm(dim=1).median() < before.norm(dim=1).median() / 2


def test_it_can_be_given_up_and_tells_where_the_points_are():
    features, _ = clusters()
    told = []

    def report(share, points):
        told.append((share, tuple(points.shape)))
        return len(told) < 3

    assert tsne(features, 15.0, report=report) is None
    assert len(told) == 3
    assert told[-1][1] == (len(features), 2)
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_shares_of_pairs_are_no_probabilities_twice():
    wanted = Pairs(torch.tensor([0]), torch.tensor([1]), torch.tensor([1.0]))
    near, far = torch.tensor([[0.0, 0], [1, 0], [9, 9]]), torch.tensor([[0.0, 0], [5, 0], [9, 9]])
    assert divergence(near, wanted) < divergence(far, wanted)
