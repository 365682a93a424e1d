"""ONNX and safetensors: what other programs read must compute what torch computes here."""

from __future__ import annotations

import json
import os
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from safetensors.torch import load_file, save
from torch import nn

from networks.core.fields import fields_of
from networks.core.message import UserError
from networks.exporting import onnx_file
from networks.exporting.onnx_file import save_onnx
from networks.exporting.weights import first_weights, read_weights, save_weights, trained_weights
from networks.graph.check import check
from networks.graph.groups import group
from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d, ConvTranspose2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Concat
from networks.layers.normalization import BatchNorm2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.module.build import build, evaluation
from networks.presets import googlenet, lenet, resnet
from networks.project.project import Project, first_project
from networks.recipes.recipe import Recipe, with_settings
from networks.training.engine.run import Run
from tests.networks.graph.random_edits import networks, small
from tests.networks.strategies import INNER, layers

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""An export takes a second, and shrinking a failing example would take a hundred of them."""
RECIPE = with_settings(Recipe(), batch_size=500, epochs=1, threads=1)


def scores(path, images):
    """What onnxruntime makes of the images."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (result,) = session.run(["scores"], {"images": images.numpy()})
    return torch.from_numpy(result)


def assert_same(path, module, shape, sizes=(1, 3)):
    """The file computes what the module does, whatever the batch size; relative to the largest score."""
    module = evaluation(module).eval()
    for size in sizes:
        images = torch.randn(size, *shape, generator=torch.Generator().manual_seed(size))
        with torch.inference_mode():
            expected = module(images)
        assert expected.isfinite().all()
        found = scores(path, images)
        assert found.shape == expected.shape
        scale = max(1.0, float(expected.abs().max()))
        assert float((found - expected).abs().max()) <= 1e-4 * scale


def exported(project, tmp_path, weights=None):
    path = tmp_path / "network.onnx"
    save_onnx(project, path, weights)
    return path


def shape_of(network):
    return network.of_type(Input)[0].layer.shape()


# -- the same numbers


def told_apart(layer):
    """Whether float32, which ONNX keeps parameters in, tells every parameter from 0."""
    values = [getattr(layer, field.name) for field in fields_of(type(layer)) if field.kind == "real"]
    return all(value == 0 or abs(value) > 1e-6 for value in values)


def fitted(branch: str, layer: Layer) -> list[Node] | None:
    """The layer behind the image `trunk` or the vector `flat`, and a Flatten; None where neither fits."""
    for source in ("trunk", "flat"):
        nodes = [
            *TRUNK,
            Node(branch, layer, (source,) * max(1, layer.fewest_inputs)),
        ]
        found = check(Network(tuple(nodes))).nodes[branch].output
        if found is not None:
            ending = [Node(f"{branch}_flat", Flatten(), (branch,))] if len(found) > 1 else []
            return [nodes[-1], *ending]
    return None


TRUNK = (
    Node("input", Input(channels=3, size=(9, 7))),
    Node("trunk", Conv2d(filters=32), ("input",)),
    Node("flat", Flatten(), ("trunk",)),
)


@st.composite
def whole_catalog(draw: st.DrawFn) -> Network:
    """Every layer type with drawn parameters, side by side; as the palette gives it where they do not fit."""
    nodes = list(TRUNK)
    ends = []
    for index, kind in enumerate(INNER):
        drawn = draw(layers(kind))
        made = (fitted(f"b{index}", drawn) if told_apart(drawn) else None) or fitted(f"b{index}", kind())
        assert made is not None, f"{kind.__name__} fits neither 32×9×7 nor a vector"
        nodes += made
        ends.append(made[-1].name)
    nodes += [
        Node("all", Concat(), tuple(ends)),
        Node("fc", Linear(features=CLASSES), ("all",)),
        Node("output", Output(), ("fc",)),
    ]
    return Network(tuple(nodes))


def runs_in_onnx(network):
    """Whether onnxruntime takes it: an output padding as large as its stride is refused in words."""
    return not any(
        padded >= stride
        for node in network.of_type(ConvTranspose2d)
        for padded, stride in zip(node.layer.output_padding, node.layer.stride, strict=True)
    )


@pytest.mark.slow
@given(whole_catalog())
@settings(max_examples=2, phases=UNSHRUNK)
def test_every_layer_type_is_exported(tmp_path, network):
    project = Project(network, RECIPE)
    assume(runs_in_onnx(network))
    assert_same(exported(project, tmp_path), first_weights(project), (3, 9, 7))


