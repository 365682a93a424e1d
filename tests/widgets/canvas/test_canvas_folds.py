"""Open folds on the canvas: each frame holds its own layers and nothing else, and its words are readable."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from networks.graph import edits
from networks.graph.check import check
from networks.graph.network import Fold, Network, Node
from networks.graph.presentation import Folding, everything_open, name_within, opened_at_first
from networks.layers.convolution import Conv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Concat
from networks.layers.rectifiers import ReLU
from networks.presets.catalog import PRESETS
from networks.presets.resnet import resnet
from tests.networks.graph.random_folds import folded_networks
from tests.widgets.canvas.canvas_document import Document
from widgets.canvas.items.shortening import shortened
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import Layout
from widgets.canvas.placement.layout import arrange
from widgets.canvas.scene import CanvasScene
from widgets.panels.selection_panel import SelectionPanel

BY_NAME = {preset.name: preset for preset in PRESETS}
OPEN = ("GoogLeNet", "GoogLeNet (2014)", "GoogLeNet small", "ResNet-18", "ResNet-50", "ResNet-20", "VGG-16")


def imported() -> Network:
    """A network as an import makes it: branches in nested groups, and a classifier beside the trunk."""
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


NETWORKS = [
    pytest.param(imported(), id="imported"),
    *(pytest.param(BY_NAME[name].network(), id=name) for name in OPEN),
]


def opened(network: Network) -> Folding:
    return Folding(network, check(network, 10), everything_open(network))


def overlap(a, b) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def assert_frames_are_sound(folding: Folding, layout: Layout) -> None:
    inside = {frame.fold.name: frame.inside for frame in folding.frames}
    assert set(layout.frames) == set(inside)
    for (a, box), (b, other) in combinations(layout.frames.items(), 2):
        if inside[a].isdisjoint(inside[b]):
            assert not overlap(box, other), f"frames {a} and {b}"
    for name, box in layout.frames.items():
        left, top, right, bottom = box
        for node in folding.shown.nodes:
            card = layout.box(node.name)
            if node.name in inside[name]:
                assert left < card[0] < card[2] < right
                assert top < card[1] < card[3] < bottom
            else:
                assert not overlap(box, card), f"{node.name} stands in {name}"


@pytest.mark.parametrize("network", NETWORKS)
def test_frames_hold_their_cards_and_no_others(network):
    folding = opened(network)
    assert_frames_are_sound(folding, arrange(folding.shown, None, folding.frames))


@pytest.mark.parametrize("network", NETWORKS)
def test_what_runs_beside_the_cards_of_a_frame_is_in_it(network):
    folding = opened(network)
    layout = arrange(folding.shown, None, folding.frames)
    for frame in folding.frames:
        left, top, right, bottom = layout.frames[frame.fold.name]
        for wire in folding.shown.wires:
            if wire.target in frame.inside:
                for x, y in layout.routes[wire]:
                    if top < y:
                        assert left < x < right
                        assert y < bottom


@pytest.mark.parametrize("network", NETWORKS)
def test_no_wire_runs_through_the_words_of_a_frame(qapp, network):
    folding = opened(network)
    scene = CanvasScene()
    scene.show_network(folding, None)
    layout = scene.layout_of_network
    upright = [
        (p[0], *sorted((p[1], q[1])))
        for points in layout.routes.values()
        for p, q in pairwise(points)
        if p[0] == q[0]
    ]
    for name, item in scene.frames.items():
        left, top, right, _ = layout.frames[name]
        assert item.words[0].text
        for word in item.words:
            place = word.place
            assert left < place.left() < place.right() < right
            for x, first, last in upright:
                if first < top + 13 < last:
                    assert not place.left() - 4 < x < place.right() + 4, f"{word.text} in {name}"
        for a, b in combinations(item.words, 2):
            assert not a.place.intersects(b.place)


def test_what_does_not_fit_beside_the_last_wire_stands_between_the_others_in_full(qapp):
    network = BY_NAME["GoogLeNet"].network()
    scene = CanvasScene()
    scene.show_network(opened(network), None)
    assert [word.text for word in scene.frames["inception3b"].words] == [
        "Inception",
        "340\N{NARROW NO-BREAK SPACE}k",
        "128 + 192 + 96 + 64",
    ]


@settings(max_examples=40)
@given(folded_networks())
def test_folds_of_any_network_are_drawn_apart(network):
    folding = opened(network)
    layout = arrange(folding.shown, None, folding.frames)
    assert set(layout.frames) == {frame.fold.name for frame in folding.frames}
    boxes = {node.name: layout.box(node.name) for node in folding.shown.nodes}
    for (a, box), (b, other) in combinations(boxes.items(), 2):
        assert not overlap(box, other), f"cards {a} and {b}"


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
    folds = tuple(replace(fold, within="net") for fold in one.folds)
    nodes = tuple(
        node if isinstance(node.layer, Input | Output) or node.fold else replace(node, fold="net")
        for node in one.nodes
    )
    assert opened_at_first(Network(nodes, (Fold("net"), *folds))) == {"net"}


def test_what_the_user_closed_stays_closed_through_edits(qtbot):
    network = imported()
    document = Document(qtbot, network)
    document.view.close_all()
    document.view.select(["fc"])
    document.view.editing.duplicate()
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


def test_what_is_selected_is_marked_as_such_open_and_closed(qtbot):
    document = Document(qtbot, imported())
    document.view.select(["features.1"])
    for _ in range(2):
        document.view.open_selected()
        assert document.scene.frames["features.1"].selected
        document.view.open_selected()
        assert document.scene.cards["features.1"].selected
        assert document.view.selected() == ("features.1",)


def test_a_number_that_has_too_little_room_is_not_cut_into_another_one(qapp):
    metrics = Style().text_metrics
    for text in ("24 · 3×3 /2 · 26 groups", "128 + 192 + 96 + 64", "3 layers", "1024", "64 → 256 · proj"):
        whole = metrics.horizontalAdvance(text)
        assert shortened(text, metrics, whole) == text
        for room in range(int(whole)):
            short = shortened(text, metrics, room)
            assert metrics.horizontalAdvance(short) <= room
            words = short.removesuffix("…").split()
            assert words == text.split()[: len(words)]
            assert not words or words[-1] not in ("·", "+", "→")


def test_a_block_in_which_something_does_not_fit_tells_no_weights(qtbot):
    """Weights before the problem are known, those after it are not: their sum would be a false total."""
    network = resnet(50)
    broken = edits.set_layers(network, {"layer2.1.conv2": Conv2d(64, (3, 3), (2, 2))})
    document = Document(qtbot, broken)
    content = document.scene.cards["layer2.1"].content
    assert (content.problem[:12], content.weights) == ("layer2.1.add", "")
    assert document.scene.cards["layer1.0"].content.weights
    document.view.set_opened(frozenset({"layer2.1"}))
    assert document.scene.frames["layer2.1"].content.weights == ""
    assert document.scene.frames["layer2.1"].content.summary
    panel = SelectionPanel()
    qtbot.addWidget(panel)
    panel.show_selection(document.view.folding, 10, ("layer2.1",))
    assert "weights" not in panel.block.findChild(QLabel, "facts").text()
    panel.show_selection(document.view.folding, 10, ("layer1.0",))
    assert "weights" in panel.block.findChild(QLabel, "facts").text()


def test_arrow_keys_go_into_an_open_fold_and_out_of_it(qtbot):
    document = Document(qtbot, imported())
    view = document.view
    view.set_opened(frozenset({"features", "features.0"}))

    def go(key):
        QTest.keyClick(view, key)
        return view.selected()

    view.select(["features.0"])
    assert go(Qt.Key.Key_Down) == ("features.0.conv",)
    assert go(Qt.Key.Key_Down) == ("features.0.relu",)
    assert go(Qt.Key.Key_Down) == ("features.1",)
    view.select(["features.0"])
    assert go(Qt.Key.Key_Up) == ("input",)
    view.select(["features"])
    assert go(Qt.Key.Key_Right) == ("features.0.conv",)
    view.select(["features.0"])
    view.open_selected()
    assert go(Qt.Key.Key_Down) == ("features.1",)


def test_enter_opens_a_row_then_a_block_of_it_and_closes_both(qtbot):
    network = resnet(50)
    document = Document(qtbot, network)
    view, scene = document.view, document.scene
    folded = set(scene.cards)
    view.select(["layer1.0"])
    assert view.folding.folds_of("layer1.0") == ("layer1.0", "layer1.1", "layer1.2")
    view.open_selected()
    assert {"layer1.0", "layer1.1", "layer1.2"} <= set(scene.cards)
    view.select(["layer1.2"])
    view.open_selected()
    assert list(scene.frames) == ["layer1.2"]
    assert "layer1.1" in scene.cards
    view.open_selected()
    assert set(scene.cards) == folded
    assert view.selected() == ("layer1.0",)
    # another that is open keeps the rest of its row apart
    view.fold_toggled("layer3.1")
    view.fold_toggled("layer3.2")
    view.fold_toggled("layer3.5")
    view.fold_toggled("layer3.5")
    assert list(scene.frames) == ["layer3.2"]
    assert view.folding.rows["layer3.3"] == ("layer3.3", "layer3.4", "layer3.5")
    view.fold_toggled("layer3.2")
    assert set(scene.cards) == folded


def test_who_shows_the_selection_hears_when_its_card_stands_for_something_else(qtbot):
    document = Document(qtbot, resnet(50))
    view, panel = document.view, SelectionPanel()
    qtbot.addWidget(panel)
    view.selection_changed.connect(lambda names: panel.show_selection(view.folding, 10, names))

    def facts():
        return panel.block.findChild(QLabel, "facts").text().splitlines()[1]

    view.select(["layer1.0"])
    assert facts() == "32 layers"
    view.open_selected()
    assert facts() == "12 layers"
    words = [button.text() for button in panel.block.findChildren(QPushButton)]
    assert "Open" in words
    view.open_selected()
    words = [button.text() for button in panel.block.findChildren(QPushButton)]
    assert "Close" in words


def test_opening_and_closing_is_told_with_nothing_selected(qtbot):
    view = Document(qtbot, imported()).view
    foldings = []
    view.folding_changed.connect(lambda: foldings.append(view.folding))
    view.open_all()
    view.close_all()
    assert view.selected() == ()
    assert [bool(folding.opened) for folding in foldings] == [True, False]
