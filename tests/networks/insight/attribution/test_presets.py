"""Heat maps of presets, at their own size, and of random networks of all layer types."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.graph.check import check
from networks.insight.attribution import METHODS
from networks.insight.attribution.examined import examined
from networks.insight.attribution.grad_cam import layers_with_maps
from networks.insight.attribution.heat_maps import heat_map, randomization, stages_of
from networks.insight.looker import Looker
from networks.layers.ends import Input
from networks.module.build import build, evaluation
from networks.presets.catalog import PRESETS
from networks.project.project import first_project
from networks.recipes.losses import CrossEntropy
from networks.xray.heat import Aim, Asked
from tests.networks.insight.attribution.subjects import always, of_network
from tests.networks.module.chains import fitting

SWIFT = [preset for preset in PRESETS if check(preset.network(), 10).multiply_adds < 6 * 10**8]
"""The others are more of the same layers."""


@pytest.mark.slow
@pytest.mark.parametrize("preset", SWIFT, ids=lambda preset: preset.name)
def test_every_preset_has_heat_maps(preset):
    network = preset.network()
    torch.manual_seed(0)
    module = build(network, 10)
    (entry,) = (node.layer for node in network.nodes if isinstance(node.layer, Input))
    image = torch.rand(1, entry.channels, *entry.size)
    looker = Looker(module, first_project())
    subject = examined(looker.borrowed(), network, 10, image, (0.0,) * entry.channels, CrossEntropy())
    own = dict(module.named_parameters())
    shared = dict(subject.module.named_parameters())
    assert all(own[name].data_ptr() == each.data_ptr() for name, each in shared.items())
    for kind in METHODS:
        asked = Asked(kind.description.id, Aim(1, 2), patch=max(entry.size) // 2, stride=max(entry.size) // 2)
        found = heat_map(subject, asked, always)
        assert found.values.shape == entry.size
        assert np.isfinite(found.values).all()
    stages = stages_of(subject)
    named = [name for stage in stages for name in stage]
    learning = {
        name for name in subject.network.order if any(True for path in shared if path.startswith(f"{name}."))
    }
    assert set(named) >= learning


def test_layers_of_auxiliary_outputs_are_not_offered():
    network = next(preset.network() for preset in PRESETS if preset.name == "GoogLeNet small")
    layers = layers_with_maps(network, check(network, 10))
    assert "aux2.conv.relu" in network
    assert not [name for name in layers if name.startswith("aux")]
    computed = {node.meta.get("name") for node in evaluation(build(network, 10)).graph.nodes}
    assert set(layers) <= computed


@settings(max_examples=15, deadline=None)
@given(fitting(), st.sampled_from([kind.description.id for kind in METHODS]), st.integers(0, 3))
def test_any_network_can_be_tested(network, method, seed):
    subject = of_network(network, seed)
    asked = Asked(method, Aim(3), patch=3, stride=3)
    kind = next(kind for kind in METHODS if kind.description.id == method)
    if kind().hindrance(subject, asked) is not None:
        return
    found = randomization(subject, asked, always, classes=10, seed=seed)
    assert found.stages
    for stage in found.stages:
        assert stage.values.shape == tuple(subject.image.shape[2:])
        assert stage.similarity is None or 0 <= stage.similarity <= 1 + 1e-9
