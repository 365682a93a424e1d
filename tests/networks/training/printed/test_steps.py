"""The training step, judged by torch's own functions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from networks.training.printed.steps import train_step


def model_and_batch(seed: int, channels_last: bool = True):
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 4))
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
    images = torch.randn(7, 1, 6, 6, generator=generator)
    return model, images, torch.randint(0, 4, (7,), generator=generator)


def stepped(model, images, targets, **options):
    """What was measured, as numbers; the gradients stay as they are after clipping."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    measured = train_step(model, nn.CrossEntropyLoss(), optimizer, images, targets, **options)
    return {name: float(amount) / count for name, (amount, count) in measured.items()}


@given(st.integers(0, 999), st.sampled_from(["norm", "value"]), st.floats(1e-3, 10.0))
def test_gradients_are_measured_and_clipped_as_torch_does(seed, clip_by, clip):
    model, images, labels = model_and_batch(seed)
    found = stepped(model, images, labels, clip=clip, clip_by=clip_by)
    theirs, _, _ = model_and_batch(seed)
    nn.CrossEntropyLoss()(theirs(images), labels).backward()
    weights = [*theirs.parameters()]
    norm = float(nn.utils.get_total_norm([weight.grad for weight in weights]))
    assert found["gradient norm"] == pytest.approx(norm, rel=1e-6)
    if clip_by == "norm":
        nn.utils.clip_grad_norm_(weights, clip)
    else:
        nn.utils.clip_grad_value_(weights, clip)
    for ours, expected in zip(model.parameters(), weights, strict=True):
        assert torch.allclose(ours.grad, expected.grad, rtol=1e-5, atol=1e-8)


@given(st.integers(0, 999))
def test_soft_targets_that_are_sure_are_hard_labels(seed):
    model, images, labels = model_and_batch(seed)
    hard = stepped(model, images, labels)
    model, _, _ = model_and_batch(seed)
    soft = stepped(model, images, nn.functional.one_hot(labels, 4).float())
    assert soft == pytest.approx(hard, rel=1e-5)


def test_the_accuracy_of_soft_targets_asks_for_the_largest_share():
    model, images, _ = model_and_batch(0)
    guessed = model(images).argmax(1)
    targets = torch.full((7, 4), 0.2)
    targets[torch.arange(7), guessed] = 0.4
    targets[0] = targets[0].roll(1)
    assert stepped(model, images, targets)["training accuracy"] == pytest.approx(6 / 7)


def test_the_learning_rate_that_is_measured_is_that_of_the_step():
    model, images, labels = model_and_batch(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for rate in (0.1, 0.05):
        optimizer.param_groups[0]["lr"] = rate
        measured = train_step(model, nn.CrossEntropyLoss(), optimizer, images, labels)
        assert measured["learning rate"] == (rate, 1)


@given(st.integers(0, 999), st.integers(2, 9))
def test_parts_add_up_to_the_whole_batch(seed, parts):
    whole, images, labels = model_and_batch(seed)
    expected = stepped(whole, images, labels)
    model, _, _ = model_and_batch(seed)
    assert stepped(model, images, labels, parts=parts) == pytest.approx(expected, rel=1e-5)
    for ours, theirs in zip(model.parameters(), whole.parameters(), strict=True):
        assert torch.allclose(ours.grad, theirs.grad, rtol=1e-4, atol=1e-6)


@given(st.integers(2, 9), st.integers(1, 20))
def test_no_part_is_a_single_image(images, parts):
    """Which BatchNorm refuses where a channel is one number."""
    model = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(4), nn.Linear(4, 3))
    stepped(model, torch.randn(images, 1, 2, 2), torch.zeros(images, dtype=torch.int64), parts=parts)
