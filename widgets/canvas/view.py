"""The canvas: shows a network with its report, and asks for another network when the user edits it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QStyle, QToolTip, QWidget

from networks.graph.check import Report
from networks.graph.network import Network, Wire
from networks.graph.presentation import Folding, everything_open, opened_at_first
from networks.xray.value_place import ValuePlace
from widgets.canvas.accessible import MENU, TOGGLE, Key, Voices
from widgets.canvas.background import BY_KEYS, DotGrid, paint_hint, paint_ring
from widgets.canvas.camera import Camera
from widgets.canvas.choices import Choices
from widgets.canvas.columns_overview import ColumnsOverview
from widgets.canvas.edge_scrolling import EdgeScrolling
from widgets.canvas.editing import Editing
from widgets.canvas.input.interpreter import ExplainLayer, Interpreter, Request, Toggle
from widgets.canvas.input.keys import CanvasCommand
from widgets.canvas.input.wishes import Choice
from widgets.canvas.items.content import forget_words, spoken
from widgets.canvas.items.style import BLOCKS_BELOW
from widgets.canvas.minimap import Minimap
from widgets.canvas.opening import after_closing, after_opening
from widgets.canvas.placement.geometry import WIDTH
from widgets.canvas.places import another, difference, place_of_selection
from widgets.canvas.repainting import Repainting
from widgets.canvas.scene import CanvasScene
from widgets.canvas.scroll_bars import THICKNESS, ScrollBars
from widgets.canvas.xray import CanvasXRay
from widgets.look import theme

MOST_AVOIDED = 50
"""The map keeps off this many selected cards; if more are selected, it cannot keep off them all."""


class CanvasView(QGraphicsView):
    """Shows one network at a time. It keeps no network of its own: edits go out, networks come in.

    `prompted(sentence)` says what keys can do while a wire is drawn by them, and is empty when it is done.
    `selection_changed(names)` follows every change of the selected layers, `folding_changed()` every opening
    or closing of folds. `menu_wished(place)` asks for a menu for what is selected, there on the screen.

    It holds a scene of items, a camera, an interpreter that gets its events, and the commands that edit
    (`editing`), which ask for another network. What the interpreter asks for is done at the end of the view's
    own event handler.
    """

    selection_changed = Signal(object)
    folding_changed = Signal()
    menu_wished = Signal(QPoint)
    prompted = Signal(str)
    explanation_wished = Signal(object)
    """A `ValuePlace` that a card shows, or an `ExplainLayer`: where the number comes from is to be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._scene = CanvasScene()
        super().__init__(self._scene, parent)
        self._scene.setParent(self)
        self.animated = True
        self.camera = Camera(self, trunk_width=WIDTH, actual_size=theme.text_growth())
        self.editing = Editing(self._scene, self)
        self.xray = CanvasXRay(self._scene, self.camera)
        self.xray.switched.connect(self._show_again)
        self._interpreter = Interpreter(self._scene, self.camera)
        self._choices = Choices(self._scene, self)
        self._choices.chosen.connect(self.editing.ask)
        self._repainting = Repainting(self, self._scene, self._interpreter)
        self._voices = Voices(self, self._scene)
        self._minimap = Minimap(self)
        self.overview = ColumnsOverview(self.viewport(), self._scene, self.camera)
        self._edge = EdgeScrolling(self, self.camera, self._interpreter)
        self._bars = ScrollBars(self, self.camera)
        self.setViewportMargins(0, 0, THICKNESS, THICKNESS)
        self._dots = DotGrid()
        self._opened: frozenset[str] = frozenset()
        """All that was opened, also of what is gone now: undo may bring it back."""
        self._shown_before = False
        self._told: tuple[str, ...] = ()
        self._prompted = ""
        self._ringed = False
        """Whether keys have brought the focus here, which is then shown."""
        self.camera.moved.connect(self._follow_camera)
        self._minimap.pointed.connect(self.camera.centre_on)
        self._voices.wished.connect(self._act, Qt.ConnectionType.QueuedConnection)
        self.overview.covered.connect(self._minimap.give_way)
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Network"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        for widget in (self, self.viewport()):
            widget.setAcceptDrops(True)
            widget.setMouseTracking(True)
        self._scene.change_theme(self)

    # -- what is shown

    @property
    def folding(self) -> Folding:
        """The network and how it is shown."""
        return self._scene.folding

    def show_network(self, network: Network, report: Report) -> None:
        """Shows a network and what was found about it; what stays glides to its new place."""
        answered = self.editing.take_answer()
        if another(self.folding.network, network):
            self._opened = opened_at_first(network)
        self._show(Folding(network, report, self._opened))
        if answered is not None:
            self._interpreter.start_keys_at(answered.cursor)
            if answered.select is not None:
                self._select_visible(answered.select)
                self._bring_selection_into_sight()
        self._tell_selection()

    def show_from_start(self) -> None:
        """Shows the network as it is first seen: its stages, from the top."""
        first = opened_at_first(self.folding.network)
        if first != self.folding.opened:
            self.set_opened(first)
        self.camera.go_home()

    def _show(self, folding: Folding) -> None:
        self._interpreter.cancel()
        is_another = another(self.folding.network, folding.network)
        glides = self._may_animate() and self._shown_before and not is_another
        self._scene.show_network(folding, self.camera.visible_rect() if glides else None)
        self._shown_before = True
        self._voices.show()
        self.xray.refresh()
        layout = self._scene.layout_of_network
        left, top, right, bottom = layout.bounds
        self._minimap.show_layout(layout, {node.name: node.layer.group for node in folding.shown.nodes})
        bounds = QRectF(left, top, right - left, bottom - top)
        self.camera.set_bounds(bounds, self._minimap.reach(), home=is_another)

    @Slot()
    def _show_again(self) -> None:
        """Shows the same network where its cards have another height; what was at the top stays there."""
        self._show(self.folding)

    def _may_animate(self) -> bool:
        duration = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        return self.animated and duration > 0 and self.isVisible()

    # -- folds

    def set_opened(self, opened: frozenset[str]) -> None:
        """Opens these folds and closes all others; the network stays as it is."""
        self._opened = opened
        selected = self.selected()
        self._show(Folding(self.folding.network, self.folding.whole, opened))
        self._select_visible(selected)
        self._told = ()  # a card of the same name may stand for something else now
        self._tell_selection()
        self.folding_changed.emit()

    def fold_toggled(self, name: str) -> None:
        """Opens a folded card: of a block its inside is shown, of a row its blocks. Closes a frame."""
        change = after_closing if self.folding.is_open(name) else after_opening
        self.set_opened(change(self.folding, self._opened, (name,)))

    def open_selected(self) -> None:
        """Opens the selected folded cards; if there are none, closes the selected frames."""
        chosen = [name for name in self.selected() if self._scene.foldable(name)]
        closed = [name for name in chosen if name in self._scene.cards]
        if closed:
            self.set_opened(after_opening(self.folding, self._opened, closed))
        elif chosen:
            self.set_opened(after_closing(self.folding, self._opened, chosen))

    def open_all(self) -> None:
        """Shows every layer."""
        self.set_opened(everything_open(self.folding.network))

    def close_all(self) -> None:
        """Shows every fold as one card."""
        self.set_opened(frozenset())

    # -- selection

    def selected(self) -> tuple[str, ...]:
        """Names of the selected layers, in the order of the network."""
        return self._scene.selected

    def selected_wires(self) -> tuple[Wire, ...]:
        """The selected wires, in the order of the network."""
        return self._scene.selected_wires

    def select(self, names: Iterable[str]) -> None:
        """Selects these layers and nothing else."""
        self._scene.select(names)
        self._tell_selection()

    def select_everything(self) -> None:
        """Selects all layers."""
        self.select(self._scene.cards)

    def reveal(self, name: str) -> None:
        """Shows a layer in the middle and selects it, or the card that it is folded into."""
        shown = self.folding.visible(name)
        if shown is not None and shown in self._scene.cards:
            self.camera.centre_on(self._scene.rect_of(shown).center())
            self.select((shown,))

    @Slot(object)
    def show_difference(self, before: Network) -> None:
        """Brings into view the cards in which the network differs from an earlier one."""
        room = self.viewport().height() / self.camera.zoom()
        if (whole := difference(self._scene, self.folding, before, room)) is not None:
            self.camera.bring_into_sight(whole)

    def _select_visible(self, names: Iterable[str]) -> None:
        """Selects the cards that show these nodes and folds."""
        shown = (self.folding.visible(name) for name in names)
        self._scene.select([name for name in shown if name is not None])

    def _bring_selection_into_sight(self) -> None:
        selected = self.selected()
        if selected:
            self.camera.bring_into_sight(self._scene.rect_of(selected[-1]))

    def _tell_selection(self) -> None:
        names = self.selected()
        self._voices.focus(self._interpreter.focused())
        if names == self._told:
            return
        self._told = names
        self._place_minimap()
        card = self._scene.cards.get(names[0]) if len(names) == 1 else None
        content = card.content if card is not None else None
        self.setAccessibleDescription(
            spoken(self._scene.report, names[0], content)
            if content is not None
            else self.tr("{count} layers selected").format(count=len(names))
        )
        self.selection_changed.emit(names)

    # -- the camera

    def _follow_camera(self) -> None:
        self._scene.set_far(self.camera.zoom() < BLOCKS_BELOW)
        self._minimap.show_visible(self.camera.visible_rect())
        self._place_minimap()
        self._bars.follow()

    def _place_minimap(self) -> None:
        """Keeps the map off the cards that are selected."""
        chosen = (self._scene.rect_of(name) for name in self.selected()[:MOST_AVOIDED])
        worked_on = [self.mapFromScene(rect).boundingRect() for rect in chosen]
        self._minimap.stand_in_corner(self.viewport().rect(), worked_on)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bars.stand_beside(self.viewport().geometry())
        self.camera.resized(self._minimap.reach())

    # -- painting

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._scene.change_theme(self)
        elif event.type() == QEvent.Type.LanguageChange:
            forget_words()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._repainting.paint(event.region()):
            super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self._scene.style_of_items.ratio != self.devicePixelRatioF():
            self._scene.change_theme(self)  # on a screen of another density
        self._dots.paint(self, painter, rect)
        self._scene.paint_blocks(painter)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if not self._scene.network.nodes:
            paint_hint(self, painter, self.tr("Drag layers here, or press Enter in the palette"))
        if self._ringed:
            paint_ring(self, painter)

    # -- events: the interpreter gets them, what it asks for comes last

    def _conclude(self, request: Request | None = None) -> None:
        """Ends an event handler: tells what is selected now, then does what was asked for."""
        self._tell_selection()
        self._follow_drag()
        self._prompt()
        if isinstance(request, Toggle):
            self.fold_toggled(request.name)
            self._interpreter.hover_again()
        elif isinstance(request, str):
            self._do(request)
        elif isinstance(request, ValuePlace | ExplainLayer):
            self.explanation_wished.emit(request)
        elif isinstance(request, Choice):
            self._choices.offer(request, self._interpreter.last_place)
        elif request is not None:
            self.editing.ask(request)

    def _prompt(self) -> None:
        prompt = self._interpreter.prompt()
        if prompt != self._prompted:
            self._prompted = prompt
            self.prompted.emit(prompt)

    def _follow_drag(self) -> None:
        """While something is dragged, the map is away and the view scrolls when the pointer nears an edge."""
        drags = self._interpreter.drags
        if drags:
            self.overview.hide()
        self._minimap.give_way(drags or self.overview.isVisible())
        self._edge.follow(drags)

    def _do(self, command: CanvasCommand) -> None:
        does: dict[CanvasCommand, Callable[[], None]] = {
            "select_all": self.select_everything,
            "copy": self.editing.copy,
            "cut": self.editing.cut,
            "paste": self.editing.paste,
            "duplicate": self.editing.duplicate,
            "delete": self.editing.delete,
            "fit": self.overview.fit,
            "zoom_in": self.camera.zoom_in,
            "zoom_out": self.camera.zoom_out,
            "zoom_reset": self.camera.zoom_reset,
        }
        does[command]()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._interpreter.press(event)
        self._conclude()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._interpreter.move(event)
        self._conclude()
        self.xray.point_at(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._conclude(self._interpreter.release(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._conclude(self._interpreter.double_click(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._interpreter.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._interpreter.leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        opens = self._interpreter.context_menu(event)
        self._conclude()
        if opens:
            by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
            self.menu_wished.emit(event.globalPos() if by_mouse else self._menu_place())

    @Slot(object, str)
    def _act(self, key: Key, action: str) -> None:
        """Does what a screen reader asks for."""
        self._scene.select(*(((), (key,)) if isinstance(key, Wire) else ((key,),)))
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._conclude(Toggle(key) if action == TOGGLE and isinstance(key, str) else None)
        if action == MENU:
            self.menu_wished.emit(self._menu_place())

    def _menu_place(self) -> QPoint:
        self._bring_selection_into_sight()
        return place_of_selection(self, self._scene, self.selected(), self.selected_wires())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.viewport().mapToGlobal(self._interpreter.help_place(event))
            QToolTip.showText(place, self._interpreter.help_at(event), self.viewport())
            return True
        if isinstance(event, QNativeGestureEvent):
            return self._interpreter.pinch(event)
        return super().viewportEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._interpreter.drag_enter(event)
        self._follow_drag()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._interpreter.drag_move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._interpreter.cancel()
        self._follow_drag()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        wish = self._interpreter.drop(event)
        if event.isAccepted():
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._conclude(wish)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and self._interpreter.draws_by_keys():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.overview.isVisible():
            self.overview.hide()
            return
        self._conclude(self._interpreter.key_press(event))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._interpreter.key_release(event)
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = event.reason() in BY_KEYS
        self._voices.tell_focus()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ringed = False
        self.viewport().update()
        self._interpreter.hold_space(False)
