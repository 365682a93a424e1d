"""What must hold of the README's PixelShuffle, where its class stands in networks/layers/resizing.py."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from torch import nn
from torch.nn import functional

import networks.layers
from networks.core.fields import changed, fields_of
from networks.exporting.onnx_file import save_onnx
from networks.graph.check import check
from networks.graph.free_names import free_name
from networks.importing.importer import imported
from networks.layers import LAYERS
from networks.layers.resizing import PixelShuffle
from networks.module.build import build
from networks.project.project import Project, project_from_json, project_to_json
from networks.source import source
from widgets.forms.editors import editor_for
from widgets.palette.layer_list import LayerList

CLASSES = 10


class Plain(nn.Module):
    """The module, and the function that does the same."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 36, 3, stride=4)
        self.first = nn.PixelShuffle(3)
        self.fc = nn.Linear(42 * 42, CLASSES)

    def forward(self, x):
        return self.fc(functional.pixel_shuffle(self.first(self.conv(x)), 2).flatten(1))


@pytest.fixture(scope="module")
def module():
    torch.manual_seed(0)
    return Plain()


@pytest.fixture(scope="module")
def network(module):
    return imported(module, (1, 28, 28))


def scores(model, x):
    with torch.inference_mode():
        return model.eval()(x)


def test_it_is_the_copy_that_is_tested():
    assert Path(networks.layers.__file__).is_relative_to(Path.cwd())
    assert PixelShuffle in LAYERS


def test_the_palette_lists_it(qtbot):
    palette = LayerList()
    qtbot.addWidget(palette)
    assert palette.show_matches("depth to space") == 1


def test_the_form_has_a_field_for_its_factor(qtbot):
    (field,) = fields_of(PixelShuffle)
    editor = editor_for(field)
    qtbot.addWidget(editor)
    assert (field.title, field.default, field.low, field.high) == ("Factor", 2, 1, 64)
    assert editor.controls()


def test_it_is_imported_as_a_module_and_as_a_function(module, network):
    assert [node.layer.upscale_factor for node in network.of_type(PixelShuffle)] == [3, 2]
    assert network.of_type(PixelShuffle)[0].name == "first"
    assert check(network, CLASSES).trainable
    built = build(network, CLASSES)
    built.load_state_dict(module.state_dict())
    x = torch.randn(2, 1, 28, 28)
    assert torch.equal(scores(built, x), scores(module, x))
    assert free_name(network, PixelShuffle()) == "shuffle1"


def test_its_parameter_takes_part(network):
    five = changed(network["first"].layer, upscale_factor=5)
    wrong = network.with_nodes(
        replace(node, layer=five) if node.name == "first" else node for node in network.nodes
    )
    assert "25 divides evenly" in str(check(wrong, CLASSES).nodes["first"].problem)


def test_its_source_computes_the_same(module, network):
    printed = source(network, CLASSES, "Plain")
    assert "nn.PixelShuffle(3)" in printed.text
    namespace = {}
    exec(printed.text, namespace)
    written = namespace["Plain"]()
    written.load_state_dict(module.state_dict())
    x = torch.randn(2, 1, 28, 28)
    assert torch.equal(scores(written, x), scores(module, x))


def test_it_comes_back_from_a_project_file(network):
    project = Project(network)
    assert project_from_json(project_to_json(project)).network == network


def test_it_is_exported_as_onnx(module, network, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    save_onnx(Project(network), tmp_path / "net.onnx", dict(module.state_dict()))
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    x = torch.randn(3, 1, 28, 28)
    (found,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    torch.testing.assert_close(torch.from_numpy(found), scores(module, x), rtol=1e-4, atol=1e-4)
