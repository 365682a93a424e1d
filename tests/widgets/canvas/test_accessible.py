"""Screen readers find each card, frame and wire of the canvas, hear what it is, and follow the arrow keys."""

from __future__ import annotations

import subprocess
import sys
from itertools import chain

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from shiboken6 import Shiboken

from networks.graph import edits
from networks.graph.check import check
from networks.graph.network import Network, Wire
from networks.layers.convolution import Conv2d
from networks.presets.catalog import PRESETS
from networks.presets.lenet import lenet5
from tests.widgets.canvas.canvas_document import Document

RESNET = next(one for one in PRESETS if one.name == "ResNet-18")
NAME, DESCRIPTION = QAccessible.Text.Name, QAccessible.Text.Description


def heard(view) -> dict[str, str]:
    """All that a screen reader finds: name and description of each part, in order."""
    canvas = QAccessible.queryAccessibleInterface(view)
    assert canvas.role() == QAccessible.Role.List
    parts = [canvas.child(index) for index in range(canvas.childCount())]
    for index, part in enumerate(parts):
        assert canvas.indexOfChild(part) == index
        assert part.parent().object() is view
        assert part.role() == QAccessible.Role.ListItem
    return {part.text(NAME): part.text(DESCRIPTION) for part in parts}


def part(view, name: str):
    canvas = QAccessible.queryAccessibleInterface(view)
    parts = (canvas.child(index) for index in range(canvas.childCount()))
    return next(part for part in parts if part.text(NAME) == name)


@pytest.fixture
def lenet(qtbot):
    return Document(qtbot, lenet5())


@pytest.fixture
def told(monkeypatch):
    """All that screen readers are told: kind of event, and its name."""
    events = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)

    def update(event):
        words = event.message() if hasattr(event, "message") else event.accessibleInterface().text(NAME)
        events.append((event.type(), words))

    monkeypatch.setattr(QAccessible, "updateAccessibility", update)
    return events


def test_every_card_and_wire_is_heard_with_parameters_shapes_and_neighbours(lenet):
    parts = heard(lenet.view)
    assert len(parts) == len(lenet.network.nodes) + len(lenet.network.wires)
    assert next(iter(parts)) == "input, Input"
    assert parts["conv1, Conv2d"] == "6 · 5×5; 1×28×28 → 6×28×28; 156 weights; from input; to tanh1"
    assert parts["Wire from conv1 to tanh1"] == "6×28×28"


def test_trouble_is_heard_first(lenet):
    network = edits.disconnect(lenet.network, [Wire("input", "conv1", 0)])
    lenet.show(network)
    problem = lenet.scene.cards["conv1"].content.problem
    assert problem
    assert heard(lenet.view)["conv1, Conv2d"].startswith(problem)
    network, name = edits.place(lenet.network, Conv2d())
    lenet.show(network)
    assert "takes no part in training" in heard(lenet.view)[f"{name}, Conv2d"]


def test_folded_and_opened_blocks_say_which_they_are(qtbot):
    document = Document(qtbot, RESNET.network())
    document.view.close_all()
    name = next(name for name in heard(document.view) if name.startswith("layer1"))
    assert "Residual ×2" in name
    folded = part(document.view, name).state()
    assert folded.expandable
    assert folded.collapsed
    document.view.open_all()
    opened = part(document.view, "layer1.0, Residual").state()
    assert opened.expandable
    assert opened.expanded
    assert not opened.collapsed
    assert heard(document.view)["layer1.0, Residual"].endswith("opened")
    parts = heard(document.view)
    assert len(parts) == sum(map(len, (document.scene.cards, document.scene.frames, document.scene.wires)))


def test_the_focus_follows_the_arrow_keys(lenet, told):
    view = lenet.view
    canvas = QAccessible.queryAccessibleInterface(view)
    assert canvas.focusChild() is None
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert [words for kind, words in told if kind == QAccessible.Event.Focus] == [
        "input, Input",
        "conv1, Conv2d",
    ]
    assert canvas.focusChild().text(NAME) == "conv1, Conv2d"
    states = {name: part(view, name).state() for name in heard(view)}
    assert [name for name, state in states.items() if state.focused] == ["conv1, Conv2d"]
    assert [name for name, state in states.items() if state.selected] == ["conv1, Conv2d"]
    view.clearFocus()
    assert canvas.focusChild() is None
    assert not part(view, "conv1, Conv2d").state().focused


