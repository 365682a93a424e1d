"""A built module is plain torch: what a hook keeps stays as it was, and full backward hooks work."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from networks.graph.network import Network
from networks.module.build import build
from networks.presets.catalog import PRESETS
from tests.networks.module.chains import fitting

SMALL = [preset for preset in PRESETS if preset.kind == "small"]


def looked_into(network: Network) -> None:
    """Asserts that hooks on every module see true values in a forward and a backward pass."""
    torch.manual_seed(0)
    module = build(network, 10).train()
    seen: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
    gradients: dict[str, torch.Tensor] = {}
    layers = {name: part for name, part in module.named_modules() if name and not [*part.children()]}
    for name, part in layers.items():

        def keep(part: nn.Module, given: object, output: torch.Tensor, name: str = name) -> None:
            seen[name] = output, output.detach().clone()

        def gradient(part: nn.Module, into: object, out: tuple[torch.Tensor], name: str = name) -> None:
            gradients[name] = out[0]

        part.register_forward_hook(keep)
        part.register_full_backward_hook(gradient)
    # so that there is a gradient for what the first layers take, too
    images = torch.randn(4, *network["input"].layer.shape(), requires_grad=True)
    scores = module(images)
    scores = scores if isinstance(scores, tuple) else (scores,)
    sum(part.square().mean() for part in scores).backward()
    assert seen.keys() == layers.keys()
    for name, (kept, copied) in seen.items():
        assert torch.equal(kept.detach().nan_to_num(), copied.nan_to_num()), name
    assert gradients, "the last layer has a gradient"
    for name, gradient in gradients.items():
        assert gradient.shape == seen[name][1].shape, name


@pytest.mark.parametrize("preset", SMALL, ids=lambda preset: preset.name)
def test_hooks_see_what_every_layer_of_a_preset_gave(preset):
    looked_into(preset.network())


@settings(max_examples=100)
@given(fitting())
def test_hooks_see_what_every_layer_gave(network):
    looked_into(network)
