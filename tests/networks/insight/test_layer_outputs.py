"""What a layer gives for many pictures is what the module gives, averaged or whole, in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from networks.core.message import UserError
from networks.data.views import views
from networks.insight import layer_outputs as outputs_file
from networks.insight.copies import first_looker
from networks.insight.layer_outputs import layer_outputs
from networks.insight.pictures import input_of
from networks.project.project import first_project
from networks.xray.data_map import PROJECTED

ROWS = np.arange(3, 303)


@pytest.fixture(scope="module")
def project():
    return first_project()


@pytest.fixture(scope="module")
def looker(project):
    return first_looker(project)


def images(project):
    made = views(project.recipe.data, input_of(project.network), project.recipe.learning.seed)
    return torch.from_numpy(made.seen(ROWS)).permute(0, 3, 1, 2)


def test_features_answers_and_sureness_are_those_of_one_pass(project, looker, monkeypatch):
    layer = next(node.name for node in project.network.nodes if type(node.layer).__name__ == "Conv2d")
    found = layer_outputs(looker, project, layer, ROWS, "averaged", lambda share: True)
    maps = []
    hook = looker._module.get_submodule(layer).register_forward_hook(lambda *told: maps.append(told[2]))
    with torch.no_grad():
        scores = looker._module.eval()(images(project)).softmax(1)
    hook.remove()
    assert found.averaged
    assert found.size == maps[0][0].numel()
    assert np.allclose(found.features, maps[0].mean((2, 3)).numpy(), atol=1e-5)
    assert (found.answers == scores.argmax(1).numpy()).all()
    assert np.allclose(found.sureness, scores.max(1).values.numpy(), atol=1e-5)
    assert (found.labels == project.recipe.data.dataset.labels()[ROWS]).all()
    assert (found.wrong == (found.answers != found.labels)).all()
    monkeypatch.setattr(outputs_file, "MOST_NUMBERS", found.size)
    whole = layer_outputs(looker, project, layer, ROWS, "whole", lambda share: True)
    assert np.allclose(whole.features, maps[0].flatten(1).numpy(), atol=1e-5)
    assert not whole.averaged


def test_every_layer_with_an_output_can_be_compared(project, looker):
    for node in project.network.nodes:
        found = layer_outputs(looker, project, node.name, ROWS[:20], "averaged", lambda share: True)
        assert found.features.shape[0] == 20, node.name


def test_a_projection_keeps_distances_about(project, looker, monkeypatch):
    plain = layer_outputs(looker, project, "input", ROWS, "whole", lambda share: True)
    monkeypatch.setattr(outputs_file, "MOST_NUMBERS", 60)
    found = layer_outputs(looker, project, "input", ROWS, "whole", lambda share: True)
    assert found.projected
    assert found.features.shape == (len(ROWS), PROJECTED)
    own, before = (torch.nn.functional.pdist(torch.from_numpy(each.features)) for each in (found, plain))
    assert (own / before).mean().item() == pytest.approx(1, abs=0.1)
    assert np.corrcoef(own, before)[0, 1] > 0.8


def test_numbers_that_are_none_are_said(project):
    broken = first_looker(project)
    with torch.no_grad():
        for weight in broken._module.parameters():
            weight.fill_(torch.nan)
    last = project.network.order[-1]
    with pytest.raises(UserError, match="not a number"):
        layer_outputs(broken, project, last, ROWS, "averaged", lambda share: True)


def test_it_can_be_given_up(project, looker):
    assert layer_outputs(looker, project, "input", ROWS, "averaged", lambda share: False) is None


def test_pictures_stand_in_the_order_in_which_they_are_asked_for(project, looker):
    found = layer_outputs(looker, project, "input", ROWS[::-1].copy(), "averaged", lambda share: True)
    assert (found.rows == ROWS[::-1]).all()
    assert (found.labels == project.recipe.data.dataset.labels()[ROWS[::-1]]).all()
