"""A canvas together with a document that accepts its edits, as the window does; and what it must show."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QMenu

from networks.core.message import Message
from networks.core.shapes import show
from networks.graph.check import check
from networks.graph.network import Network, Wire
from widgets.canvas.items.card import CardItem
from widgets.canvas.items.wire import WireItem
from widgets.canvas.scene import CanvasScene
from widgets.canvas.view import CanvasView


class Document:
    """Accepts every edit; `texts`, `refusals` and `selections` record all signals of the canvas."""

    def __init__(self, qtbot, network: Network, classes: int | None = 10, size=(900, 900)) -> None:
        self.classes = classes
        self.texts: list[str] = []
        self.refusals: list[Message] = []
        self.selections: list[tuple[str, ...]] = []
        self.networks = [network]
        self.view = CanvasView()
        self.view.animated = False
        qtbot.addWidget(self.view)
        self.view.resize(*size)
        self.view.editing.edited.connect(self.take)
        self.view.editing.refused.connect(self.refusals.append)
        self.view.selection_changed.connect(self.selections.append)
        self.view.show_network(network, check(network, classes))
        self.view.show()
        qtbot.waitExposed(self.view)
        self.view.setFocus()

    def take(self, network: Network, text: str) -> None:
        self.texts.append(text)
        self.show(network)

    def show(self, network: Network) -> None:
        self.networks.append(network)
        self.view.show_network(network, check(network, self.classes))

    def choose(self, words: str) -> None:
        """Takes the entry that begins with these words from the menu at the pointer."""
        menu = self.view.findChild(QMenu, "choice_of_edits")
        assert menu is not None
        action = next(action for action in menu.actions() if action.text().startswith(words))
        action.trigger()
        menu.close()

    @property
    def network(self) -> Network:
        return self.networks[-1]

    @property
    def scene(self) -> CanvasScene:
        scene = self.view.scene()
        assert isinstance(scene, CanvasScene)
        return scene

    def at(self, x: float, y: float) -> QPoint:
        """A place of the scene, in the view."""
        return self.view.mapFromScene(QPointF(x, y))

    def middle(self, name: str) -> QPoint:
        left, top, right, bottom = self.scene.layout_of_network.box(name)
        return self.at((left + right) / 2 - 60, (top + bottom) / 2)

    def output_port(self, name: str) -> QPoint:
        left, _, right, bottom = self.scene.layout_of_network.box(name)
        return self.at((left + right) / 2, bottom)

    def input_port(self, name: str, index: int = 0) -> QPoint:
        x, y = self.scene.layout_of_network.places[name]
        return self.at(x + self.scene.input_ports(name)[index], y)

    def on_wire(self, source: str, target: str, index: int = 0) -> QPoint:
        """The middle of the wire's longest upright piece."""
        points = self.scene.layout_of_network.routes[Wire(source, target, index)]
        pieces = list(pairwise(points))
        (a, b), (c, d) = max(pieces, key=lambda piece: abs(piece[0][1] - piece[1][1]))
        return self.at((a + c) / 2, (b + d) / 2)

    @property
    def empty_place(self) -> QPoint:
        """Far from every card and wire, but in sight."""
        return QPoint(12, self.view.viewport().height() - 12)


def assert_shows(scene: CanvasScene, network: Network, classes: int | None) -> None:
    """The items are exactly those of the network, in their places, with its shapes and its problems."""
    report = check(network, classes)
    layout = scene.layout_of_network
    assert set(scene.cards) == {node.name for node in network.nodes}
    assert set(scene.wires) == set(network.wires)
    items = scene.items()
    assert {item.name for item in items if isinstance(item, CardItem)} == set(scene.cards)
    assert {item.wire for item in items if isinstance(item, WireItem)} == set(scene.wires)
    assert len(items) == len(scene.cards) + len(scene.wires)
    has_output = any(type(node.layer).__name__ == "Output" for node in network.nodes)
    faults = {found.where: str(found.sentence) for found in report.findings if found.where}
    for node in network.nodes:
        card, told = scene.cards[node.name], report.nodes[node.name]
        leaving = network.consumers[node.name]
        assert (card.x(), card.y()) == layout.places[node.name]
        content = card.content
        assert content is not None
        assert content.title == type(node.layer).name()
        assert content.summary == told.layer.summary()
        assert content.group is node.layer.group
        assert bool(content.weights) == bool(told.weights)
        if leaving:
            assert content.shape == (show(told.output) if told.output else "?")
        lonely = not leaving and not node.inputs
        assert content.idle == (not told.contributing and (has_output or lonely))
        expected = str(told.problem) if told.problem else faults.get(node.name, "")
        if content.idle and len(node.inputs) < node.layer.fewest_inputs:
            expected = ""
        assert content.problem == expected
        assert card.opacity() == 1
    for wire, item in scene.wires.items():
        output = report.nodes[wire.source].output
        assert item.points == layout.routes[wire]
        assert item.shape_text == (show(output) if output else "?")
        assert item.wrong == bool(
            report.nodes[wire.target].problem and scene.cards[wire.target].content.problem
        )
        assert item.opacity() == 1
    for name in scene.selected:
        assert scene.cards[name].selected
    assert sum(card.selected for card in scene.cards.values()) == len(scene.selected)
    assert sum(item.selected for item in scene.wires.values()) == len(scene.selected_wires)
