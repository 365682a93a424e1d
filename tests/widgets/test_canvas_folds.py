"""Open folds on the canvas: what is open when a network is first seen, and what folds are called."""

from __future__ import annotations

import msgspec
import pytest

from networks.folding import name_within, opened_at_first
from networks.layers.activation import ReLU
from networks.layers.convolution import Conv2d
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Concat
from networks.layers.network import AuxiliaryOutput, Input, Output
from networks.network import Fold, Network, Node
from networks.presets.catalog import PRESETS
from networks.presets.resnet import resnet
from tests.widgets.canvas_document import Document

BY_NAME = {preset.name: preset for preset in PRESETS}


def imported() -> Network:
    """As an import makes it: branches in groups within groups, and a classifier beside the trunk."""
    nodes = [Node("input", Input(channels=3, size=(16, 16)))]
    folds = [Fold("features")]

    def convolution(path: str, source: str, within: str) -> str:
        folds.append(Fold(path, None, within))
        nodes.append(Node(f"{path}.conv", Conv2d(8), (source,), path))
        nodes.append(Node(f"{path}.relu", ReLU(), (f"{path}.conv",), path))
        return nodes[-1].name

    last = convolution("features.0", "input", "features")
    for number in (1, 2):
        mixed, source = f"features.{number}", last
        folds.append(Fold(mixed, None, "features"))
        ends = []
        for branch, length in (("a", 3), ("b", 2), ("c", 1)):
            end = source
            for place in range(length):
                end = convolution(f"{mixed}.branch_{branch}_{place}", end, mixed)
            ends.append(end)
        last = f"{mixed}.cat"
        nodes.append(Node(last, Concat(), tuple(ends), mixed))
        if number == 1:
            folds.append(Fold("aux"))
            end = convolution("aux.conv", last, "aux")
            nodes.append(Node("aux.flat", Flatten(), (end,), "aux"))
            nodes.append(Node("aux.fc", Linear(CLASSES), ("aux.flat",), "aux"))
            nodes.append(Node("aux.output", AuxiliaryOutput(), ("aux.fc",), "aux"))
    nodes.append(Node("flat", Flatten(), (last,)))
    nodes.append(Node("fc", Linear(CLASSES), ("flat",)))
    nodes.append(Node("output", Output(), ("fc",)))
    return Network(tuple(nodes), tuple(folds))


def test_a_network_in_one_group_is_first_seen_with_its_stages(qtbot):
    network = imported()
    assert opened_at_first(network) == {"features"}
    document = Document(qtbot, network)
    assert list(document.scene.frames) == ["features"]
    assert {"features.0", "features.1", "features.2", "aux"} <= document.scene.cards.keys()
    titles = {name: card.content.title for name, card in document.scene.cards.items()}
    assert titles["features.1"] == "features.1"
    assert titles["aux"] == "aux"


def test_blocks_stay_closed_however_large_they_are():
    assert opened_at_first(resnet(152)) == frozenset()
    one = BY_NAME["ResNet-20"].network()
    folds = tuple(msgspec.structs.replace(fold, within="net") for fold in one.folds)
    nodes = tuple(
        node
        if isinstance(node.layer, Input | Output) or node.fold
        else msgspec.structs.replace(node, fold="net")
        for node in one.nodes
    )
    assert opened_at_first(Network(nodes, (Fold("net"), *folds))) == {"net"}


def test_what_the_user_closed_stays_closed_through_edits(qtbot):
    network = imported()
    document = Document(qtbot, network)
    document.view.close_all()
    document.view.select(["fc"])
    document.view.duplicate_selection()
    assert "features" in document.scene.cards
    document.view.open_all()
    document.view.show_from_start()
    assert list(document.scene.frames) == ["features"]


@pytest.mark.parametrize(
    ("name", "within", "told"),
    [
        ("stem", "", "stem"),
        ("layer1.0", "", "layer1.0"),
        ("Mixed_7b.branch1x1", "Mixed_7b", "branch1x1"),
        ("features.denseblock1.denselayer2", "features.denseblock1", "denselayer2"),
        ("features.0", "features", "features.0"),
        ("features.4.block.0", "features.4.block", "block.0"),
        ("features.4.0", "features.4", "features.4.0"),
        ("0.1", "0", "0.1"),
        ("mine", "other", "mine"),
        ("features2.a", "features", "features2.a"),
    ],
)
def test_inside_a_fold_its_name_is_not_told_again(name, within, told):
    assert name_within(Fold(name, None, within)) == told
