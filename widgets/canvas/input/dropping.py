"""What is dropped on the canvas, from the palette or moved on it; a preview shows where it will land."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPointF, Qt

from networks.core.message import UserError
from networks.graph import edits
from networks.graph.network import Wire
from networks.graph.presentation import Folding
from networks.layers.ends import Output
from widgets.canvas.camera import Camera
from widgets.canvas.input import wishes
from widgets.canvas.input.gestures import Gesture
from widgets.canvas.input.under import Pointer, nearest_wire
from widgets.canvas.input.wishes import Edit, Thing, Wish
from widgets.canvas.items.marks import Ghost, Slot
from widgets.canvas.placement.geometry import HEIGHT, WIDTH, Layout
from widgets.canvas.scene import CanvasScene
from widgets.look.translation import layers_counted

DROP_REACH = 14.0
"""How far from a wire a layer is still dropped on it, in pixels, and in scene units when zoomed in."""
APPEND_REACH = 130.0
"""How far below the last card dropping appends."""
FADED = 0.4
"""Opacity of cards that are being moved and have nowhere to go."""


class Ground:
    """What a drop is aimed at: a network as it is shown, and where its cards lie."""

    def __init__(self, folding: Folding, layout: Layout) -> None:
        self.folding, self.layout = folding, layout

    @property
    def end(self) -> str | None:
        """The card behind which something would be appended."""
        end = edits.tail(self.folding.network)
        return self.folding.card_of[end] if end is not None else None

    def wire_near(self, pointer: Pointer) -> Wire | None:
        """The wire that a drop here would go onto."""
        layout, point = self.layout, pointer.scene
        if (name := self._card_at(point)) is not None:
            return self._wire_at_card(name, point)
        wire = nearest_wire(layout.routes, point, DROP_REACH * pointer.pixel)
        if wire is not None:
            return wire
        # between two cards one below the other, the whole gap belongs to their wire
        for other, points in layout.routes.items():
            x = points[0][0]
            if (
                len(points) == 2
                and points[0][1] <= point.y() <= points[1][1]
                and abs(point.x() - x) < WIDTH / 2
            ):
                return other
        return None

    def below_end(self, point: QPointF) -> bool:
        """Whether a drop here would append."""
        end = self.end
        if end is None:
            return False
        left, _, right, bottom = self.layout.box(end)
        return (
            left - 20 <= point.x() <= right + 20 and bottom - HEIGHT / 2 <= point.y() <= bottom + APPEND_REACH
        )

    def _card_at(self, point: QPointF) -> str | None:
        x, y = point.x(), point.y()
        for name in self.layout.places:
            left, top, right, bottom = self.layout.box(name)
            if top <= y <= bottom and left <= x <= right:
                return name
        return None

    def _wire_at_card(self, name: str, point: QPointF) -> Wire | None:
        """On a card's upper half, the wire of its first input; on its lower half, the wire straight below."""
        network, layout = self.folding.shown, self.layout
        _, top, _, bottom = layout.box(name)
        inputs = network[name].inputs
        above = Wire(inputs[0], name, 0) if inputs else None
        leaving = network.consumers[name]
        below = min(leaving, key=lambda wire: len(layout.routes[wire]), default=None)
        return (above or below) if point.y() < (top + bottom) / 2 else (below or above)


