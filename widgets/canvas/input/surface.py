"""Pointing at the canvas: hovering, clicks, drags and drops become gestures, and gestures become wishes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from networks.blocks import BLOCKS
from networks.blocks.base import Block
from networks.core.message import UserError
from networks.graph.saved_blocks import saved_from_json
from networks.layers import LAYERS
from networks.layers.base import Layer
from widgets.canvas.camera import Camera
from widgets.canvas.input.gestures import ADDING, PORT_REACH, Connect, Drop, Gesture, Pan, Pointer, Select
from widgets.canvas.input.wishes import Thing, Wish
from widgets.canvas.items.content import frame_tooltip, tooltip, wire_tooltip
from widgets.canvas.items.style import BLOCKS_BELOW
from widgets.canvas.scene import CanvasScene, Port
from widgets.palette.drag import LAYER_MIME, SAVED_MIME

CLICK_REACH = 7.0
"""How far from a wire a click still means it, in pixels."""


class Surface(Camera):
    """Turns mouse and drag events into gestures. `wished` and `selection_touched` tell the subclass."""

    menu_wished = Signal(QPoint)
    """Where on the screen a menu for what is selected is to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._canvas = CanvasScene()
        super().__init__(self._canvas, parent)
        self._canvas.setParent(self)
        self._gesture: Gesture | None = None
        self._pressed: Pointer | None = None
        self._space = False
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    def camera_moved(self) -> None:
        self._canvas.set_far(self.zoom() < BLOCKS_BELOW)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self._canvas.style_of_items.ratio != self.devicePixelRatioF():
            self._canvas.change_theme(self)  # on a screen of another density
        super().drawBackground(painter, rect)
        self._canvas.paint_blocks(painter)

    def wished(self, wish: Wish | None) -> None:
        """Called last in an event handler, with what the gesture asks for; for subclasses."""

    def selection_touched(self) -> None:
        """Called when the selection may have changed; for subclasses."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._gesture is not None:
            return
        pointer = self._pointer(event.position(), event.modifiers())
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._gesture = Pan(self, pointer)
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left:
            self._pressed = pointer
            self._press(pointer)
        event.accept()
        self.selection_touched()

    def _press(self, pointer: Pointer) -> None:
        canvas = self._canvas
        if self._port_near(pointer) is not None:
            return  # a drag from here draws a wire, a click selects
        name = canvas.card_at(pointer.scene)
        wire = canvas.wire_at(pointer.scene, CLICK_REACH * pointer.pixel) if name is None else None
        if name is None and wire is None:
            name = canvas.frame_at(pointer.scene)
        if name is None and wire is None:
            self._gesture = Select(canvas, pointer)
        elif pointer.modifiers & ADDING:
            names = frozenset(canvas.selected) ^ frozenset((name,) if name else ())
            canvas.select(names, frozenset(canvas.selected_wires) ^ frozenset((wire,) if wire else ()))
        elif name not in canvas.selected:
            canvas.select((name,) if name else (), (wire,) if wire else ())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer(event.position(), event.modifiers())
        if self._gesture is None and self._pressed is not None:
            far = (pointer.view - self._pressed.view).manhattanLength() >= QApplication.startDragDistance()
            port = self._port_near(self._pressed) if far else None
            if port is not None:
                self._gesture = Connect(self._canvas, port)
        if self._gesture is not None:
            self._gesture.move(pointer)
        elif not event.buttons():
            self._hover(pointer)
        event.accept()
        self.selection_touched()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer(event.position(), event.modifiers())
        gesture, pressed = self._gesture, self._pressed
        self._gesture = self._pressed = None
        wish = None
        if gesture is not None:
            wish = gesture.release(pointer)
        elif pressed is not None:
            self._click(pressed)
        self._hover(pointer)
        event.accept()
        self.selection_touched()
        self.wished(wish)

    def _click(self, pointer: Pointer) -> None:
        """A press on a port that did not become a drag means the wire that ends there, or the card."""
        canvas = self._canvas
        port = self._port_near(pointer)
        if port is not None:
            adding = bool(pointer.modifiers & ADDING)
            names = frozenset(canvas.selected) if adding else frozenset()
            outside = canvas.card_at(pointer.scene) is None
            wire = port.wire if outside else None
            canvas.select(
                names if wire else names ^ {port.name},
                (wire,) if wire else (),
            )
        elif not pointer.modifiers & ADDING and (name := canvas.card_at(pointer.scene)) is not None:
            canvas.select((name,))
        if canvas.chevron_at(pointer.scene) is not None:
            self.fold_toggled(canvas.chevron_at(pointer.scene))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a folded card or a frame's first line it opens or closes the fold; elsewhere it is a press."""
        pointer = self._pointer(event.position(), event.modifiers())
        name = self._canvas.card_at(pointer.scene) or self._canvas.frame_at(pointer.scene)
        left = event.button() == Qt.MouseButton.LeftButton and not pointer.modifiers & ADDING
        if left and name is not None and self._canvas.foldable(name) and self._port_near(pointer) is None:
            self.cancel_gesture()
            event.accept()
            if self._canvas.chevron_at(pointer.scene) is None:  # there each press has done so already
                self.fold_toggled(name)
            return
        self.mousePressEvent(event)

    def fold_toggled(self, name: str | None) -> None:
        """Called last in an event handler, with the fold that is to be opened or closed; for subclasses."""

    def _port_near(self, pointer: Pointer) -> Port | None:
        if self.zoom() < BLOCKS_BELOW:
            return None
        return self._canvas.port_at(pointer.scene, PORT_REACH)

    def _hover(self, pointer: Pointer) -> None:
        canvas = self._canvas
        port = self._port_near(pointer)
        name = port.name if port is not None else canvas.card_at(pointer.scene)
        wire = canvas.wire_at(pointer.scene, CLICK_REACH * pointer.pixel) if name is None else None
        canvas.hover(canvas.cards[name] if name else canvas.wires[wire] if wire else None)
        shape = Qt.CursorShape.ArrowCursor
        if self._space:
            shape = Qt.CursorShape.OpenHandCursor
        elif port is not None:
            shape = Qt.CursorShape.CrossCursor
        elif wire is not None or canvas.chevron_at(pointer.scene) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu is for what is selected; what it is opened over is selected first."""
        event.accept()
        if self._gesture is not None or self._pressed is not None:
            return
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._select_under(self._pointer(QPointF(event.pos())))
            self.selection_touched()
        self.menu_wished.emit(event.globalPos())

    def _select_under(self, pointer: Pointer) -> None:
        """Selects what is here, unless it is one of several that are selected."""
        canvas = self._canvas
        name = canvas.card_at(pointer.scene)
        wire = canvas.wire_at(pointer.scene, CLICK_REACH * pointer.pixel) if name is None else None
        if name is None and wire is None:
            name = canvas.frame_at(pointer.scene)
        if name not in canvas.selected and wire not in canvas.selected_wires:
            canvas.select((name,) if name else (), (wire,) if wire else ())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._canvas.hover(None)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self._help_at(self._pointer(QPointF(event.pos())))
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def _help_at(self, pointer: Pointer) -> str:
        canvas = self._canvas
        name = canvas.card_at(pointer.scene)
        if name is not None:
            content = canvas.cards[name].content
            assert content is not None
            return tooltip(canvas.network, canvas.report, name, content)
        if (frame := canvas.frame_at(pointer.scene)) is not None:
            return frame_tooltip(canvas.folding, frame)
        wire = canvas.wire_at(pointer.scene, CLICK_REACH * pointer.pixel)
        return wire_tooltip(canvas.network, canvas.report, wire) if wire is not None else ""

    # -- drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        thing = dragged(event)
        if thing is None:
            event.ignore()
            return
        self.cancel_gesture()
        self._gesture = Drop(self._canvas, thing)
        self._gesture.move(self._pointer(event.position()))
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not isinstance(self._gesture, Drop):
            event.ignore()
            return
        self._gesture.move(self._pointer(event.position()))
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.cancel_gesture()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        gesture, self._gesture = self._gesture, None
        if not isinstance(gesture, Drop):
            event.ignore()
            return
        wish = gesture.release(self._pointer(event.position()))
        event.acceptProposedAction()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.wished(wish)

    def cancel_gesture(self) -> None:
        gesture, self._gesture, self._pressed = self._gesture, None, None
        if gesture is not None:
            gesture.cancel()

    def _hold_space(self, held: bool) -> None:
        if held != self._space:
            self._space = held
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor if held else Qt.CursorShape.ArrowCursor)

    def _pointer(
        self,
        position: QPointF,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> Pointer:
        at = position.toPoint()
        return Pointer(self.mapToScene(at), at, max(1.0, 1 / self.zoom()), modifiers)


def dragged(event: QDropEvent) -> Thing | None:
    """The layer or block that is dragged, as its type makes it or as it was saved; None for anything else."""
    data = event.mimeData()
    if data.hasFormat(SAVED_MIME):
        try:
            return saved_from_json(bytes(data.data(SAVED_MIME).data()))
        except UserError:
            return None  # it comes from elsewhere, and the pointer shows that it cannot be dropped
    if not data.hasFormat(LAYER_MIME):
        return None
    name = bytes(data.data(LAYER_MIME).data()).decode("utf-8", "replace")
    kinds: tuple[type[Layer] | type[Block], ...] = (*LAYERS, *BLOCKS)
    return next((kind() for kind in kinds if kind.__name__ == name), None)
