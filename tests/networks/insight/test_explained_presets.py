"""Every layer of real networks, from a picture to its numbers: captured by taps, explained in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.values.receptive_field import receptive_field
from networks.explanations.values.value import explained
from networks.graph.check import check
from networks.insight.taps import Taps
from networks.layers.ends import Input
from networks.module.build import build
from networks.presets.catalog import PRESETS
from tests.networks.explanations.layers.test_catalog import scale

NAMES = ("LeNet-5 (1998)", "LeNet-5", "AlexNet small", "VGG small", "ResNet-20")
SMALL = [preset for preset in PRESETS if preset.name in NAMES]
"""The others are more of the same layers."""


@pytest.mark.parametrize("preset", SMALL, ids=lambda preset: preset.name)
@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
def test_every_layer_of_a_preset_is_explained(preset, training):
    network = preset.network()
    report = check(network, 10)
    torch.manual_seed(3)
    module = build(network, 10)
    (shape,) = (node.layer.shape() for node in network.nodes if isinstance(node.layer, Input))
    images = torch.randn(2, *shape)
    taps, random = Taps(module, network), np.random.default_rng(5)
    for name in network.order:
        passed = LayerPass(report.nodes[name].layer, taps.capture(images, name, training=training, seed=1))
        for _ in range(3):
            at = tuple(int(random.integers(size)) for size in passed.output.shape)
            explanation = explained(passed, at)
            assert explanation.difference <= 1e-5 * (1 + scale(explanation.form)), (name, at)


def test_the_last_layer_of_a_preset_sees_the_whole_picture():
    network = next(preset for preset in SMALL if preset.name == "ResNet-20").network()
    report = check(network, 10)
    field = receptive_field(network, report, "fc", (3,))
    (start,) = (node.name for node in network.nodes if isinstance(node.layer, Input))
    assert field[start].pixels.all()
    near = receptive_field(network, report, "conv1", (0, 4, 5))[start]
    assert near.box == (3, 4, 6, 7)
