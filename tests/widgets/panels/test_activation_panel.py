"""The activation panel: which layers change, what is drawn, what is said."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit

from networks.graph import edits
from networks.graph.network import Network
from networks.layers.activation import GELU, Softmax, Tanh
from networks.layers.rectifiers import LeakyReLU, ReLU
from networks.presets.lenet import lenet5
from widgets.controls.icon_line import IconLine
from widgets.controls.segments import Segments
from widgets.panels.activation_panel import CHOICES, ActivationPanel
from widgets.panels.function_plot import REACH, FunctionPlot


class Owner:
    def __init__(self, panel, network, names=()):
        self.panel, self.network, self.names, self.wishes = panel, network, names, []
        panel.edited.connect(self.take)
        panel.show_network(network, names)

    def take(self, network, text, merge):
        self.network = network
        self.wishes.append((text, merge))
        self.panel.show_network(network, self.names)

    def kinds(self):
        return [type(self.network[f"tanh{number}"].layer) for number in (1, 2, 3, 4)]


@pytest.fixture
def panel(qtbot):
    widget = ActivationPanel()
    qtbot.addWidget(widget)
    widget.resize(260, 700)
    with qtbot.waitActive(widget):
        widget.show()
    widget.box = widget.findChild(QComboBox, "function")
    widget.scope = widget.findChild(Segments)
    return widget


def choose(qtbot, box, name):
    """Opens the list and walks to the entry with the keys."""
    box.setFocus()
    box.showPopup()
    view = box.view()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    for _ in range(box.findText(name)):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)


def drawn(panel, qtbot):
    """The values and the slopes, which are drawn only once the plot is in sight."""
    plot = panel.findChild(FunctionPlot)
    qtbot.waitUntil(lambda: len(plot.drawn()[0]) > 0)
    return plot.drawn()


def test_the_whole_network_changes_in_one_step(panel, qtbot):
    owner = Owner(panel, lenet5())
    assert panel.box.currentText() == "Tanh"
    choose(qtbot, panel.box, "ReLU")
    assert owner.kinds() == [ReLU] * 4
    assert owner.wishes == [("Set activation to ReLU", "")]
    assert [node.name for node in owner.network.nodes] == [node.name for node in lenet5().nodes]
    choose(qtbot, panel.box, "Tanh")
    assert owner.network == lenet5()


def test_only_the_selected_change_when_asked(panel, qtbot):
    owner = Owner(panel, lenet5(), ("tanh2", "conv1"))
    qtbot.mouseClick(panel.scope.button(1), Qt.MouseButton.LeftButton)
    choose(qtbot, panel.box, "GELU")
    assert owner.kinds() == [Tanh, GELU, Tanh, Tanh]


def test_without_selected_activations_there_is_nothing_to_switch_to(panel):
    Owner(panel, lenet5(), ("conv1",))
    assert not panel.scope.button(1).isEnabled()
    assert panel.scope.button(0).isChecked()
    assert panel.scope.button(1).toolTip()


def test_the_whole_network_is_meant_again_when_the_selection_goes(panel, qtbot):
    owner = Owner(panel, lenet5(), ("tanh2",))
    qtbot.mouseClick(panel.scope.button(1), Qt.MouseButton.LeftButton)
    owner.names = ()
    panel.show_network(owner.network, ())
    assert panel.scope.button(0).isChecked()
    choose(qtbot, panel.box, "ReLU")
    assert owner.kinds() == [ReLU] * 4


def test_the_switch_is_worked_by_keys(panel, qtbot):
    Owner(panel, lenet5(), ("tanh1",))
    panel.scope.button(1).setFocus()
    qtbot.keyClick(panel.scope.button(1), Qt.Key.Key_Space)
    assert panel.scope.button(1).isChecked()
    assert "Selected activation layers: 1" in panel.findChild(QLabel, "state").text()


def test_mixed_functions_are_named(panel):
    Owner(panel, edits.set_layers(lenet5(), {"tanh1": ReLU()}))
    assert panel.box.currentIndex() == -1
    assert panel.box.placeholderText() == "mixed"
    assert panel.findChild(QLabel, "state").text() == "Tanh (3), ReLU (1); the plot shows Tanh"


def test_a_network_without_activations_says_so(panel):
    Owner(panel, Network())
    assert not panel.box.isEnabled()
    assert "no activation layers" in panel.findChild(QLabel, "state").text()


def test_softmax_is_left_alone(panel, qtbot):
    network, name = edits.append(lenet5(), Softmax())
    owner = Owner(panel, network, (name,))
    assert Softmax not in CHOICES
    assert not panel.scope.button(1).isEnabled()
    choose(qtbot, panel.box, "ReLU")
    assert type(owner.network[name].layer) is Softmax


def test_choosing_what_is_there_asks_for_nothing(panel, qtbot):
    owner = Owner(panel, lenet5())
    choose(qtbot, panel.box, "Tanh")
    assert owner.wishes == []


def test_the_functions_own_parameters_can_be_set(panel, qtbot):
    network = edits.set_layers(lenet5(), {f"tanh{number}": LeakyReLU() for number in (1, 2, 3, 4)})
    owner = Owner(panel, network)
    slope = panel.findChild(QLineEdit, "negative_slope")
    slope.setFocus()
    slope.selectAll()
    qtbot.keyClicks(slope, "0.2")
    assert {owner.network[f"tanh{number}"].layer for number in (1, 2, 3, 4)} == {
        LeakyReLU(negative_slope=0.2)
    }
    assert {merge for _, merge in owner.wishes} == {"activations.negative_slope"}
    values, _ = drawn(panel, qtbot)
    assert values[0] == pytest.approx(-REACH * 0.2)


@pytest.mark.parametrize("kind", CHOICES)
def test_every_function_is_drawn_with_its_slope_and_words(panel, qtbot, kind):
    Owner(panel, edits.set_layers(lenet5(), {f"tanh{number}": kind() for number in (1, 2, 3, 4)}))
    values, slopes = drawn(panel, qtbot)
    x = np.linspace(-REACH, REACH, len(values))
    np.testing.assert_allclose(values, kind().values(x))
    steps = np.diff(values) / np.diff(x)
    middle = (slopes[1:] + slopes[:-1]) / 2
    # where the slope itself jumps a difference of neighbours says nothing
    smooth = np.abs(np.diff(slopes)) < 0.05
    np.testing.assert_allclose(steps[smooth], middle[smooth], atol=0.01)
    assert smooth.sum() > 700
    assert kind.formula in panel.findChild(QLabel, "formula").text()
    assert kind.range in panel.findChild(QLabel, "formula").text()
    assert panel.findChild(IconLine, "good").sentence() == kind.good
    assert panel.findChild(IconLine, "bad").sentence() == kind.bad
    assert panel.minimumSizeHint().width() <= 260


def test_walking_the_open_list_previews_and_leaving_it_goes_back(panel, qtbot):
    owner = Owner(panel, lenet5())
    panel.box.setFocus()
    panel.box.showPopup()
    qtbot.keyClick(panel.box.view(), Qt.Key.Key_Home)
    assert "max(0, x)" in panel.findChild(QLabel, "formula").text()
    qtbot.keyClick(panel.box.view(), Qt.Key.Key_Escape)
    assert Tanh.formula in panel.findChild(QLabel, "formula").text()
    assert owner.wishes == []


def test_the_two_lines_are_explained_below_the_plot(panel):
    Owner(panel, lenet5())
    plot = panel.findChild(FunctionPlot)
    legend = plot.layout().itemAt(1).widget()
    assert legend.height() == 18
    assert legend.geometry().bottom() < plot.height()
    picture = legend.grab().toImage()
    colored = {x for x in range(picture.width()) if picture.pixelColor(x, 9).saturation() > 60}
    assert len(colored) > 30
