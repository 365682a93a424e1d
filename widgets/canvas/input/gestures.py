"""What dragging does on the canvas, one class per gesture; each returns its wish when it ends."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from networks.core.message import UserError
from networks.graph.network import Network, Wire
from networks.graph.presentation import Folded
from networks.layers.base import Layer
from widgets.canvas.camera import Camera
from widgets.canvas.input import wishes
from widgets.canvas.input.under import PORT_REACH, Pointer, Port, card_at, cards_in, port_at
from widgets.canvas.input.wishes import Choice, Wish
from widgets.canvas.items.marks import Band, PreviewWire
from widgets.canvas.placement.geometry import WIDTH
from widgets.canvas.scene import CanvasScene

ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Gesture:
    """Begins when it is created, is moved any number of times, and is then either released or cancelled."""

    def move(self, pointer: Pointer) -> None:
        """The pointer has moved."""

    def release(self, pointer: Pointer) -> Wish | Choice | None:
        """Ends it and returns what it asks for."""
        self.cancel()
        return None

    def cancel(self) -> None:
        """Ends it and leaves everything as it was."""


class Pan(Gesture):
    """Moves the view: the network follows the pointer."""

    def __init__(self, camera: Camera, pointer: Pointer) -> None:
        self._camera, self._last = camera, pointer.view

    def move(self, pointer: Pointer) -> None:
        by = pointer.view - self._last
        self._last = pointer.view
        self._camera.pan(by.x(), by.y())


class Select(Gesture):
    """Selects what a rubber band touches; with Ctrl or Shift it inverts the selection of what it touches."""

    def __init__(self, scene: CanvasScene, pointer: Pointer) -> None:
        self._scene, self._start = scene, pointer.scene
        self._before = frozenset(scene.selected)
        self._wires_before = scene.selected_wires
        self._adding = bool(pointer.modifiers & ADDING)
        if not self._adding:
            scene.select(())
        self._band = Band(scene.style_of_items)
        scene.addItem(self._band)

    def move(self, pointer: Pointer) -> None:
        rect = QRectF(self._start, pointer.scene).normalized()
        self._band.stretch(rect)
        touched = frozenset(cards_in(self._scene, rect))
        self._scene.select(self._before ^ touched if self._adding else touched)

    def release(self, pointer: Pointer) -> Wish | Choice | None:
        self._scene.removeItem(self._band)
        return None

    def cancel(self) -> None:
        self._scene.removeItem(self._band)
        self._scene.select(self._before, self._wires_before)


class Connect(Gesture):
    """Draws a wire from a port: a new one forwards or backwards, or the end of an existing one elsewhere."""

    def __init__(self, scene: CanvasScene, port: Port) -> None:
        self._scene, self._port = scene, port
        self._wire = port.wire
        network = scene.network
        if port.side == "out":
            self._fixed = port.name
            self._start = QPointF(port.x, port.y)
        elif port.wire is not None:
            self._fixed = port.wire.source
            x, y = scene.layout_of_network.routes[port.wire][0]
            self._start = QPointF(x, y)
        else:
            self._fixed = port.name
            self._start = QPointF(port.x, port.y)
        self._backwards = port.side == "in" and port.wire is None
        self._accepting = (
            sources_for(network, self._fixed)
            if self._backwards
            else targets_for(network, self._fixed, self._wire)
        )
        self._preview = PreviewWire(scene.style_of_items, self._start)
        scene.addItem(self._preview)
        for name, card in scene.cards.items():
            takes = name in self._accepting
            if takes:
                card.set_state(input_ports=scene.input_ports(name))
            card.set_state(accepting=takes, ports=takes and not self._backwards)
        if self._wire is not None:
            scene.wires[self._wire].setOpacity(0.25)

    def move(self, pointer: Pointer) -> None:
        scene = self._scene
        name = self._target(pointer)
        scene.hover(scene.cards[name] if name in self._accepting else None)
        end = pointer.scene
        if name in self._accepting:
            x, y, _, bottom = self._scene.layout_of_network.box(name)
            x += WIDTH / 2
            end = QPointF(x, bottom) if self._backwards else QPointF(self._free_end(name, x), y)
        if self._backwards:
            self._preview.run(end, self._start)
        else:
            self._preview.run(self._start, end)

    def release(self, pointer: Pointer) -> Wish | Choice | None:
        name = self._target(pointer)
        self.cancel()
        folding, wire = self._scene.folding, self._wire
        try:
            if wire is not None:
                if name is None:
                    return wishes.disconnect(folding, wire)
                if name == wire.target:
                    return None
                return wishes.connect_or_choose(folding, wire.source, name, wire)
            if name is None or name == self._fixed:
                return None
            ends = (name, self._fixed) if self._backwards else (self._fixed, name)
            return wishes.connect_or_choose(folding, *ends)
        except UserError as error:
            return error.reason

    def cancel(self) -> None:
        scene = self._scene
        if self._preview.scene() is not None:
            scene.removeItem(self._preview)
        scene.hover(None)
        for card in scene.cards.values():
            card.set_state(accepting=None, ports=False)
        if self._wire is not None and self._wire in scene.wires:
            scene.wires[self._wire].setOpacity(1.0)

    def _target(self, pointer: Pointer) -> str | None:
        """The card under the pointer, or the one whose port is near."""
        name = card_at(self._scene, pointer.scene)
        if name is None:
            port = port_at(self._scene, pointer.scene, 2 * PORT_REACH * pointer.pixel)
            name = port.name if port is not None else None
        return name

    def _free_end(self, name: str, middle: float) -> float:
        ports = self._scene.input_ports(name)
        return middle + (ports[-1] if room_for(self._scene.network[name].layer) > 1 else 0)


def targets_for(network: Network, source: str, moved: Wire | None = None) -> frozenset[str]:
    """The nodes where a wire from `source` may end."""
    if _closed(network[source].layer):
        return frozenset()
    before = network.upstream([source])
    return frozenset(
        node.name
        for node in network.nodes
        if node.name not in before
        and (room := room_for(node.layer))
        and (room == 1 or len(node.inputs) < room)
        and (moved is None or node.name != moved.target)
    )


def room_for(layer: Layer) -> int:
    """How many wires may end at a card; at most one at a folded card, which leads it to the right layer."""
    if isinstance(layer, Folded):
        return int(layer.opening)
    return layer.most_inputs


def _closed(layer: Layer) -> bool:
    return layer.closing if isinstance(layer, Folded) else layer.ends


def sources_for(network: Network, target: str) -> frozenset[str]:
    """The nodes where a wire to `target` may begin."""
    behind = network.downstream([target])
    return frozenset(
        node.name for node in network.nodes if node.name not in behind and not _closed(node.layer)
    )
