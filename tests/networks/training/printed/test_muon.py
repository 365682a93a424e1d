"""Muon is torch's for matrices, and treats a kernel as the matrix of its filters; AdamW does the rest."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from networks.recipes.optimizers import AdamW, Muon
from networks.training.printed.options import set_options
from networks.training.printed.weight_groups import is_matrix, muon_groups, spare_decay
from networks.training.setup.make_optimizer import make_optimizer

CPU = torch.device("cpu")


def weights_with_gradients(*shapes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    weights = [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]
    for weight in weights:
        weight.grad = torch.randn(weight.shape, generator=generator)
    return weights


@given(st.integers(1, 9), st.integers(2, 9), st.booleans(), st.floats(0.0, 0.5), st.integers(0, 99))
def test_a_hidden_matrix_is_changed_as_torch_does(rows, columns, nesterov, decay, seed):
    shapes = [(3, 4), (rows + 1, columns), (4, 3)]
    ours = weights_with_gradients(*shapes, seed=seed)
    (_, theirs, _) = weights_with_gradients(*shapes, seed=seed)
    optimizer = make_optimizer(Muon(lr=0.01, nesterov=nesterov, weight_decay=decay), ours, CPU)
    judge = torch.optim.Muon(
        [theirs], lr=0.01, nesterov=nesterov, weight_decay=decay, adjust_lr_fn="match_rms_adamw"
    )
    for _ in range(3):
        optimizer.step()
        judge.step()
    assert torch.allclose(ours[1], theirs, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_hidden_kernel_is_the_matrix_of_its_filters(layout):
    shapes = [(3, 1, 3, 3), (6, 3, 3, 3), (10, 6)]
    ours = weights_with_gradients(*shapes)
    flat = nn.Parameter(ours[1].detach().flatten(1).clone())
    flat.grad = ours[1].grad.flatten(1).clone()
    ours[1].data = ours[1].data.to(memory_format=layout)
    ours[1].grad = ours[1].grad.to(memory_format=layout)
    optimizer = make_optimizer(Muon(lr=0.01), ours, CPU)
    judge = torch.optim.Muon([flat], lr=0.01, adjust_lr_fn="match_rms_adamw")
    for _ in range(3):
        optimizer.step()
        judge.step()
    assert torch.allclose(ours[1].flatten(1), flat, rtol=1e-4, atol=1e-6)


def test_all_others_are_changed_by_adamw():
    shapes = [(3, 1, 3, 3), (3,), (6, 3, 3, 3), (6,), (10, 6), (10,)]
    ours, theirs = weights_with_gradients(*shapes), weights_with_gradients(*shapes)
    rest = [weight for weight in theirs if weight.shape != (6, 3, 3, 3)]
    optimizer = make_optimizer(Muon(lr=0.01, weight_decay=0.2), ours, CPU)
    judge = torch.optim.AdamW(rest, lr=0.01, weight_decay=0.2, foreach=False)
    for _ in range(4):
        optimizer.step()
        judge.step()
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine.shape == (6, 3, 3, 3)) or torch.equal(mine, other)


def test_every_weight_is_in_one_group():
    weights = weights_with_gradients((3, 1, 3, 3), (3,), (6, 3, 3, 3), (6,), (4, 1, 1), (10, 6))
    for groups in (
        muon_groups(weights),
        spare_decay(muon_groups(weights)),
        spare_decay([{"params": weights}]),
    ):
        found = [id(weight) for group in groups for weight in group["params"]]
        assert sorted(found) == sorted(map(id, weights))
        assert all(group["params"] for group in groups)


@pytest.mark.parametrize("declared", [AdamW(weight_decay=0.5), Muon(weight_decay=0.5)], ids=["AdamW", "Muon"])
def test_biases_and_normalization_can_be_left_out_of_the_decay(declared):
    layer = nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.Linear(4, 3))
    optimizer = make_optimizer(declared, layer.parameters(), CPU, "matrices")
    for group in optimizer.param_groups:
        kernels = [is_matrix(weight) for weight in group["params"]]
        assert all(kernels) or not any(kernels)
        assert group["weight_decay"] == (0.5 if kernels[0] else 0.0)
    # steering the decay leaves them out, too
    set_options(optimizer, **type(declared)(weight_decay=0.25).arguments())
    for group in optimizer.param_groups:
        assert group["weight_decay"] == (0.25 if is_matrix(group["params"][0]) else 0.0)


def test_a_step_has_the_size_of_adamws():
    """The root mean square of a step of Muon is about 0.2 times the rate, as AdamW's usually is."""
    weights = weights_with_gradients((4, 4), (64, 32), (4, 4))
    before = weights[1].detach().clone()
    make_optimizer(Muon(lr=0.1, weight_decay=0.0), weights, CPU).step()
    size = (weights[1] - before).square().mean().sqrt().item()
    assert math.isclose(size, 0.02, rel_tol=0.25)
