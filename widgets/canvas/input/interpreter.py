"""Turns what pointer and keyboard do on the canvas into gestures, and tells what they ask for.

It knows the scene and the camera, but not the view. What a handler returns, the view does at the very end of
its own event handler: an edit may replace every item, so nothing may follow it.
"""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from networks.core.message import message
from networks.graph.network import Wire
from networks.xray.value_place import ValuePlace
from widgets.canvas.camera import STEP, Camera
from widgets.canvas.input.dropping import Drop, Move
from widgets.canvas.input.gestures import ADDING, Connect, Gesture, Pan, Select
from widgets.canvas.input.keyboard_wire import KeyboardWire, ends_for
from widgets.canvas.input.keys import CanvasCommand, command_of, way_of
from widgets.canvas.input.navigation import Way, reached
from widgets.canvas.input.payload import dragged
from widgets.canvas.input.under import Pointer, Under, under
from widgets.canvas.input.wishes import Choice, Wish, stepped
from widgets.canvas.items.content import frame_tooltip, tooltip, wire_tooltip
from widgets.canvas.items.health_glyph import words_of
from widgets.canvas.scene import CanvasScene
from widgets.canvas.xray import number_words, value_at

WHEEL = 0.6
"""Pixels that the view moves per eighth of a degree of the wheel: 72 for a notch."""


HELP_BESIDE, HELP_ABOVE = 10, 16
"""Hover help lies so far to the right; Qt puts it 16 pixels or more below the place that it is given."""


class Toggle(msgspec.Struct, frozen=True):
    """Asks to open this folded card, or to close this frame."""

    name: str


class ExplainLayer(msgspec.Struct, frozen=True):
    """Asks to explain what this layer does."""

    name: str


Request = Wish | Choice | Toggle | ValuePlace | ExplainLayer | CanvasCommand
"""What a handler may ask for: an edit or its refusal, a choice of edits, a fold to toggle, a command.

A `ValuePlace` asks where the number there comes from.
"""


