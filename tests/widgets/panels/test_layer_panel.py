"""The layer panel: what it shows of a network and which network it asks for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from networks.graph import edits
from networks.graph.check import check
from networks.graph.network import Network, Node
from networks.layers import LAYERS
from networks.layers.convolution import Conv2d
from networks.presets.lenet import lenet5
from tests.widgets.typing_in import retype
from widgets.controls.notice import Notice
from widgets.forms.form import Form
from widgets.panels.layer_panel import LayerPanel


class Owner:
    """Holds the network as the document does, and shows the panel the result of its edits."""

    def __init__(self, panel, network, names):
        self.panel, self.network, self.names = panel, network, names
        self.wishes = []
        panel.edited.connect(self.take)
        panel.renamed.connect(self.rename)
        self.show()

    def take(self, network, text, merge):
        self.network = network
        self.wishes.append((text, merge))
        self.show()

    def rename(self, old, new):
        self.names = tuple(new if name == old else name for name in self.names)

    def show(self):
        self.panel.show_layers(self.network, check(self.network, 10), self.names)


@pytest.fixture
def panel(qtbot):
    widget = LayerPanel()
    qtbot.addWidget(widget)
    widget.resize(260, 700)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def texts(panel):
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def test_typing_changes_the_layer_and_merges(panel, qtbot):
    owner = Owner(panel, lenet5(), ("conv1",))
    retype(qtbot, panel.findChild(QLineEdit, "filters"), "128")
    assert owner.network["conv1"].layer.filters == 128
    assert owner.wishes == [(f"Set filters to {count}", "conv1.filters") for count in (1, 12, 128)]
    assert panel.findChild(QLineEdit, "filters").text() == "128"


def test_a_change_goes_to_all_layers_of_one_type(panel, qtbot):
    owner = Owner(panel, lenet5(), ("conv1", "conv2"))
    assert panel.findChild(QLineEdit, "filters").placeholderText() == "—"
    assert panel.findChild(QLineEdit, "kernel_height").text() == "5"
    retype(qtbot, panel.findChild(QLineEdit, "kernel_height"), "3")
    assert [owner.network[name].layer.kernel for name in ("conv1", "conv2")] == [(3, 3), (3, 3)]
    assert [owner.network[name].layer.filters for name in ("conv1", "conv2")] == [6, 16]
    assert owner.wishes == [("Set kernel to 3 × 3", "conv1,conv2.kernel")]


def test_shapes_weights_and_multiply_adds_are_shown(panel):
    Owner(panel, lenet5(), ("conv2",))
    shown = panel.findChild(QLabel, "facts").text().splitlines()
    assert shown == ["6×14×14 → 16×10×10", "2\u202f416 weights", "240\u202fk multiply-adds per image"]


def test_what_does_not_fit_is_said(panel):
    owner = Owner(panel, edits.remove(lenet5(), ["flatten1"]), ("fc1",))
    problem = panel.findChild(Notice, "problem")
    assert problem.isVisible()
    assert problem.sentence().startswith("Expected a vector, got 16×5×5")
    assert "?" in panel.findChild(QLabel, "facts").text()
    owner.names = ("conv1",)
    owner.show()
    assert not problem.isVisible()


def test_several_types_are_listed(panel):
    Owner(panel, lenet5(), ("conv1", "tanh1", "tanh2"))
    assert not panel.findChild(Form).isVisible()
    assert "2 × Tanh: tanh1, tanh2" in texts(panel)
    assert "different types" in texts(panel)


def test_without_a_selection_the_whole_network_is_summed_up(panel):
    Owner(panel, lenet5(), ())
    assert panel.findChild(QLabel, "weights").text() == "61\u202f706"
    assert panel.findChild(QLabel, "layers").text() == "14"
    assert "Select a layer" in texts(panel)


@pytest.mark.parametrize("gone", ["flatten1", "conv1", "output"])
def test_what_the_check_could_not_count_is_not_summed_up(panel, gone):
    """Without Flatten the Linears' weights are unknown; the 2 572 that are left would be a false total."""
    network = edits.remove(lenet5(), [gone])
    known = gone == "conv1"
    Owner(panel, network, ())
    assert panel.findChild(QLabel, "layers").text() == "13"
    assert (panel.findChild(QLabel, "weights").text() != "?") is known
    assert (panel.findChild(QLabel, "multiply_adds").text() != "?") is known


