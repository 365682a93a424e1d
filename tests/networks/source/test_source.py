"""Printed source, run without access to the project, against the built module."""

from __future__ import annotations

import ast
import inspect
import re
from typing import ClassVar

import pytest
import torch
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from safetensors.torch import load_file

from networks.blocks import BLOCKS
from networks.core.call import Argument, call
from networks.core.message import UserError
from networks.exporting.weights import save_weights
from networks.graph import edits, folds, groups
from networks.graph.check import check
from networks.graph.network import RESERVED, Network, Node
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Flatten, LayerScale, Linear
from networks.layers.merge import Add, Concat
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.module.build import build, resolve
from networks.presets.catalog import PRESETS
from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from networks.source import source
from networks.source.safety import UnexpectedCodeError, verify
from networks.source.torch_signatures import DEFAULTS, ROLES
from networks.training.engine.run import Run
from tests.networks.graph.random_edits import CLASS_COUNT, edited, networks, small
from tests.networks.source.fresh_interpreter import FreshInterpreter


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    interpreter = FreshInterpreter(tmp_path_factory.mktemp("fresh"))
    yield interpreter
    interpreter.close()


def chain(*rows, channels=3, size=(8, 8), classes_from=None):
    """A network of (name, layer) in series, or (name, layer, *inputs), between its two ends."""
    nodes = [Node("input", Input(channels=channels, size=size))]
    for name, layer, *inputs in rows:
        nodes.append(Node(name, layer, tuple(inputs) or (nodes[-1].name,)))
    return Network(
        (
            *nodes,
            Node("pool", GlobalAvgPool2d(), (classes_from or nodes[-1].name,)),
            Node("fc", Linear(CLASSES), ("pool",)),
            Node("output", Output(), ("fc",)),
        )
    )


# -- random networks


@st.composite
def with_blocks(draw):
    """A small network with a few blocks, some folded into groups, some layers frozen, some renamed."""
    network = small()
    for _ in range(draw(st.integers(1, 4))):
        wire = draw(st.sampled_from(network.wires))
        x = check(network, CLASS_COUNT).wire_shape(wire)
        candidate, fold = folds.insert_block(network, draw(st.sampled_from(BLOCKS))(), (wire,), x)
        block = candidate.by_fold[fold].block
        if hasattr(block, "filters") and draw(st.booleans()):
            block = replace(block, filters=draw(st.sampled_from((4, 6))))
            candidate = folds.set_block(candidate, fold, block, CLASS_COUNT)
        if check(candidate, CLASS_COUNT).trainable:
            network = candidate
    frozen = draw(st.sets(st.sampled_from([node.name for node in network.nodes]), max_size=12))
    network = network.with_nodes(replace(node, frozen=node.name in frozen) for node in network.nodes)
    for _ in range(draw(st.integers(0, 3))):
        network = draw(edited(network))
    return network


PARTS = st.sampled_from(
    ("0", "1", "2", "a", "b", "block1-0", "keys", "pop", "append", "x", "out", "nn1", "stride")
)
PATHS = st.lists(PARTS, min_size=1, max_size=3).map(".".join)


@st.composite
def renamed(draw):
    """A network whose layers have random paths, and so any submodules."""
    network = draw(with_blocks())
    for name in [node.name for node in network.nodes]:
        if draw(st.booleans()):
            try:
                network = edits.rename(network, name, draw(PATHS))
            except UserError:
                continue
    return network


def judged(fresh, network):
    assume(check(network, CLASS_COUNT).trainable)
    try:
        fresh.judge(network, CLASS_COUNT)
    except ValueError as error:  # torch's, of a batch of two images that leaves one number per channel
        assume("Expected more than 1" not in str(error))
        raise


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(networks())
def test_source_of_a_random_network_computes_what_the_built_module_does(fresh, network):
    judged(fresh, network)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(with_blocks())
def test_source_of_random_blocks_computes_what_the_built_module_does(fresh, network):
    judged(fresh, network)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(renamed())
def test_source_of_random_paths_computes_what_the_built_module_does(fresh, network):
    judged(fresh, network)


# -- the networks of the papers


SMALL = {"AlexNet": 67, "AlexNet (2012)": 67, "GoogLeNet": 96, "GoogLeNet (2014)": 224}
"""Image sizes that a preset needs at least; the others are run at 64×64 or smaller."""
HEAVY = re.compile(r"VGG-1[1369]|ResNet-(101|152)|Plain-(44|56)|ResNet-(32|44|56)|Wide|AlexNet( \(|$)")
KEYS_ALONE = {"VGG-11", "VGG-13", "VGG-16", "VGG-19 BN"}
"""They take longest, and differ from the other VGGs in how often a line is repeated."""


def preset(name):
    return next(preset for preset in PRESETS if preset.name == name)