@pytest.mark.slow
@given(networks())
@settings(max_examples=3, phases=UNSHRUNK)
def test_random_networks_are_exported(tmp_path, network):
    project = Project(network, RECIPE)
    assume(check(network, project.classes).trainable and runs_in_onnx(network))
    assert_same(exported(project, tmp_path), first_weights(project), shape_of(network))


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.tuples(st.integers(1, 14), st.integers(1, 14)) | st.integers(1, 14),
)
def test_maxima_are_those_of_adaptive_max_pooling(height, width, size):
    images = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(0))
    assert torch.equal(onnx_file._Maxima(size)(images), nn.AdaptiveMaxPool2d(size)(images))


@pytest.mark.slow
@pytest.mark.parametrize(
    "network",
    [lenet.lenet5(), resnet.resnet(18), googlenet.googlenet()],
    ids=["LeNet-5", "ResNet-18", "GoogLeNet"],
)
def test_presets_are_exported(tmp_path, network):
    project = Project(network, RECIPE)
    assert_same(exported(project, tmp_path), first_weights(project), shape_of(network), sizes=(1, 2))


# -- what the file holds


def with_heads() -> Network:
    """With all that differs in evaluation: BatchNorm, Dropout, an auxiliary output."""
    return Network(
        (
            Node("input", Input(size=(6, 6))),
            Node("conv1", Conv2d(filters=4), ("input",)),
            Node("bn1", BatchNorm2d(), ("conv1",)),
            Node("flat0", Flatten(), ("conv1",)),
            Node("head", Linear(features=CLASSES), ("flat0",)),
            Node("aux1", AuxiliaryOutput(), ("head",)),
            Node("flat1", Flatten(), ("bn1",)),
            Node("dropout1", Dropout(0.9), ("flat1",)),
            Node("fc", Linear(features=CLASSES), ("dropout1",)),
            Node("output", Output(), ("fc",)),
        )
    )


@pytest.fixture(scope="module")
def trained():
    run = Run(Project(with_heads(), RECIPE))
    for _ in run.train():
        pass
    return run


def test_trained_weights_are_exported_as_they_evaluate(tmp_path, trained):
    project = trained.project
    path = exported(project, tmp_path, trained_weights(trained, project))
    assert_same(path, trained.module, (1, 6, 6))
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert "Dropout" not in {node.op_type for node in model.graph.node}
    assert not any("head" in part.name for part in model.graph.initializer), "the auxiliary head is left out"


def test_the_file_says_what_it_takes_and_gives(tmp_path, trained):
    path = exported(trained.project, tmp_path, trained_weights(trained, trained.project))
    graph = onnx.load(path).graph
    (images,), (result,) = graph.input, graph.output
    assert (images.name, result.name) == ("images", "scores")
    sizes = [
        [axis.dim_param or axis.dim_value for axis in part.type.tensor_type.shape.dim]
        for part in (images, result)
    ]
    assert sizes == [["batch", 1, 6, 6], ["batch", 10]]


def test_the_metadata_say_classes_and_scale(tmp_path, trained):
    project = trained.project
    facts = {
        each.key: json.loads(each.value) for each in onnx.load(exported(project, tmp_path)).metadata_props
    }
    assert facts == {"classes": list("0123456789")}

    path = exported(project, tmp_path, trained_weights(trained, project))
    facts = {each.key: json.loads(each.value) for each in onnx.load(path).metadata_props}
    images, _ = project.recipe.data.dataset.load()
    training, _ = project.recipe.data.split()
    assert facts["mean"] == pytest.approx([float(np.mean(images[training] / 255))], abs=5e-3)
    assert len(facts["std"]) == 1

    entry = Node("input", Input(size=(6, 6), normalize="centered"))
    centered = replace(project, network=Network((entry, *project.network.nodes[1:])))
    facts = {
        each.key: json.loads(each.value) for each in onnx.load(exported(centered, tmp_path)).metadata_props
    }
    assert (facts["mean"], facts["std"]) == ([0.5], [0.5])


def test_there_is_one_file_without_paths_of_this_machine(tmp_path):
    path = exported(Project(small(), RECIPE), tmp_path)
    assert os.listdir(tmp_path) == ["network.onnx"]
    data = path.read_bytes()
    assert b"site-packages" not in data
    assert b".py" not in data