def test_renaming_waits_for_enter(panel, qtbot):
    owner = Owner(panel, lenet5(), ("conv1",))
    name = panel.findChild(QLineEdit, "name")
    retype(qtbot, name, "first")
    assert owner.wishes == []
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert owner.wishes == [("Rename conv1 to first", "")]
    assert owner.network["tanh1"].inputs == ("first",)
    assert name.text() == "first"
    assert name.isVisible(), "the selection followed the name"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("conv2", "There is a layer “conv2” already"),
        ("a b", "Expected a name"),
        ("forward", "torch.nn.Module"),
    ],
)
def test_a_name_that_cannot_be_is_refused_as_one_types(panel, qtbot, typed, words):
    owner = Owner(panel, lenet5(), ("conv1",))
    name = panel.findChild(QLineEdit, "name")
    retype(qtbot, name, typed)
    line = next(label for label in panel.findChildren(QLabel, "refusal") if label.isVisible())
    assert words in line.text()
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert (owner.wishes, name.text(), line.isVisible()) == ([], typed, True)
    assert words in line.text()
    assert "still called “conv1”" in line.text()
    owner.show()  # the network was edited elsewhere
    assert name.text() == typed
    qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert (owner.wishes, name.text(), line.isVisible()) == ([], "conv1", False)
    retype(qtbot, name, typed)
    qtbot.keyClick(name, Qt.Key.Key_Return)
    for names in ((), ("conv1",)):
        owner.names = names
        owner.show()
    assert (name.text(), line.isVisible()) == ("conv1", False)


def test_leaving_the_name_field_for_another_layer_renames_the_right_one(panel, qtbot):
    owner = Owner(panel, lenet5(), ("conv1",))
    name = panel.findChild(QLineEdit, "name")
    retype(qtbot, name, "first")
    owner.names = ("conv2",)
    owner.show()
    assert name.text() == "conv2"
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "conv2" in owner.network
    assert owner.wishes == []


def test_names_that_are_gone_are_left_out(panel):
    panel.show_layers(lenet5(), check(lenet5(), 10), ("gone", "conv1"))
    assert panel.findChild(QLineEdit, "name").text() == "conv1"


@pytest.mark.parametrize("kind", LAYERS)
def test_every_type_is_shown_uncut_in_260_pixels(panel, kind):
    layer = kind()
    inputs = ("input",) * min(1, layer.most_inputs)
    nodes = lenet5().nodes[:1] if inputs else ()
    network = Network((*nodes, Node("x1", layer, inputs)))
    panel.show_layers(network, check(network, 10), ("x1",))
    assert panel.minimumSizeHint().width() <= 260
    panel.resize(260, 700)
    outside = [
        child
        for child in panel.findChildren(QWidget)
        if child.isVisible() and child.mapTo(panel, child.rect().topRight()).x() > 260
    ]
    assert outside == []


def test_typing_something_refused_leaves_the_network(panel, qtbot):
    network = Network((Node("conv1", Conv2d()),))
    owner = Owner(panel, network, ("conv1",))
    retype(qtbot, panel.findChild(QLineEdit, "filters"), "99999999")
    assert owner.network["conv1"].layer.filters == 32
    assert panel.findChild(QLineEdit, "filters").text() == "99999999"
    qtbot.keyClick(panel.findChild(QLineEdit, "filters"), Qt.Key.Key_Tab)
    assert panel.findChild(QLineEdit, "filters").text() == "99999999"