class Interpreter:
    """Gets the events of one canvas. It selects and hovers by itself; everything else it asks for."""

    def __init__(self, scene: CanvasScene, camera: Camera) -> None:
        self._scene, self._camera = scene, camera
        self._gesture: Gesture | None = None
        self._pressed: Pointer | None = None
        self._space_held = False
        self._cursor: str | None = None
        self.last_place = QPoint(-1, -1)
        """Where the pointer was last, in the view."""

    def start_keys_at(self, name: str | None) -> None:
        """Arrow keys go on from this card when nothing is selected."""
        self._cursor = name

    def focused(self) -> str | Wire | None:
        """What keys act on: of what is selected, where the arrow keys went last, or else its end."""
        if isinstance(self._gesture, KeyboardWire):
            return self._gesture.target
        names = self._scene.selected
        if names:
            return self._cursor if self._cursor in names else names[-1]
        return next(reversed(self._scene.selected_wires), None)

    def cancel(self) -> None:
        """Ends what the pointer is doing and leaves everything as it was."""
        gesture, self._gesture, self._pressed = self._gesture, None, None
        if gesture is not None:
            gesture.cancel()

    @property
    def busy(self) -> bool:
        """Whether something is being done that may be shown above the cards."""
        return self._gesture is not None

    @property
    def drags(self) -> bool:
        """Whether a card or a wire is being dragged."""
        return isinstance(self._gesture, Connect | Move | Drop)

    def drag_on(self) -> None:
        """Goes on with a drag after the view has moved below the pointer."""
        if self._gesture is not None:
            self._gesture.move(self._pointer(QPointF(self.last_place)))

    # -- the mouse

    def press(self, event: QMouseEvent) -> None:
        """A button goes down: something is selected, or a gesture begins."""
        if self._gesture is not None:
            return
        event.accept()
        pointer = self._pointer(event.position(), event.modifiers())
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space_held):
            self._gesture = Pan(self._camera, pointer)
            self._camera.viewport.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left:
            self._pressed = pointer
            self._press(pointer)

    def _press(self, pointer: Pointer) -> None:
        scene, here = self._scene, under(self._scene, pointer)
        if here.port is not None:
            return  # a drag from here draws a wire, a click selects
        name, wire = here.selectable, here.wire
        if name is None and wire is None:
            self._gesture = Select(scene, pointer)
        elif pointer.modifiers & ADDING:
            names = frozenset(scene.selected) ^ frozenset((name,) if name else ())
            scene.select(names, frozenset(scene.selected_wires) ^ frozenset((wire,) if wire else ()))
        elif name not in scene.selected:
            scene.select((name,) if name else (), (wire,) if wire else ())

    def move(self, event: QMouseEvent) -> None:
        """The pointer moves: a gesture goes on or begins, or what lies under the pointer is marked."""
        event.accept()
        pointer = self._pointer(event.position(), event.modifiers())
        if self._gesture is None and self._pressed is not None:
            far = (pointer.view - self._pressed.view).manhattanLength() >= QApplication.startDragDistance()
            if far:
                self._gesture = self._drag_from(self._pressed)
        if self._gesture is not None:
            self.last_place = pointer.view
            self._gesture.move(pointer)
        elif not event.buttons():
            self._hover(pointer)

    def _drag_from(self, pressed: Pointer) -> Gesture | None:
        """From a port a wire is drawn; a card or frame is moved with all that is selected with it."""
        here = under(self._scene, pressed)
        if here.port is not None:
            return Connect(self._scene, here.port)
        if here.selectable is not None and here.selectable in self._scene.selected:
            return Move(self._scene, self._camera, self._scene.selected)
        return None

    def release(self, event: QMouseEvent) -> Request | None:
        """A button goes up: the gesture ends, or it was a click."""
        event.accept()
        pointer = self._pointer(event.position(), event.modifiers())
        gesture, pressed = self._gesture, self._pressed
        self._gesture = self._pressed = None
        request: Request | None = None
        if gesture is not None:
            request = gesture.release(pointer)
        elif pressed is not None:
            request = self._click(pressed)
        self._hover(pointer)
        return request

    def _click(self, pointer: Pointer) -> Toggle | ValuePlace | ExplainLayer | None:
        """A press on a port that did not become a drag means the wire that ends there, or the card."""
        scene, here = self._scene, under(self._scene, pointer)
        adding = bool(pointer.modifiers & ADDING)
        if here.port is not None:
            names = frozenset(scene.selected) if adding else frozenset()
            wire = here.port.wire if here.card is None else None
            scene.select(names if wire else names ^ {here.port.name}, (wire,) if wire else ())
        elif not adding and here.card is not None:
            scene.select((here.card,))
        if here.chevron is not None:
            return Toggle(here.chevron)
        if here.explains is not None:
            return ExplainLayer(here.explains)
        return None if adding or here.card is None else value_at(scene, here.card, pointer.scene)

    def double_click(self, event: QMouseEvent) -> Toggle | None:
        """On a folded card or a frame's first line it opens or closes the fold; elsewhere it is a press."""
        here = under(self._scene, self._pointer(event.position(), event.modifiers()))
        name = here.card or here.frame
        left = event.button() == Qt.MouseButton.LeftButton and not event.modifiers() & ADDING
        if not left or name is None or here.port is not None or not self._scene.foldable(name):
            self.press(event)
            return None
        event.accept()
        self.cancel()
        # each press on a chevron has opened or closed the fold already
        return Toggle(name) if here.chevron is None else None

    def context_menu(self, event: QContextMenuEvent) -> bool:
        """Selects what the menu is opened over. Whether it may be opened now."""
        event.accept()
        if self._gesture is not None or self._pressed is not None:
            return False
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._select_under(self._pointer(QPointF(event.pos())))
        return True

    def _select_under(self, pointer: Pointer) -> None:
        """Selects what is here, unless it is one of several that are selected."""
        scene, here = self._scene, under(self._scene, pointer)
        name, wire = here.selectable, here.wire
        if name not in scene.selected and wire not in scene.selected_wires:
            scene.select((name,) if name else (), (wire,) if wire else ())

    def wheel(self, event: QWheelEvent) -> None:
        """Wheel and touch pad move the view, with Shift sideways; with Ctrl they zoom at the pointer."""
        event.accept()
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if angle.y():
                self._camera.zoom_at(event.position(), STEP ** (angle.y() / 120))
            return
        dx, dy = (angle.x() * WHEEL, angle.y() * WHEEL) if pixels.isNull() else (pixels.x(), pixels.y())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            dx, dy = dx or dy, 0
        self._camera.pan(round(dx), round(dy))

    def pinch(self, event: QNativeGestureEvent) -> bool:
        """Two fingers on a touch pad zoom. Whether it was this gesture."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._camera.zoom_at(event.position(), 1 + event.value())
        return True

    # -- hovering

    def leave(self) -> None:
        """The pointer has left the canvas."""
        self._scene.hover(None)

    def hover_again(self) -> None:
        """Something else may lie under the pointer now."""
        self._hover(self._pointer(QPointF(self.last_place)))

    def _hover(self, pointer: Pointer) -> None:
        self.last_place = pointer.view
        scene, here = self._scene, under(self._scene, pointer)
        name = here.port.name if here.port is not None else here.card
        wire = here.wire if name is None else None
        scene.hover(scene.cards[name] if name else scene.wires[wire] if wire else None)
        shape = self._cursor_over(here)
        if self._camera.viewport.cursor().shape() != shape:
            self._camera.viewport.setCursor(shape)

    def _cursor_over(self, here: Under) -> Qt.CursorShape:
        if self._space_held:
            return Qt.CursorShape.OpenHandCursor
        if here.port is not None:
            return Qt.CursorShape.CrossCursor
        if here.wire is not None or here.chevron is not None or here.explains is not None:
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.ArrowCursor

    def help_at(self, event: QHelpEvent) -> str:
        """The hover help for what lies under the pointer, as rich text; empty where nothing is."""
        scene, here = self._scene, under(self._scene, self._pointer(QPointF(event.pos())))
        if self._gesture is not None or self._pressed is not None or here.port is not None:
            return ""  # it would lie over what is being done
        if here.card is not None:
            card = scene.cards[here.card]
            assert card.content is not None
            measured = [] if card.inside is None else words_of(card.inside)
            pointed = number_words(scene, here.card, self._pointer(QPointF(event.pos())).scene)
            measured = [pointed, *measured] if pointed else measured
            return tooltip(scene.network, scene.report, here.card, card.content, measured)
        if here.frame is not None:
            return frame_tooltip(scene.folding, here.frame)
        return wire_tooltip(scene.network, scene.report, here.wire) if here.wire is not None else ""

    def help_place(self, event: QHelpEvent) -> QPoint:
        """Where the hover help is shown, in the view: beside the card or wire, so that it covers neither."""
        here = under(self._scene, self._pointer(QPointF(event.pos())))
        if here.card is not None:
            corner = self._scene.rect_of(here.card).topRight()
            return self._camera.to_view(corner) + QPoint(HELP_BESIDE, -HELP_ABOVE)
        return event.pos() + QPoint(HELP_BESIDE, -2 * HELP_ABOVE)

    # -- drag and drop

    def drag_enter(self, event: QDragEnterEvent) -> None:
        """Something is dragged in; only layers and blocks are taken."""
        thing = dragged(event.mimeData())
        if thing is None:
            event.ignore()
            return
        self.cancel()
        self.last_place = event.position().toPoint()
        self._gesture = Drop(self._scene, thing)
        self._gesture.move(self._pointer(event.position()))
        event.acceptProposedAction()

    def drag_move(self, event: QDragMoveEvent) -> None:
        """What is dragged in is now here."""
        if not isinstance(self._gesture, Drop):
            event.ignore()
            return
        self.last_place = event.position().toPoint()
        self._gesture.move(self._pointer(event.position()))
        event.acceptProposedAction()

    def drop(self, event: QDropEvent) -> Wish | None:
        """What is dragged in is let go here."""
        gesture, self._gesture = self._gesture, None
        if not isinstance(gesture, Drop):
            event.ignore()
            return None
        event.acceptProposedAction()
        return gesture.release(self._pointer(event.position()))

    # -- the keyboard

    def key_press(self, event: QKeyEvent) -> Request | None:
        """Does what the key means for pointer and selection; returns any other command for the view."""
        command = command_of(event)
        event.setAccepted(command is not None)
        if isinstance(self._gesture, KeyboardWire) and command != "escape":
            return self._steer(self._gesture, event, command)
        match command:
            case "escape":
                self._escape()
            case "hold_to_pan":
                self.hold_space(True)
            case "walk" | "walk_and_add":
                self._walk(way_of(event), command == "walk_and_add")
            case "move":
                return stepped(self._scene.folding, self._scene.selected, way_of(event))
            case "draw_wire":
                return self._draw_wire()
            case "select_wire":
                self._select_wire()
            case _:
                return command
        return None

    def draws_by_keys(self) -> bool:
        """Whether a wire is being drawn by keys: Enter then connects, whatever it means to the window."""
        return isinstance(self._gesture, KeyboardWire)

    def prompt(self) -> str:
        """What the next key can do, while a wire is being drawn by keys; empty at other times."""
        return self._gesture.sentence() if isinstance(self._gesture, KeyboardWire) else ""

    def _draw_wire(self) -> Request | None:
        start = self.focused()
        if self._gesture is not None or self._pressed is not None:
            return None
        if not isinstance(start, str) or start not in self._scene.cards:
            return message("Select the layer where the wire begins first.")
        if not ends_for(self._scene, start):
            return message("No layer can take another wire from “{name}”.", name=start)
        self._gesture = KeyboardWire(self._scene, self._camera, start)
        return None

    def _steer(self, wire: KeyboardWire, event: QKeyEvent, command: CanvasCommand | None) -> Request | None:
        """What keys do to the wire that is being drawn; all others wait until it is done."""
        event.accept()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._gesture = None
            return wire.connect()
        if command in ("walk", "walk_and_add"):
            wire.walk(way_of(event))
        return None

    def _select_wire(self) -> None:
        """Goes on to the next wire of the card where the keys are."""
        scene, focused = self._scene, self.focused()
        card = focused if isinstance(focused, str) else self._cursor
        if card not in scene.cards:
            card = focused.source if isinstance(focused, Wire) else None
        wires = [wire for wire in scene.network.wires if card in (wire.source, wire.target)]
        if wires:
            at = wires.index(focused) + 1 if isinstance(focused, Wire) and focused in wires else 0
            self._cursor = card
            scene.select((), (wires[at % len(wires)],))

    def key_release(self, event: QKeyEvent) -> None:
        """A key goes up."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.hold_space(False)

    def hold_space(self, held: bool) -> None:
        """While the space bar is held, dragging moves the view."""
        if held != self._space_held:
            self._space_held = held
            shape = Qt.CursorShape.OpenHandCursor if held else Qt.CursorShape.ArrowCursor
            self._camera.viewport.setCursor(shape)

    def _escape(self) -> None:
        if self._gesture is not None or self._pressed is not None:
            self.cancel()
        else:
            self._scene.select(())

    def _walk(self, way: Way, adding: bool) -> None:
        scene, selected = self._scene, self._scene.selected
        name = reached(scene.folding, scene.layout_of_network, selected, self._cursor, way)
        if name is None:
            return
        names = tuple(each for each in selected if each in scene.cards)
        self._cursor = name
        scene.select((*names, name) if adding else (name,))
        self._camera.bring_into_sight(scene.rect_of(name))

    def _pointer(
        self,
        position: QPointF,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> Pointer:
        at = position.toPoint()
        return Pointer(self._camera.to_scene(at), at, max(1.0, 1 / self._camera.zoom()), modifiers)