def test_nothing_is_printed_and_random_numbers_stay(tmp_path, capfd):
    before = torch.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exported(Project(small(), RECIPE), tmp_path)
    assert torch.equal(torch.get_rng_state(), before)
    assert capfd.readouterr() == ("", "")


# -- which weights


@given(st.integers(0, 2**31 - 1))
@settings(max_examples=5)
def test_first_weights_are_those_that_training_starts_from(seed):
    project = Project(small(), with_settings(RECIPE, seed=seed))
    expected = Run(project).weights()
    found = first_weights(project).state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_trained_weights_are_only_those_of_the_same_network(trained):
    project = trained.project
    assert trained_weights(None, project) is None
    other = replace(project, network=first_project().network)
    assert trained_weights(trained, other) is None
    grouped = group(project.network, ["conv1", "bn1"], "stem")
    frozen = grouped.with_nodes(replace(node, frozen=True) for node in grouped.nodes)
    found = trained_weights(trained, replace(project, network=frozen))
    assert found is not None
    assert found.keys() == trained.weights().keys()


def test_weights_come_back(tmp_path, trained):
    path = tmp_path / "weights.safetensors"
    save_weights(trained, path)
    found = read_weights(path, trained.project)
    assert all(torch.equal(found[name], tensor) for name, tensor in trained.weights().items())
    module = build(with_heads(), 10)
    save_weights(module, path)
    assert load_file(path).keys() == module.state_dict().keys()


@pytest.mark.parametrize(
    "wrappers", ["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.module."]
)
def test_weights_of_a_wrapped_module_come_back(tmp_path, trained, wrappers):
    """DataParallel and torch.compile put a name of theirs before all others, one before the other."""
    path = tmp_path / "weights.safetensors"
    weights = trained.weights()
    path.write_bytes(save({wrappers + name: tensor for name, tensor in weights.items()}))
    found = read_weights(path, trained.project)
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in weights.items())


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from(["module.", "_orig_mod.", "net.", "a.", ""]), min_size=1, max_size=4), st.data()
)
def test_only_what_stands_before_all_names_is_taken_away(trained, tmp_path_factory, prefixes, data):
    """Whatever else stands before names, or before some of them, they are refused as those of another."""
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    weights = trained.weights()
    whole = data.draw(st.booleans())
    before = "".join(prefixes)
    renamed = {
        (before if whole or data.draw(st.booleans()) else "") + name: tensor
        for name, tensor in weights.items()
    }
    path.write_bytes(save(renamed))
    wrapped = all(name.startswith(before) for name in renamed) and not {"net.", "a."} & set(prefixes)
    if wrapped or renamed.keys() == weights.keys():
        assert read_weights(path, trained.project).keys() == weights.keys()
    else:
        with pytest.raises(UserError, match="holds weights of another network"):
            read_weights(path, trained.project)


class Touches:
    """Would make a file if it were unpickled."""

    def __init__(self, path) -> None:
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_of_torch_save_is_named_and_not_opened(tmp_path, trained, zipped):
    path = tmp_path / "weights.safetensors"
    torch.save({"fc.bias": Touches(tmp_path / "ran")}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UserError, match=r"file of torch\.save.*safetensors\.torch\.save_file"):
        read_weights(path, trained.project)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda weights: weights.pop("fc.bias"), "expected 10 as “fc.bias”, got nothing"),
        (lambda weights: weights.update(more=torch.zeros(2)), "expected nothing as “more”, got 2"),
        (
            lambda weights: weights.update({"conv1.weight": torch.zeros(4, 2)}),
            "expected 4×1×3×3 as “conv1.weight”, got 4×2",
        ),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path, trained, change, sentence):
    weights = trained.weights()
    change(weights)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(save(weights))
    with pytest.raises(UserError, match=sentence):
        read_weights(path, trained.project)


def test_what_holds_no_weights_is_refused(tmp_path, trained):
    path = tmp_path / "weights.safetensors"
    with pytest.raises(UserError, match="was not read: No such file"):
        read_weights(path, trained.project)
    path.write_bytes(b"none")
    with pytest.raises(UserError, match="it is not a safetensors file"):
        read_weights(path, trained.project)