def test_what_is_selected_from_elsewhere_is_read_out_and_takes_no_focus(lenet, told):
    """As a layer that is added from the search field, where the next keys go."""
    view = lenet.view
    view.clearFocus()
    told.clear()
    view.select(("conv2",))
    kinds = [kind for kind, _ in told]
    assert QAccessible.Event.Focus not in kinds
    (words,) = (words for kind, words in told if kind == QAccessible.Event.Announcement)
    assert words.startswith("conv2, Conv2d. 16 · 5×5")
    view.setFocus()
    assert (QAccessible.Event.Focus, "conv2, Conv2d") in told


def test_a_part_is_found_where_it_lies(lenet):
    view = lenet.view
    canvas = QAccessible.queryAccessibleInterface(view)
    place: QRect = part(view, "conv1, Conv2d").rect()
    middle = place.center()
    assert canvas.childAt(middle.x(), middle.y()).text(NAME) == "conv1, Conv2d"
    assert canvas.childAt(-4000, -4000) is None
    assert not part(view, "conv1, Conv2d").state().offscreen
    view.camera.pan(0, -10_000)
    assert part(view, "conv1, Conv2d").state().offscreen


def test_a_screen_reader_selects_opens_and_closes_and_asks_for_the_menu(qtbot):
    view = Document(qtbot, RESNET.network()).view
    view.close_all()
    card = next(node.name for node in view.folding.shown.nodes if view.scene().foldable(node.name))
    voices = view._voices
    speaker = QAccessible.queryAccessibleInterface(voices.of(card)).actionInterface()
    assert speaker.actionNames() == ["Press", "Toggle", "ShowMenu"]
    speaker.doAction("Press")
    qtbot.waitUntil(lambda: view.selected() == (card,))
    assert view.hasFocus()
    with qtbot.waitSignal(view.menu_wished):
        speaker.doAction("ShowMenu")
    before = set(view.scene().cards)
    speaker.doAction("Toggle")
    qtbot.waitUntil(lambda: len(view.scene().cards) > len(before))
    wire = view.folding.shown.wires[0]
    QAccessible.queryAccessibleInterface(voices.of(wire)).actionInterface().doAction("Press")
    qtbot.waitUntil(lambda: view.selected_wires() == (wire,))
    gone = voices.of(card)
    view.show_network(Network(), check(Network()))
    assert not Shiboken.isValid(gone) or voices.actions(card) == []


def test_what_is_gone_answers_with_nothing(lenet):
    view = lenet.view
    gone = part(view, "conv1, Conv2d")
    wire = part(view, "Wire from conv1 to tanh1")
    lenet.view.select(("conv1",))
    lenet.view.editing.delete()
    assert gone.text(NAME) == gone.text(DESCRIPTION) == wire.text(NAME) == ""
    assert gone.state().invalid
    assert gone.rect().isEmpty()
    assert wire.rect().isEmpty()
    assert QAccessible.queryAccessibleInterface(view).indexOfChild(gone) == -1
    assert not any("conv1" in words for words in chain.from_iterable(heard(view).items()))


def test_an_empty_canvas_is_an_empty_list(qtbot):
    document = Document(qtbot, Network())
    assert heard(document.view) == {}


STRESS = """
import gc
import random
import weakref
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication
from networks.graph.check import check
from networks.graph.network import Network
from networks.presets.lenet import lenet5
from networks.presets.catalog import PRESETS
from widgets.canvas.view import CanvasView

application = QApplication([])
QAccessible.setActive(True)
draw = random.Random(1)
networks = [lenet5(), next(one for one in PRESETS if one.name == "ResNet-18").network(), Network()]
reports = [check(network, 10) for network in networks]
view, held = None, []
for round in range(200):
    if view is None or round % 20 == 0:
        if view is not None:
            view.deleteLater()
        view = CanvasView()
        view.show()
    which = draw.randrange(3)
    view.show_network(networks[which], reports[which])
    draw.choice([view.open_all, view.close_all, view.select_everything])()
    canvas = QAccessible.queryAccessibleInterface(view)
    parts = [canvas.child(index) for index in range(canvas.childCount())]
    held = held[-100:] + parts
    for part in draw.sample(held, min(40, len(held))):
        try:
            part.text(QAccessible.Text.Name), part.text(QAccessible.Text.Description)
            part.state(), part.rect(), part.parent(), canvas.indexOfChild(part)
            for action in part.actionInterface().actionNames()[:2]:
                part.actionInterface().doAction(action)
        except RuntimeError:
            pass  # Qt has taken it back together with its object, and Python says so
    canvas.focusChild()
    canvas.childAt(draw.randrange(400), draw.randrange(400))
    if round % 3 == 0:
        application.processEvents()
    if round % 10 == 0:
        gc.collect()
print("sound")
"""


@pytest.mark.slow
def test_items_made_and_destroyed_while_a_screen_reader_asks_end_nothing():
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", STRESS], capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stdout) == (0, "sound\n"), done.stderr
