"""Mean pools of few channels: torch's numbers but for rounding, in the fast form of a network alone."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from networks.layers.pooling import AvgPool2d
from networks.module.build import build
from networks.presets.lenet import lenet5
from networks.recipes.machine_section import Machine
from networks.training.printed.mean_pools import MeanOfTiles, quicken_pools
from networks.training.setup.model import fast_form


@given(
    count=st.integers(1, 3),
    channels=st.integers(1, 18),
    kernel=st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3))),
    size=st.tuples(st.integers(3, 9), st.integers(3, 9)),
    order=st.sampled_from([torch.channels_last, torch.contiguous_format]),
    ceil=st.booleans(),
    seed=st.integers(0, 99),
)
def test_means_and_gradients_are_those_of_torch_but_for_rounding(
    count, channels, kernel, size, order, ceil, seed
):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(count, channels, *size, generator=generator).contiguous(memory_format=order)
    pool = nn.AvgPool2d(kernel, ceil_mode=ceil)
    quick = copy.copy(pool)
    quicken_pools(quick)
    assert type(quick) is MeanOfTiles
    assert type(pool) is nn.AvgPool2d
    found = []
    for each in (pool, quick):
        x = images.clone().requires_grad_()
        means = each(x)
        upstream = torch.randn(means.shape, generator=generator.manual_seed(seed + 1))
        found.append((means, *torch.autograd.grad(means, x, upstream)))
    for theirs, ours in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "options", [{"stride": 1}, {"padding": 1}, {"stride": (2, 1)}], ids=lambda options: next(iter(options))
)
def test_pools_whose_neighbourhoods_overlap_or_leave_the_image_stay_as_they_are(options):
    pool = nn.AvgPool2d(2, **options)
    quicken_pools(pool)
    assert type(pool) is nn.AvgPool2d


@pytest.mark.parametrize(
    ("machine", "quick"),
    [
        (Machine(), True),
        (Machine(channels_last=False), False),
        (Machine(compile=True), False),
        (Machine(device="cuda"), False),
    ],
    ids=["as usual", "channels first", "compiled", "GPU"],
)
def test_only_the_fast_form_has_quick_pools(machine, quick):
    module = build(lenet5(), 10)
    pools = [node.name for node in lenet5().of_type(AvgPool2d)]
    form = fast_form(module, machine)
    assert pools
    for name in pools:
        assert type(module.get_submodule(name)) is nn.AvgPool2d
        assert type(form.get_submodule(name)) is (MeanOfTiles if quick else nn.AvgPool2d)
    assert [*map(id, form.parameters())] == [*map(id, module.parameters())]