@pytest.mark.parametrize(
    "dtype",
    [
        torch.bfloat16,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (torch.float16, torch.float64)),
    ],
)
def test_weights_of_another_precision_are_brought_to_float32(tmp_path, trained, dtype):
    path = tmp_path / "weights.safetensors"
    weights = {
        n: each.to(dtype) if each.is_floating_point() else each for n, each in trained.weights().items()
    }
    path.write_bytes(save(weights))
    found = read_weights(path, trained.project)
    assert all(torch.equal(found[name], each.to(found[name].dtype)) for name, each in weights.items())
    assert {each.dtype for each in found.values()} == {torch.float32, torch.int64}
    assert exported(trained.project, tmp_path, found).exists()
    save_weights(weights, path)
    assert {each.dtype for each in load_file(path).values()} == {torch.float32, torch.int64}


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (torch.zeros(10, dtype=torch.int32), "type float32 as “fc.bias”, got int32"),
        (torch.zeros(10, dtype=torch.bool), "type float32 as “fc.bias”, got bool"),
        (torch.full((10,), 1e300, dtype=torch.float64), "float32 is too small for"),
    ],
)
def test_weights_that_are_no_such_numbers_are_refused_with_their_type(tmp_path, trained, numbers, sentence):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(save(trained.weights() | {"fc.bias": numbers}))
    with pytest.raises(UserError, match=sentence):
        read_weights(path, trained.project)


def test_weights_without_numbers_are_not_saved(tmp_path):
    with pytest.raises(UserError, match="has a shape, but no numbers"):
        save_weights(nn.Linear(2, 3, device="meta"), tmp_path / "weights.safetensors")
    assert os.listdir(tmp_path) == []


# -- what cannot be exported


def test_a_file_that_computes_something_else_is_not_written(tmp_path, monkeypatch):
    export = torch.onnx.export

    def changed(module, *args, **options):
        with torch.no_grad():
            module.get_parameter("fc.bias").add_(1)
        return export(module, *args, **options)

    monkeypatch.setattr(torch.onnx, "export", changed)
    with pytest.raises(UserError, match="other scores than torch for a batch of 1"):
        exported(Project(with_heads(), RECIPE), tmp_path)
    assert os.listdir(tmp_path) == []


def test_an_output_padding_that_onnxruntime_refuses_is_said(tmp_path):
    nodes = (
        Node("input", Input(size=(6, 6))),
        Node("up", ConvTranspose2d(4, dilation=(2, 2), stride=(1, 1), output_padding=(1, 1)), ("input",)),
        Node("flat", Flatten(), ("up",)),
        Node("fc", Linear(features=CLASSES), ("flat",)),
        Node("output", Output(), ("fc",)),
    )
    with pytest.raises(UserError, match="“up” has an output padding of 1×1 with a stride of 1×1"):
        exported(Project(Network(nodes), RECIPE), tmp_path)


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_a_missing_package_is_named(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=r"backbone-playground\[onnx\]"):
        exported(first_project(), tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_network_that_does_not_fit_says_why(tmp_path):
    network = Network(
        (Node("input", Input()), Node("relu", ReLU(), ("input",)), Node("output", Output(), ("relu",)))
    )
    with pytest.raises(UserError, match="Expected 10 scores"):
        exported(Project(network, RECIPE), tmp_path)


def test_more_than_a_file_can_hold_is_refused(tmp_path):
    nodes = (
        Node("input", Input(size=(256, 256))),
        Node("flat", Flatten(), ("input",)),
        Node("wide", Linear(features=10_000), ("flat",)),
        Node("fc", Linear(features=CLASSES), ("wide",)),
        Node("output", Output(), ("fc",)),
    )
    with pytest.raises(UserError, match=r"at most 2\.1 GB of weights.*got 2\.6 GB"):
        exported(Project(Network(nodes), RECIPE), tmp_path)


def test_what_torch_cannot_translate_is_said_and_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "network.onnx"
    path.write_bytes(b"old")

    def refuse(*args, **options):
        raise torch.onnx.OnnxExporterError("long\nstory") from RuntimeError(
            "No ONNX function found for x\nmore"
        )

    monkeypatch.setattr(torch.onnx, "export", refuse)
    with pytest.raises(UserError, match=r"torch cannot express it in ONNX: No ONNX function found for x$"):
        exported(first_project(), tmp_path)
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UserError, match="was not saved: its folder does not exist"):
        save_onnx(Project(small(), RECIPE), tmp_path / "none" / "network.onnx")
