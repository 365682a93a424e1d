"""Drawing a wire without a pointer: arrow keys go from one card where it may end to the next."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF

from widgets.canvas.camera import Camera
from widgets.canvas.input.gestures import Connect, Gesture, targets_for
from widgets.canvas.input.navigation import Way
from widgets.canvas.input.under import Pointer, Port
from widgets.canvas.input.wishes import Choice, Wish
from widgets.canvas.scene import CanvasScene


class KeyboardWire(Gesture):
    """The same gesture as with the mouse, but its pointer jumps; the mouse does nothing meanwhile."""

    def __init__(self, scene: CanvasScene, camera: Camera, source: str) -> None:
        """Starts at a card from which a wire can lead somewhere: see `ends_for`."""
        self._scene, self._camera, self._source = scene, camera, source
        left, _, right, bottom = scene.layout_of_network.box(source)
        self._wire = Connect(scene, Port(source, "out", (left + right) / 2, bottom))
        self._ends = ends_for(scene, source)
        self._at = 0
        self._aim()

    @property
    def target(self) -> str:
        """The card where the wire would end now."""
        return self._ends[self._at]

    def walk(self, way: Way) -> None:
        """Aims at the next card down or right, or at the one before it."""
        step = 1 if way in ("down", "right") else -1
        self._at = max(0, min(len(self._ends) - 1, self._at + step))
        self._aim()

    def sentence(self) -> str:
        """What is read out: where the wire would lead, and what to press."""
        words = QCoreApplication.translate(
            "Canvas", "Wire from {source} to {target}: Enter connects, arrows choose, Esc cancels"
        )
        return words.format(source=self._source, target=self.target)

    def connect(self) -> Wish | Choice | None:
        """Ends it as if the wire were dropped on the card that it aims at."""
        return self._wire.release(self._pointer())

    def cancel(self) -> None:
        self._wire.cancel()

    def _aim(self) -> None:
        self._camera.bring_into_sight(self._scene.rect_of(self.target))
        self._wire.move(self._pointer())

    def _pointer(self) -> Pointer:
        left, top, right, bottom = self._scene.layout_of_network.box(self.target)
        middle = QPointF((left + right) / 2, (top + bottom) / 2)
        return Pointer(middle, self._camera.to_view(middle))


def ends_for(scene: CanvasScene, source: str) -> tuple[str, ...]:
    """The cards where a wire from this one may end and none does yet: those without any input first.

    In the order of the network; cards that follow already would gain nothing.
    """
    network = scene.network
    order = network.order or tuple(network.by_name)
    following = {wire.target for wire in network.consumers[source]}
    may_end = targets_for(network, source) - following
    return tuple(
        sorted((name for name in order if name in may_end), key=lambda name: bool(network[name].inputs))
    )
