"""A picture that excites a channel: gradient ascent as torch has it, never lower, and equal by its seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.graph.check import check
from networks.insight.maximizing import EVERY, RATE, Eye, maximized, roughness, score_of, start, up_to
from networks.module.build import build
from networks.xray.maximized import Ascent, usual_jitter
from tests.networks.insight.attribution.subjects import branched

NETWORK = branched()
LAYERS = ("conv1", "bn1", "relu1", "sum", "pool", "flat", "fc", "output")


def eye_of(layer, seed=0, network=NETWORK):
    torch.manual_seed(seed)
    module = build(network, 10).eval()
    for weight in module.parameters():
        weight.requires_grad_(False)
    channels, *size = check(network, 10).nodes["input"].output
    mean = torch.tensor([0.3, 0.4, 0.5])[:channels].reshape(1, -1, 1, 1)
    return Eye(up_to(module, network, layer), mean, torch.full_like(mean, 0.25), tuple(size)), module


def always(_):
    return True


def normalized(eye, picture):
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
    return (pixels - eye.mean) / eye.deviation


@pytest.mark.parametrize("layer", LAYERS)
def test_the_part_of_the_network_gives_what_the_whole_has_there(layer):
    eye, module = eye_of(layer)
    pixels = torch.rand(2, 3, *eye.size)
    values = {}

    class Kept(torch.fx.Interpreter):
        def run_node(self, n):
            values[n.meta.get("name")] = found = super().run_node(n)
            return found

    scores = Kept(module).run((pixels - eye.mean) / eye.deviation)
    expected = scores if layer == "output" else values[layer]
    assert torch.equal(eye.outputs(pixels), expected)


@settings(max_examples=8)
@given(st.sampled_from(["conv1", "sum", "fc"]), st.integers(0, 5), st.integers(0, 99), st.integers(1, 20))
def test_without_regularization_it_is_the_plain_loop_to_the_bit(layer, channel, seed, steps):
    eye, _ = eye_of(layer)
    numbers = start(eye, seed).requires_grad_()
    optimizer = torch.optim.Adam([numbers], lr=RATE)
    scores, pictures = [], []
    for step in range(steps + 1):
        stored = (255 * numbers.detach().sigmoid()).round()
        if step % EVERY == 0 or step == steps:
            scores.append(float(eye.outputs(stored / 255)[:, channel].mean()))
            pictures.append(stored[0].permute(1, 2, 0).numpy())
        optimizer.zero_grad()
        loss = -eye.module((numbers.sigmoid() - eye.mean) / eye.deviation)[:, channel].mean()
        loss.backward()
        optimizer.step()
    found = maximized(eye, channel, Ascent(steps, jitter=0, smoothness=0.0, seed=seed), always)
    best = int(np.argmax(scores))
    assert found.score == scores[best]
    assert np.array_equal(found.picture, pictures[best])


@settings(max_examples=8)
@given(
    st.sampled_from(["conv1", "relu1", "sum", "fc"]), st.integers(0, 5), st.integers(0, 3), st.floats(0, 1)
)
def test_the_best_never_falls_and_ends_above_the_noise(layer, channel, jitter, smoothness):
    eye, _ = eye_of(layer)
    seen = []
    ascent = Ascent(48, jitter, smoothness)
    found = maximized(eye, channel, ascent, always, seen.append)
    scores = [each.score for each in seen]
    assert scores == sorted(scores)
    assert [each.step for each in seen] == list(range(EVERY, 49, EVERY))
    assert found.score == scores[-1]
    noise = (255 * start(eye, 0).sigmoid()).round() / 255
    before = float(score_of(eye.outputs(noise), channel))
    assert found.score > before or not found.reached
    # the numbers are those of the picture as it is shown
    again = eye.module(normalized(eye, found.picture))[:, channel]
    assert float(again.mean()) == pytest.approx(found.score, rel=1e-4, abs=1e-5)
    assert float(again.max()) == pytest.approx(found.largest, rel=1e-4, abs=1e-5)


def test_equal_seeds_give_equal_pictures_and_others_do_not():
    eye, _ = eye_of("conv2")
    pictures = [maximized(eye, 1, Ascent(24, seed=seed), always).picture for seed in (3, 3, 4)]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_it_raises_the_score_a_lot_and_smoothness_makes_it_smooth():
    """For ten times as much as noise gives, in a network with random weights."""
    eye, _ = eye_of("fc")
    rough, smooth = (maximized(eye, 2, Ascent(160, smoothness=each), always) for each in (0.0, 0.9))
    noise = (255 * start(eye, 0).sigmoid()).round() / 255
    before = float(score_of(eye.outputs(noise), 2))
    assert rough.score > before + 0.5
    assert rough.score > smooth.score > before

    def of(found):
        return float(roughness(torch.from_numpy(found.picture).permute(2, 0, 1)[None] / 255))

    assert of(smooth) < 0.5 * of(rough)


def test_it_can_be_given_up_and_keeps_what_it_has():
    eye, _ = eye_of("conv1")
    seen = []
    found = maximized(eye, 0, Ascent(400), lambda share: share < 0.05, seen.append)
    assert found is seen[-1]
    assert found.step == 3 * EVERY


def test_where_no_gradient_comes_back_that_is_said():
    eye, _ = eye_of("relu1")
    dead = eye._replace(module=lambda images: torch.relu(eye.module(images) - 1e6))
    found = maximized(dead, 0, Ascent(8), always)
    assert not found.reached
    assert found.score == 0
    cut = eye._replace(module=lambda images: eye.module(images).detach())
    assert not maximized(cut, 0, Ascent(8), always).reached


def test_the_weights_stay_as_they_were():
    eye, module = eye_of("fc")
    before = {name: each.clone() for name, each in module.state_dict().items()}
    maximized(eye, 0, Ascent(16), always)
    assert all(torch.equal(before[name], each) for name, each in module.state_dict().items())
    assert all(weight.grad is None for weight in module.parameters())


def test_larger_pictures_are_moved_further():
    assert [usual_jitter(side, side) for side in (8, 28, 64, 224)] == [0, 1, 3, 8]
