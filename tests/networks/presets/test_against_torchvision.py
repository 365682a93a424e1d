"""Presets at the papers' size against torchvision's own builders: keys, shapes, logits to the last bit."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

from networks.data.vision import models
from networks.graph.check import check
from networks.module.build import build, evaluation, run
from networks.presets.base import Preset
from networks.presets.catalog import PRESETS

STANDARD = [preset for preset in PRESETS if preset.torchvision]


def builders() -> dict[str, Callable[..., nn.Module]]:
    return {
        name: found
        for name, found in vars(models).items()
        if callable(found) and name in {preset.torchvision for preset in STANDARD}
    }


def weighted_tally(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


LARGE = re.compile(r"VGG|ResNet-1[05]|ResNeXt|Wide")
"""Those that take seconds; a smaller one of each family is judged every time."""


@pytest.fixture(
    params=[
        pytest.param(preset, marks=[pytest.mark.slow] * bool(LARGE.match(preset.name)), id=preset.name)
        for preset in STANDARD
    ]
)
def preset(request: pytest.FixtureRequest) -> Preset:
    return request.param


@pytest.fixture
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    gc.collect()


def theirs_of(preset: Preset) -> nn.Module:
    """torchvision's module with weights drawn here: its own initialization takes seconds for a VGG."""
    options = {"init_weights": False} if preset.family in ("VGG", "GoogLeNet") else {}
    with torch.device("meta"):
        module = builders()[preset.torchvision](**options)
    return drawn(module.to_empty(device="cpu"))


def drawn(module: nn.Module) -> nn.Module:
    """Weights that keep the scale of activations (He et al. 2015, "Delving Deep into Rectifiers", 2.2).

    Normalizations and running statistics are drawn as if trained: ones and zeros could hide a mistake.
    """
    torch.manual_seed(1)
    with torch.no_grad():
        for name, weight in module.named_parameters():
            if weight.dim() > 1:
                bound = (6 / weight[0].numel()) ** 0.5
                weight.uniform_(-bound, bound)
            elif name.endswith("weight"):
                weight.uniform_(0.5, 1.5)
            else:
                weight.uniform_(-0.1, 0.1)
        for name, buffer in module.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5)
            elif name.endswith("running_mean"):
                buffer.uniform_(-0.1, 0.1)
            else:
                buffer.zero_()
    return module


@pytest.mark.usefixtures("one_thread")
def test_keys_shapes_and_logits_are_those_of_torchvision(preset: Preset):
    network = preset.network()
    theirs = theirs_of(preset)
    with torch.device("meta"):
        ours = build(network, 1000)
    theirs_state, ours_state = theirs.state_dict(), ours.state_dict()
    assert list(ours_state) == list(theirs_state)
    assert {key: tensor.shape for key, tensor in ours_state.items()} == {
        key: tensor.shape for key, tensor in theirs_state.items()
    }
    assert check(network, 1000).weights == weighted_tally(theirs)
    # both share one set of weights: three copies of a VGG would not fit in memory with tests in parallel
    ours.load_state_dict(theirs_state, strict=True, assign=True)

    images = torch.randn(1, 3, 224, 224)
    ours.eval(), theirs.eval()
    with torch.inference_mode():
        assert_equal(evaluation(ours)(images), theirs(images))

    # smaller images, which all of them take, save time; normalization needs several of them
    images = torch.randn(2, 3, 96, 96)
    ours.train(), theirs.train()
    before = {key: tensor.clone() for key, tensor in theirs.named_buffers()}
    with torch.no_grad():
        torch.manual_seed(2)
        expected = theirs(images)
        after = {key: tensor.clone() for key, tensor in theirs.named_buffers()}
        for key, tensor in theirs.named_buffers():
            tensor.copy_(before[key])
        torch.manual_seed(2)
        found = ours(images)
    assert_equal(found, in_order(expected))
    for key, tensor in ours.named_buffers():
        assert torch.equal(tensor, after[key]), key


def in_order(scores: Tensor | tuple[Tensor, Tensor, Tensor]) -> Tensor | tuple[Tensor, ...]:
    """Main scores, first auxiliary, second; torchvision's GoogLeNet returns the second before the first."""
    if isinstance(scores, Tensor):
        return scores
    main, second, first = scores
    return main, first, second


def assert_equal(found: Tensor | tuple[Tensor, ...], expected: Tensor | tuple[Tensor, ...]) -> None:
    if isinstance(expected, Tensor):
        found, expected = (found,), (expected,)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert torch.isfinite(theirs).all()
        assert theirs.std() > 0
        assert torch.equal(ours, theirs)


def test_every_builder_that_a_preset_names_is_there():
    assert len(builders()) == len(STANDARD) == 17


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", ["ResNet-18", "GoogLeNet"])
def test_gradients_are_those_of_torchvision(name: str):
    (preset,) = (preset for preset in STANDARD if preset.name == name)
    theirs = theirs_of(preset).train()
    ours = build(preset.network(), 1000).train()
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(2, 3, 96, 96)
    totals = []
    for module in (theirs, ours):
        torch.manual_seed(2)
        scores = module(images)
        parts = (scores,) if isinstance(scores, Tensor) else scores
        total = parts[0].square().mean() + 0.3 * sum(part.square().mean() for part in parts[1:])
        total.backward()
        totals.append(total.item())
    assert totals[0] == pytest.approx(totals[1], rel=1e-6)
    expected = dict(theirs.named_parameters())
    for key, weight in ours.named_parameters():
        torch.testing.assert_close(weight.grad, expected[key].grad, rtol=1e-3, atol=1e-6, msg=key)


@pytest.mark.usefixtures("one_thread")
def test_local_response_normalization_of_2012_is_the_formula_of_the_paper():
    """Krizhevsky et al. 2012, section 3.3, written out number by number."""
    (preset,) = (preset for preset in PRESETS if preset.name == "AlexNet (2012)")
    layer = preset.network()["norm1"].layer
    module = run(layer.module((96, 55, 55)))
    channels, k, n, alpha, beta = 7, 2.0, 5, 1e-4, 0.75
    a = torch.randn(1, channels, 2, 2, dtype=torch.float64) * 50
    b = torch.empty_like(a)
    for i in range(channels):
        neighbours = range(max(0, i - n // 2), min(channels - 1, i + n // 2) + 1)
        b[:, i] = a[:, i] / (k + alpha * sum(a[:, j] ** 2 for j in neighbours)) ** beta
    torch.testing.assert_close(module(a), b)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", ["small", "published"])
def test_the_others_build_and_give_finite_scores(kind: str):
    for preset in PRESETS:
        if preset.kind != kind:
            continue
        network = preset.network()
        torch.manual_seed(0)
        module = build(network, 10)
        assert weighted_tally(module) == check(network, 10).weights
        images = torch.randn(2, *network["input"].layer.shape())
        with torch.no_grad():
            scores = evaluation(module.eval())(images)
        assert scores.shape == (2, 10)
        assert torch.isfinite(scores).all()