@pytest.mark.parametrize(
    "name", [pytest.param(p.name, marks=[pytest.mark.slow] * bool(HEAVY.match(p.name))) for p in PRESETS]
)
def test_source_of_a_preset_computes_what_the_built_module_does(fresh, name):
    network = preset(name).network()
    if name in KEYS_ALONE:
        fresh.judge_keys(network, 1000, name)
        return
    (size,) = {node.layer.size[0] for node in network.of_type(Input)}
    flattens = any(node.inputs and node.layer == Flatten() for node in network.nodes)
    side = None if flattens or size <= 64 else SMALL.get(name, 64)
    fresh.judge(network, 1000, name, side)


@pytest.mark.parametrize(
    ("name", "most"), [("ResNet-18", 120), ("ResNet-50", 120), ("ResNet-152", 120), ("GoogLeNet", 150)]
)
def test_source_is_as_short_as_a_person_would_write_it(name, most):
    text = source(preset(name).network(), 1000, name).text
    assert len(text.splitlines()) < most
    assert max(map(len, text.splitlines())) <= 110


def test_repeated_blocks_are_one_class_in_a_row():
    printed = source(preset("ResNet-152").network(), 1000, "ResNet-152")
    assert printed.class_name == "ResNet152"
    assert re.findall(r"^class (\w+)", printed.text, re.M) == [
        "Bottleneck",
        "BottleneckDownsample",
        "ResNet152",
    ]
    assert "            *(Bottleneck(1024, 256) for _ in range(35)),\n" in printed.text
    assert (
        "def __init__(self, in_channels: int, width: int, out_channels: int, stride: int = 1)" in printed.text
    )
    assert "import torch\n" not in printed.text, "nothing of torch itself is used"


def test_parameters_are_called_like_those_of_the_block():
    text = source(preset("GoogLeNet").network(), 1000).text
    assert "self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)" in text
    assert (
        "in_channels: int, ones: int, reduce3: int, threes: int, reduce5: int, fives: int, pool: int" in text
    )


def test_auxiliary_outputs_run_and_leave_in_training_only():
    text = source(preset("GoogLeNet").network(), 1000).text
    assert "        if self.training:\n            aux1 = self.aux1(x)  # 1000\n" in text
    assert text.endswith("        if self.training:\n            return x, aux1, aux2\n        return x\n")


def test_a_row_of_plain_layers_in_many_places_is_a_class():
    rows = []
    for stage in "abc":
        source_name = rows[-1][0] if rows else "input"
        rows.append((f"{stage}.left.0", Conv2d(4), source_name))
        rows.append((f"{stage}.left.1", ReLU(), f"{stage}.left.0"))
        rows.append((f"{stage}.join", Add(), f"{stage}.left.1", f"{stage}.left.0"))
    text = source(chain(*rows), 3).text
    assert "ModuleList" in text, "a row that is tapped in between is no nn.Sequential"
    rows = [
        row
        for stage in "abc"
        for row in (
            (f"{stage}.0", Conv2d(4, (len(stage), 3))),
            (f"{stage}.1", BatchNorm2d()),
            (f"{stage}.2", ReLU()),
        )
    ]
    text = source(chain(*rows), 3).text
    assert "class ConvBNReLU(nn.Sequential):" in text
    assert "self.a = ConvBNReLU(3)\n        self.b = ConvBNReLU(4)" in text


# -- lines


def lines_of(printed, name):
    return [printed.text.splitlines()[number - 1].strip() for number in printed.lines[name]]


def test_lines_are_where_a_layer_is_made_and_where_it_runs():
    printed = source(preset("ResNet-50").network(), 1000, "ResNet-50")
    assert lines_of(printed, "bn1") == ["self.bn1 = nn.BatchNorm2d(64)", "x = self.bn1(x)  # 64×112×112"]
    assert lines_of(printed, "layer3.4.conv2") == [
        "self.conv2 = nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False)",
        "out = self.conv2(out)  # 64×56×56, 128×28×28, 256×14×14, 512×7×7",
        "self.layer3 = nn.Sequential(",
        "*(Bottleneck(1024, 256) for _ in range(5)),",
        "x = self.layer3(x)  # 1024×14×14",
    ]
    assert lines_of(printed, "input") == ["def forward(self, x: Tensor) -> Tensor:"]
    assert lines_of(printed, "output") == ["return x"]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(renamed())
def test_every_layer_that_takes_part_has_lines(network):
    assume(check(network, CLASS_COUNT).trainable)
    printed = source(network, CLASS_COUNT)
    assert printed.lines.keys() == network.contributing
    last = len(printed.text.splitlines())
    for lines in printed.lines.values():
        assert list(lines) == sorted(set(lines))
        assert 1 <= lines[0] <= lines[-1] <= last