class Drop(Gesture):
    """Drops a layer or block that is dragged in: onto a wire, below the last layer, or anywhere else.

    An auxiliary output on a wire branches off there.
    """

    def __init__(self, scene: CanvasScene, thing: Thing) -> None:
        self._scene, self._thing = scene, thing
        self._ground = Ground(scene.folding, scene.layout_of_network)
        self._slot: Slot | None = None
        self._aim: tuple[Wire | None, bool] | None = None

    def move(self, pointer: Pointer) -> None:
        aim = self._aim_at(pointer)
        if aim == self._aim:
            return
        self._aim = aim
        self._hide_slot()
        self._scene.light(self._wire_into_end() if aim[1] else aim[0])
        wish = self._wish(aim)
        edit = wish if isinstance(wish, Edit) else None
        landing = self._scene.preview(edit.network if edit is not None else None)
        if edit is not None and landing is not None:
            left, top, right, bottom = landing.box(edit.select or ())
            self._slot = Slot(self._scene.style_of_items, self._words(aim), bottom - top)
            self._slot.setPos((left + right) / 2, top)
            self._scene.addItem(self._slot)

    def release(self, pointer: Pointer) -> Wish | None:
        wish = self._wish(self._aim_at(pointer))
        self._scene.light(None)
        self._hide_slot()
        if not isinstance(wish, Edit):
            self._scene.preview(None)
        return wish

    def cancel(self) -> None:
        self._scene.light(None)
        self._hide_slot()
        self._scene.preview(None)

    def _aim_at(self, pointer: Pointer) -> tuple[Wire | None, bool]:
        """The wire that it would go onto, or whether it would be appended."""
        if not self._thing.most_inputs:
            return None, False
        wire = None if isinstance(self._thing, Output) else self._ground.wire_near(pointer)
        return wire, wire is None and self._ground.below_end(pointer.scene)

    def _wire_into_end(self) -> Wire | None:
        network, end = self._scene.network, self._ground.end
        if end is None or not network[end].layer.ends or not network[end].inputs or self._thing.ends:
            return None
        return Wire(network[end].inputs[0], end, 0)

    def _wish(self, aim: tuple[Wire | None, bool]) -> Wish:
        wire, appends = aim
        folding = self._scene.folding
        try:
            if wire is not None:
                return wishes.insert(folding, self._thing, wire)
            return wishes.append(folding, self._thing) if appends else wishes.place(folding, self._thing)
        except UserError as error:
            return error.reason

    def _words(self, aim: tuple[Wire | None, bool]) -> str:
        wire, appends = aim
        if appends and wire is None:
            end = self._ground.end
            before = end is not None and self._scene.network[end].layer.ends and not self._thing.ends
            return _tr("Append before the Output") if before else _tr("Append here")
        return wishes.title(self._thing)

    def _hide_slot(self) -> None:
        if self._slot is not None:
            self._scene.removeItem(self._slot)
            self._slot = None


class Move(Gesture):
    """Moves cards onto a wire or below the last one. They stand where they will land; a ghost follows.

    It aims at wires where they were when it began, so that nothing runs away from the pointer.
    """

    def __init__(self, scene: CanvasScene, camera: Camera, names: Sequence[str]) -> None:
        self._scene, self._camera, self._names = scene, camera, tuple(names)
        folding = scene.folding
        self._ground = Ground(folding, scene.layout_of_network)
        self._cards = tuple(dict.fromkeys(folding.card_of[name] for name in folding.nodes(names)))
        self._aim: Wire | bool | None = None
        words = layers_counted(len(self._cards))
        if len(self._cards) == 1:
            content = scene.cards[self._cards[0]].content
            words = content.title if content is not None else words
        self._ghost = Ghost(scene.style_of_items, words)
        scene.addItem(self._ghost)
        scene.fade(self._cards, FADED)
        self._show_cursor(False)

    def move(self, pointer: Pointer) -> None:
        self._ghost.setPos(pointer.scene)
        aim = self._aim_at(pointer)
        if aim == self._aim:
            return
        self._aim = aim
        wish = self._wish(aim)
        lands = isinstance(wish, Edit)
        self._scene.preview(wish.network if isinstance(wish, Edit) else None)
        self._scene.fade(self._cards, 1.0 if lands else FADED)
        self._show_cursor(lands)

    def release(self, pointer: Pointer) -> Wish | None:
        wish = self._wish(self._aim_at(pointer))
        self._end()
        if not isinstance(wish, Edit) or wish.network is self._scene.folding.network:
            self._scene.preview(None)
        return wish

    def cancel(self) -> None:
        self._end()
        self._scene.preview(None)

    def _end(self) -> None:
        self._scene.removeItem(self._ghost)
        self._scene.fade(self._cards, 1.0)
        self._camera.viewport.setCursor(Qt.CursorShape.ArrowCursor)

    def _aim_at(self, pointer: Pointer) -> Wire | bool | None:
        """The wire that they would go onto; True where they would be appended."""
        if self._ground.below_end(pointer.scene):
            end = self._ground.end
            assert end is not None
            shown = self._ground.folding.shown
            if not shown[end].layer.ends or not shown[end].inputs:
                return True
            return Wire(shown[end].inputs[0], end, 0)
        return self._ground.wire_near(pointer)

    def _wish(self, aim: Wire | bool | None) -> Wish | None:
        folding, ground = self._scene.folding, self._ground.folding
        try:
            if isinstance(aim, Wire):
                return wishes.move(folding, self._names, ground.wires(aim))
            if aim:
                end = edits.tail(ground.network)
                return wishes.move(folding, self._names, end) if end is not None else None
        except UserError as error:
            return error.reason
        return None

    def _show_cursor(self, lands: bool) -> None:
        shape = Qt.CursorShape.ClosedHandCursor if lands else Qt.CursorShape.ForbiddenCursor
        self._camera.viewport.setCursor(shape)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
