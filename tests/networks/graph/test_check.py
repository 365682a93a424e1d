"""The report agrees with torch at every node; trainable are exactly the networks that give scores."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import event, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from networks.core.message import UserError
from networks.core.shapes import count
from networks.graph import edits, fragments
from networks.graph.check import check
from networks.graph.network import Network, Node, Wire
from networks.layers.convolution import Conv2d, DepthwiseConv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import Flatten, Identity, Linear
from networks.layers.merge import Add, Concat
from networks.layers.pooling import MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.module.build import build
from networks.presets.lenet import lenet5
from tests.networks.graph.random_edits import CLASS_COUNT, any_layer, edited, networks, small
from tests.networks.strategies import BATCH, is_stricter, torch_shape


class Torch:
    """torch's verdict on a network, found independently of our check, by recursion on the meta device."""

    def __init__(self, network: Network, report) -> None:
        self.network, self.report = network, report
        self.found = {}

    def shape(self, name: str):
        """The node's shape; None where torch refuses, an input is missing, or the node lies on a loop."""
        if name not in self.found:
            self.found[name] = None  # found again before it is known: a loop
            self.found[name] = self._shape(name)
        return self.found[name]

    def _shape(self, name: str):
        node = self.network[name]
        layer = node.layer.with_classes(CLASS_COUNT)
        shapes = tuple(self.shape(source) for source in node.inputs)
        if not layer.fewest_inputs <= len(shapes) <= layer.most_inputs or None in shapes:
            return None
        if isinstance(layer, Input):
            return (layer.channels, *layer.size)
        if isinstance(layer, Output | AuxiliaryOutput):
            return shapes[0] if shapes[0] == (CLASS_COUNT,) else None
        if is_stricter(layer, shapes):
            return None
        shape = torch_shape(layer, shapes, "meta")
        refused = self.report.nodes[name].problem is not None
        if shape is not None and refused and count(shape) < 10**6:
            return torch_shape(layer, shapes, "cpu")  # meta accepts some calls that no real device does
        return shape

    def trains(self) -> bool:
        ends = [self.network.of_type(kind) for kind in (Input, Output)]
        scores = [*ends[1], *(node for node in self.network.of_type(AuxiliaryOutput) if node.inputs)]
        return all(len(nodes) == 1 for nodes in ends) and all(
            self.shape(node.name) == (CLASS_COUNT,) for node in scores
        )


def assert_report_is_torchs(network: Network) -> bool:
    """Compares all nodes. Gives whether the network is trainable."""
    report = check(network, CLASS_COUNT)
    theirs = Torch(network, report)
    assert list(report.nodes) == [node.name for node in network.nodes]
    loops = set(report.nodes) - set(network.order)
    for name, found in report.nodes.items():
        assert found.contributing == (name in network.contributing)
        assert found.output == (None if name in loops else theirs.shape(name)), name
        assert len(found.inputs) == len(network[name].inputs)
        if found.problem is not None:
            assert found.output is None
            assert str(found.problem).endswith(".")
        elif name not in loops:
            assert (found.output is None) == (None in found.inputs)
    for wire in network.wires:
        assert report.wire_shape(wire) == report.nodes[wire.source].output
    assert report.trainable == theirs.trains()
    assert report.trainable == (not report.findings)
    assert_built(network, report)
    return report.trainable


def assert_built(network: Network, report) -> None:
    if not report.trainable:
        with pytest.raises(UserError) as refused:
            build(network, CLASS_COUNT)
        assert refused.value.reason == report.findings[0].sentence
        return
    with torch.device("meta"):
        module = build(network, CLASS_COUNT).train()
    images = network.of_type(Input)[0].layer.shape()
    with FlopCounterMode(display=False) as counter:
        scores = module(torch.zeros((BATCH, *images), device="meta"))
    several = scores if isinstance(scores, tuple) else (scores,)
    assert len(several) == 1 + sum(bool(node.inputs) for node in network.of_type(AuxiliaryOutput))
    assert all(found.shape == (BATCH, CLASS_COUNT) for found in several)
    assert sum(weights.numel() for weights in module.parameters()) == report.weights
    assert counter.get_total_flops() == 2 * BATCH * report.multiply_adds
    assert {name.split(".")[0] for name in module.state_dict()} <= network.contributing


def test_the_report_is_torchs_after_any_edits():
    seen = Counter()

    @settings(max_examples=120)
    @given(networks())
    def proof(network):
        trainable = assert_report_is_torchs(network)
        seen[trainable] += 1
        event("trainable" if trainable else "not trainable")

    proof()
    assert min(seen[True], seen[False]) >= 10, seen


@settings(max_examples=60)
@given(st.data())
def test_the_report_after_an_edit_is_the_one_from_scratch(data):
    network = data.draw(networks())
    check(network, CLASS_COUNT)
    later = data.draw(edited(network))
    assert check(later, CLASS_COUNT) == check(Network(later.nodes), CLASS_COUNT)
    assert_report_is_torchs(later)


@st.composite
def from_files(draw):
    """Any layers with any wires: loops, wires from a layer to itself, too many wires, none."""
    size = draw(st.integers(1, 6))
    sources = st.lists(st.integers(0, size - 1), max_size=3)
    middle = [Node(f"n{i}", draw(any_layer()), tuple(f"n{j}" for j in draw(sources))) for i in range(size)]
    return Network((*middle, Node("input", Input(size=(6, 6))), Node("output", Output(), ("n0",))))


@settings(max_examples=80)
@given(from_files())
def test_the_report_is_torchs_whatever_a_file_holds(network):
    assert_report_is_torchs(network)