# -- names


HOSTILE = (
    "x = 1", "\n", "\nimport os\n", '"""', "'); import os #", "\\", "\u202egnp.exe", "\u2066a\u2069",
    "__class__", "__init__", "forward", "self", "nn", "torch", "Tensor", "OrderedDict", "None", "True",
    "ｅｖａｌ", "class", "lambda", "print", "super", "Exception", "а", "ℌ", "ſ", "ﬁ", "９", "1", "", " ",
    "%s", "\0", "\ud800", "🦴", "Network", "ReLU", "{x}", "A" * 64, "#", "# 1×2\n",
)  # fmt: skip
TEXTS = (
    st.sampled_from(HOSTILE)
    | st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join)
    | st.text(max_size=20)
)


def skeleton(text):
    """Code without its names and docstrings."""
    return [type(node).__name__ for node in ast.walk(ast.parse(text))]


@given(TEXTS)
@example("AOrderedDict")
@example("OrderedDict")
def test_titles_change_nothing_but_the_name_of_the_class(title):
    network = small()
    plain, printed = source(network, 3), source(network, 3, title)
    assert printed.class_name.isascii()
    assert printed.class_name.isidentifier()
    assert printed.class_name not in (
        "nn",
        "torch",
        "Tensor",
        "OrderedDict",
        "None",
        "True",
        "Exception",
        "super",
    )
    assert printed.text == plain.text.replace(f"class {plain.class_name}(", f"class {printed.class_name}(")
    assert printed.lines == plain.lines


@given(
    st.lists(TEXTS.filter(lambda text: text.strip() and text.isprintable() and len(text) <= 64), max_size=3)
)
def test_names_of_groups_never_enter_the_code(names):
    network = preset("ResNet-18").network()
    plain = source(network, 3).text
    for name, path in zip(names, ("layer1.0", "layer2.1", "layer4.0"), strict=False):
        try:
            network = groups.rename_fold(network, path, name)
        except UserError:
            continue
    assert source(network, 3).text == plain


CLASHES = (
    "0", "1", "nn1", "torch", "nn", "Tensor", "OrderedDict", "x", "out", "self1", "super", "print", "range",
    "match", "Network", "ReLU", "keys", "pop", "append", "insert", "values", "update", "A-b", "A_b", "a-b",
    "a_b", "stride", "in_channels", "channels", "width", "value", "forward1", "int", "T1",
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(st.sampled_from(CLASHES), min_size=1, max_size=3).map(".".join), min_size=5, max_size=5)
)
def test_names_that_clash_with_each_other_or_with_torch_stay_apart(fresh, names):
    network = small()
    for old, new in zip(("conv1", "relu1", "conv2", "add1", "fc1"), names, strict=True):
        try:
            network = edits.rename(network, old, new)
        except UserError:
            continue
    fresh.judge(network, CLASS_COUNT)


@pytest.mark.parametrize(
    "name", [*sorted(RESERVED), "__class__", "__x", "class", "a b", "а", "ｘ", "a\n", "a'"]
)
def test_a_network_refuses_names_that_torch_or_python_use(name):
    with pytest.raises(UserError):
        Network((Node(name, ReLU()),))


# -- training mode, frozen layers, files of weights


def test_frozen_layers_learn_nothing_and_keep_their_statistics(fresh):
    network = preset("ResNet-20").network()
    frozen = network.with_nodes(replace(node, frozen=node.name != "fc") for node in network.nodes)
    text = fresh.judge(frozen, 3).text
    assert "        self.layer1.requires_grad_(False)\n" in text
    assert "        self.layer1.eval()\n" in text
    assert "self.fc.requires_grad_" not in text
    some = network.with_nodes(replace(node, frozen=node.name == "layer2.0.bn1") for node in network.nodes)
    text = fresh.judge(some, 3).text
    assert "        self.layer2[0].bn1.requires_grad_(False)\n" in text


def test_frozen_dropout_goes_on_drawing():
    network = chain(("part.bn", BatchNorm2d()), ("part.drop", Dropout(0.5)))
    frozen = network.with_nodes(replace(node, frozen=True) for node in network.nodes)
    assert "        self.part.bn.eval()\n" in source(frozen, 3).text


def test_a_bare_learned_tensor_keeps_its_key(fresh):
    rows = [
        ("a.conv", Conv2d(3)),
        ("a.scale", LayerScale(0.5)),
        ("b.scale", LayerScale(0.25)),
        ("0", LayerScale()),
    ]
    printed = fresh.judge(chain(*rows), 3)
    assert "self.scale = nn.Parameter(torch.full((3, 1, 1), 0.5))" in printed.text
    assert "x = self.scale * x" in printed.text