def trained(*rows: tuple[str, object, tuple[str, ...]]) -> Network:
    return Network(tuple(Node(*row) for row in rows))


def test_a_loop_is_named_and_what_is_behind_it_has_no_shape():
    network = trained(
        ("input", Input(), ()),
        ("add", Add(), ("input", "b")),
        ("a", ReLU(), ("add",)),
        ("b", ReLU(), ("a",)),
        ("behind", ReLU(), ("b",)),
        ("own", ReLU(), ("own",)),
        ("output", Output(), ("behind",)),
    )
    report = check(network, 10)
    said = {name: str(found.problem) for name, found in report.nodes.items() if found.problem}
    assert set(said) == {"add", "a", "b", "own"}
    assert all("gets its own output back" in sentence for sentence in said.values())
    assert report.nodes["behind"].output is None
    assert report.nodes["input"].output == (1, 28, 28)
    assert {finding.where for finding in report.findings} == {"add", "a", "b"}


def test_a_loose_loop_does_not_stand_in_the_way():
    network = fragments.paste(small(), Network((Node("a", ReLU(), ("a",)),)))[0]
    assert check(network, CLASS_COUNT).trainable
    assert assert_report_is_torchs(network)


@pytest.mark.parametrize(
    ("network", "name", "said"),
    [
        (Network(), None, "Expected an Input, got none"),
        (edits.remove(small(), ["output"]), None, "Expected an Output, got none"),
        (edits.place(small(), Input())[0], "input1", "Expected one Input, got 2"),
        (edits.place(small(), Output())[0], "output1", "Expected one Output, got 2"),
        (edits.disconnect(small(), [Wire("input", "conv1", 0)]), "conv1", "got no wire"),
        (edits.disconnect(small(), [Wire("relu1", "add1", 0)]), "add1", "at least 2 inputs, got 1"),
        (edits.set_layers(small(), {"add1": Identity()}), "add1", "Expected one input, got 2"),
        (edits.set_layers(small(), {"relu1": Input()}), "relu1", "Expected one Input, got 2"),
        (edits.set_layers(small(), {"relu1": Input()}), "relu1", "this is where a network starts"),
        (edits.set_layers(small(), {"fc1": Linear(features=4)}), "output", "Expected 3 scores"),
        (edits.remove(small(), ["flatten1"]), "fc1", "put a Flatten"),
        (edits.set_layers(small(), {"conv2": Conv2d(filters=5)}), "add1", "inputs of one shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_is_wrong(network, name, said):
    report = check(network, CLASS_COUNT)
    assert not report.trainable
    assert any(finding.where == name and said in str(finding.sentence) for finding in report.findings), (
        report.findings
    )


def test_add_with_too_many_wires():
    network = trained(("input", Input(), ()), ("add", Add(), ("input",) * 65), ("output", Output(), ("add",)))
    assert "at most 64 inputs, got 65" in str(check(network).nodes["add"].problem)


def test_loose_layers_neither_count_nor_stand_in_the_way():
    plain = check(small(), CLASS_COUNT)
    loose, name = edits.place(small(), Linear(features=9))
    loose, branch = edits.place(loose, Conv2d())
    loose = edits.connect(loose, "relu1", branch)
    report = check(loose, CLASS_COUNT)
    assert report.nodes[name].problem is not None
    assert report.nodes[branch].weights > 0
    assert not report.nodes[name].contributing
    assert not report.nodes[branch].contributing
    assert report.trainable
    assert (report.weights, report.multiply_adds) == (plain.weights, plain.multiply_adds)


def test_without_data_a_linear_of_classes_says_what_is_missing():
    report = check(small())
    assert "how many classes" in str(report.nodes["fc1"].problem)
    assert check(edits.set_layers(small(), {"fc1": Linear(features=7)})).trainable


def test_lenet_has_the_weights_of_its_docstring():
    report = check(lenet5(), 10)
    assert report.trainable
    assert report.weights == 61_706
    assert report.nodes["pool2"].output == (16, 5, 5)


def test_weights_that_no_machine_holds_are_refused_in_words():
    wide = Concat()
    network = trained(
        ("input", Input(size=(1024, 1024)), ()),
        ("deep", Conv2d(filters=65_536, stride=(1024, 1024)), ("input",)),
        ("wide", wide, ("deep",) * 64),
        ("heavy", Conv2d(filters=65_536, kernel=(1024, 1024), padding=(512, 512)), ("wide",)),
        ("depth", DepthwiseConv2d(multiplier=1024), ("wide",)),
        ("pool", MaxPool2d(kernel=(1, 1), stride=(1, 1)), ("heavy",)),
        ("flatten", Flatten(), ("pool",)),
        ("fc", Linear(), ("flatten",)),
        ("output", Output(), ("fc",)),
    )
    report = check(network, 10)
    assert "weights" in str(report.nodes["heavy"].problem)
    assert report.nodes["depth"].output is not None
    assert [finding.where for finding in report.findings] == ["heavy"]
    assert report.weights < 2**63


def test_a_network_that_was_just_checked_is_not_gone_through_again():
    network = lenet5()
    first = check(network, 10)
    assert check(network, 10) is first
    # the same layers for other data, and an equal network that is another one, are judged anew
    other = check(network, 3)
    assert other != first
    assert check(lenet5(), 10) == first
    assert (check(network, 10), check(network, 3)) == (first, other)
    for seed in range(20):
        check(edits.set_layers(network, {"fc1": Linear(features=seed + 1)}), 10)
    assert check(network, 10) is not first
    assert check(network, 10) == first