def test_a_concat_before_a_part_leaves_the_part_one_way_in(fresh):
    rows = [
        ("a.layer1.conv", Conv2d(4)),
        ("a.layer2.cat", Concat(), "a.layer1.conv", "input"),
        ("a.layer2.conv", Conv2d(4)),
        ("a.layer3.cat", Concat(), "a.layer2.conv", "a.layer1.conv", "input"),
        ("a.layer3.conv", Conv2d(4)),
    ]
    text = fresh.judge(chain(*rows), 3).text
    assert text.count("class Layer(") == 1
    assert "torch.cat([" in text


@pytest.mark.parametrize("name", ["append", "pop", "keys", "values"])
def test_names_that_containers_use_themselves_stand_in_a_class(fresh, name):
    fresh.judge(chain((f"a.{name}", Conv2d(3)), ("a.b-0", ReLU())), 3)
    fresh.judge(chain((f"a.{name}", Conv2d(3)), ("b", ReLU()), ("a.b-0", Conv2d(3))), 3)


def test_it_loads_what_a_run_has_learned(tmp_path):
    """As a user would: loads the file of weights into an object of the class."""
    project = first_project()
    run = Run(replace(project, recipe=with_settings(project.recipe, batch_size=400, epochs=1, threads=1)))
    list(run.train())
    save_weights(run, tmp_path / "weights.safetensors")
    namespace = {}
    exec(source(project.network, project.classes, "LeNet").text, namespace)
    module = namespace["LeNet"]()
    module.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    built = build(project.network, project.classes)
    built.load_state_dict(run.weights())
    images = torch.randn(3, 1, 28, 28)
    with torch.inference_mode():
        assert torch.equal(module.eval()(images), built.eval()(images))


class Nested(Layer, frozen=True, tag=False):
    """An expression whose sums and products need parentheses."""

    fewest_inputs: ClassVar = 2
    most_inputs: ClassVar = 2

    def shape(self, *inputs):
        return inputs[0]

    def function(self, *inputs):
        a, b = Argument(0), Argument(1)
        product = call("torch.mul", call("torch.add", a, b), call("torch.mul", b, a))
        return call("torch.sub", a, call("torch.sub", call("torch.add", product, b), call("torch.abs", a)))


def test_expressions_keep_their_order(fresh):
    text = fresh.judge(chain(("conv", Conv2d(3)), ("odd", Nested(), "conv", "input")), 3).text
    assert "out - ((out + x) * (x * out) + x - torch.abs(out))" in text.replace("conv", "out")


def test_one_tensor_that_leaves_twice(fresh):
    network = small()
    network = Network((*network.nodes, Node("aux1", AuxiliaryOutput(), ("fc1",))))
    assert "return x, x" in fresh.judge(network, CLASS_COUNT).text


def test_a_network_that_does_not_fit_is_refused_in_words():
    with pytest.raises(UserError, match="Expected an Input"):
        source(Network(), 3)


# -- the tables of torch's signatures, and the safety check


@pytest.mark.parametrize("target", sorted({*DEFAULTS, *ROLES}))
def test_signatures_are_torchs(target):
    found = torch
    for part in target.split(".") if not target.startswith("own.") else ():
        found = getattr(found if part != "nn" else torch, part) if part != "torch" else torch
    if target == "torch.full" or target == "torch.narrow":
        return  # written in C: without a signature
    if target.startswith("own."):
        found = resolve(target)
    parameters = inspect.signature(found).parameters
    for name, value in DEFAULTS.get(target, {}).items():
        assert parameters[name].default == value
        assert type(parameters[name].default) is type(value)
    if not target.startswith("nn.functional"):
        assert tuple(parameters)[: len(ROLES.get(target, ()))] == ROLES.get(target, ())


@pytest.mark.parametrize(
    "addition",
    [
        "import os",
        "from torch import load",
        "print(1)",
        "class Other(nn.Module):\n    pass",
        "# a comment",
        "x = (lambda: 1)()",
        "class Network(nn.Module):\n    'x'\n    def forward(self, x):\n        return torch.load(x)",
        "class Network(nn.Module):\n    'x'\n    def forward(self, x):\n        return self.__class__",
        "class Network(nn.Module):\n    'x'\n    def forward(self, x):\n        return open(x)",
        "class Network(nn.Module):\n    'x'\n    def forward(self, nn):\n        return nn",
        "class Network(nn.Module):\n    'x'\n    def other(self, x):\n        return x",
    ],
)
def test_code_that_was_not_meant_is_not_given_out(addition, monkeypatch):
    looked_at = []
    monkeypatch.setattr("networks.source.text.verify", lambda *given: looked_at.append(given))
    source(small(), 3)
    ((text, classes, own),) = looked_at
    verify(text, classes, own)
    with pytest.raises(UnexpectedCodeError):
        verify(f"{text}\n\n{addition}\n", classes, own)
