"""The canvas: shows a network with its report, and asks for another network when the user edits it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyle, QWidget

from networks.core.message import UserError, message
from networks.graph import edits
from networks.graph.check import Report
from networks.graph.network import Network, Wire
from networks.graph.presentation import ROW, Folding, everything_open, opened_at_first
from widgets.canvas.input import clipboard, wishes
from widgets.canvas.input.gestures import made, nothing_selected
from widgets.canvas.input.keys import CanvasCommand, command_of, way_of
from widgets.canvas.input.navigation import Way, reached
from widgets.canvas.input.surface import Surface
from widgets.canvas.input.wishes import Edit, Wish
from widgets.canvas.items.content import forget_words, spoken
from widgets.canvas.minimap import Minimap
from widgets.canvas.placement.geometry import WIDTH
from widgets.look import theme

MAP_MARGIN = 10
"""Between the map and the corner, in pixels."""


class CanvasView(Surface):
    """Shows one network at a time. It keeps no network of its own: edits go out, networks come in.

    `edited(network, text)` asks for a new network, `refused(message)` says why a gesture could not be done,
    `selection_changed(names)` follows every change of the selected layers, `folding_changed()` comes whenever
    folds are opened or closed.
    """

    edited = Signal(object, str)
    selection_changed = Signal(object)
    folding_changed = Signal()
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.animated = True
        self._shown_before = False
        self._opened: frozenset[str] = frozenset()
        self._awaited: Edit | None = None
        self._cursor: str | None = None
        self._told: tuple[str, ...] = ()
        self._minimap = Minimap(self)
        self._minimap.pointed.connect(self.centre_on)
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Network"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self._canvas.change_theme(self)

    # -- shown

    def show_network(self, network: Network, report: Report) -> None:
        """Shows a network and what was found about it; what stays glides to its new place."""
        awaited, self._awaited = self._awaited, None
        if _another(self.folding.network, network):
            self._opened = opened_at_first(network)
        self._show(Folding(network, report, self._opened))
        if awaited is not None:
            self._cursor = awaited.cursor
            if awaited.select is not None:
                shown = (self.folding.visible(name) for name in awaited.select)
                self._canvas.select([name for name in shown if name is not None])
                self._bring_selection_into_sight()
        self.selection_touched()

    def _show(self, folding: Folding) -> None:
        self.cancel_gesture()
        before = self._canvas.folding.network
        network = folding.network
        another = _another(before, network)
        glides = self._may_animate() and self._shown_before and not another
        self._canvas.show_network(folding, self.visible_rect() if glides else None)
        self._shown_before = True
        layout = self._canvas.layout_of_network
        left, top, right, bottom = layout.bounds
        bounds = QRectF(left, top, right - left, bottom - top)
        self._minimap.show_layout(layout, {node.name: node.layer.group for node in folding.shown.nodes})
        if another:
            self._at_home = True
        self.set_bounds(bounds)

    def show_from_start(self) -> None:
        """As a network is first seen: its stages, from the top. What was open of the one before is closed."""
        first = opened_at_first(self.folding.network)
        if first != self.folding.opened:
            self.set_opened(first)
        self.go_home()

    @property
    def folding(self) -> Folding:
        """The network and how it is shown."""
        return self._canvas.folding

    # -- folds

    def set_opened(self, opened: frozenset[str]) -> None:
        """Opens these folds and closes all others; the network stays as it is."""
        self._opened = opened
        selected = self._canvas.selected
        self._show(Folding(self.folding.network, self.folding.whole, opened))
        shown = (self.folding.visible(name) for name in selected)
        self._canvas.select([name for name in shown if name is not None])
        self._told = ()  # a card of the same name may stand for something else now
        self.selection_touched()
        self.folding_changed.emit()

    def fold_toggled(self, name: str | None) -> None:
        """Opens a folded card: a block its inside, a row its blocks. Closes a frame."""
        if name is None:
            return
        folding = self.folding
        if name in folding.rows:
            self.set_opened(self._opened | {ROW + fold for fold in folding.rows[name]})
        elif folding.is_open(name):
            self.set_opened(self._without({name}))
        else:
            self.set_opened(self._opened | {name})

    def open_selected(self) -> None:
        """Opens the selected folded cards; where none is closed, closes the selected frames."""
        chosen = [name for name in self.selected() if self._canvas.foldable(name)]
        closed = [name for name in chosen if name in self._canvas.cards]
        for name in closed:
            self.fold_toggled(name)
        if chosen and not closed:
            self.set_opened(self._without(set(chosen)))

    def _without(self, closed: set[str]) -> frozenset[str]:
        """What stays open when these folds are closed: a row of closed blocks is one card again."""
        opened = self._opened - closed
        apart = frozenset(name for name in opened if name.startswith(ROW))
        if not apart:
            return opened
        rows = Folding(self.folding.network, self.folding.whole, opened - apart).rows.values()
        return opened - {ROW + name for row in rows if not closed.isdisjoint(row) for name in row}

    def open_all(self) -> None:
        """Shows every layer."""
        self.set_opened(everything_open(self.folding.network))

    def close_all(self) -> None:
        """Shows every fold as one card."""
        self.set_opened(frozenset())

    def group_selection(self, name: str) -> None:
        """Folds the selected layers into a group."""
        chosen = self.selected()
        self._try(lambda folding: wishes.group(folding, chosen, name))

    def ungroup_selection(self) -> None:
        """Takes the selected groups and blocks apart."""
        chosen = self.selected()
        wish = wishes.ungroup(self.folding, chosen)
        self.wished(wish or message("No group is selected: click one first."))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._canvas.change_theme(self)
        elif event.type() == QEvent.Type.LanguageChange:
            forget_words()

    def trunk_width(self) -> float:
        return WIDTH

    def corner_width(self) -> float:
        return self._minimap.width() + MAP_MARGIN

    def camera_moved(self) -> None:
        super().camera_moved()
        self._minimap.show_visible(self.visible_rect())
        self._place_minimap()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_minimap()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self._canvas.network.nodes:
            return
        painter.save()
        painter.resetTransform()
        painter.setFont(theme.font(theme.BODY))
        painter.setPen(QColor(theme.colors(self).text_dim))
        hint = self.tr("Drag layers here, or press Enter in the palette")
        room = self.viewport().rect().adjusted(16, 16, -16, -16)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room, flags, hint)
        painter.restore()

    # -- selection

    def selected(self) -> tuple[str, ...]:
        """Names of the selected layers, in the order of the network."""
        return self._canvas.selected

    def selected_wires(self) -> tuple[Wire, ...]:
        """The selected wires, in the order of the network."""
        return self._canvas.selected_wires

    def select(self, names: Iterable[str]) -> None:
        """Selects these layers and nothing else."""
        self._canvas.select(names)
        self.selection_touched()

    def select_everything(self) -> None:
        """Selects all layers."""
        self.select(self._canvas.cards)

    def reveal(self, name: str) -> None:
        """Shows a layer in the middle and selects it, or the card that it is folded into."""
        shown = self.folding.visible(name)
        if shown is not None and shown in self._canvas.cards:
            self.centre_on(self._box(shown).center())
            self.select((shown,))

    # -- edits

    def add_layer(self, thing: wishes.Thing) -> None:
        """Adds a layer or block behind the selection, or at the end, and selects it."""
        self._try(lambda folding: wishes.add(folding, thing, self.selected()))

    def delete_selection(self) -> None:
        """Takes out the selected layers and wires; neighbours are joined."""
        names, wires = self.selected(), self._canvas.selected_wires
        if names or wires:
            self._try(lambda folding: wishes.delete(folding, names, wires))

    def duplicate_selection(self) -> None:
        """Copies the selected layers behind themselves."""
        names = self.selected()
        if not names:
            self.wished(nothing_selected())
            return
        self._try(lambda folding: wishes.duplicate(folding, names))

    def copy(self) -> None:
        """Puts the selected layers on the clipboard."""
        if not self.selected():
            self.wished(nothing_selected())
            return
        clipboard.put(edits.fragment(self.folding.network, self.folding.nodes(self.selected())))

    def cut(self) -> None:
        """Moves the selected layers to the clipboard."""
        names = self.selected()
        self.copy()
        if names:
            self._try(lambda folding: wishes.cut(folding, names))

    def paste(self) -> None:
        """Puts what is on the clipboard behind the selection."""
        self._try(lambda folding: wishes.paste(folding, clipboard.take(), self.selected()))

    def _try(self, make: Callable[[Folding], Edit]) -> None:
        try:
            self.wished(make(self.folding))
        except UserError as error:
            self.wished(error.reason)

    def wished(self, wish: Wish | None) -> None:
        """Tells the wish. Nothing may follow it in a handler: the answer can change every item."""
        if isinstance(wish, Edit):
            wish = made(wish, self.folding.network)
        if isinstance(wish, Edit):
            self._awaited = wish
            self.edited.emit(wish.network, wish.text)
            self._awaited = None
        elif wish is not None:
            self.refused.emit(wish)

    def selection_touched(self) -> None:
        names = self._canvas.selected
        if names == self._told:
            return
        self._told = names
        card = self._canvas.cards.get(names[0]) if len(names) == 1 else None
        content = card.content if card is not None else None
        self.setAccessibleDescription(
            spoken(self._canvas.report, names[0], content)
            if content is not None
            else self.tr("{count} layers selected").format(count=len(names))
        )
        self.selection_changed.emit(names)

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = command_of(event)
        if command is None:
            event.ignore()
            return
        event.accept()
        if command in ("walk", "walk_and_add"):
            self._go(way_of(event), command == "walk_and_add")
        else:
            self._does(command)()

    def _does(self, command: CanvasCommand) -> Callable[[], None]:
        does: dict[CanvasCommand, Callable[[], None]] = {
            "select_all": self.select_everything,
            "copy": self.copy,
            "cut": self.cut,
            "paste": self.paste,
            "duplicate": self.duplicate_selection,
            "delete": self.delete_selection,
            "escape": self._escape,
            "fit": self.fit,
            "zoom_in": self.zoom_in,
            "zoom_out": self.zoom_out,
            "zoom_reset": self.zoom_reset,
            "hold_to_pan": partial(self._hold_space, True),
        }
        return does[command]

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold_space(False)
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._hold_space(False)

    def _escape(self) -> None:
        if self._gesture is not None or self._pressed is not None:
            self.cancel_gesture()
        else:
            self._canvas.select(())
        self.selection_touched()

    def _go(self, way: Way, adding: bool) -> None:
        selected, layout = self.selected(), self._canvas.layout_of_network
        name = reached(self.folding, layout, selected, self._cursor, way)
        if name is None:
            return
        names = tuple(each for each in selected if each in self._canvas.cards)
        self._cursor = name
        self._canvas.select((*names, name) if adding else (name,))
        self.bring_into_sight(self._box(name))
        self.selection_touched()

    # -- places

    def _box(self, name: str) -> QRectF:
        layout = self._canvas.layout_of_network
        left, top, right, bottom = layout.frames[name] if name in layout.frames else layout.box(name)
        return QRectF(left, top, right - left, bottom - top)

    def _bring_selection_into_sight(self) -> None:
        boxes = [self._box(name) for name in self.selected()]
        if boxes:
            self.bring_into_sight(boxes[-1])

    def _place_minimap(self) -> None:
        room = self.viewport().rect()
        self._minimap.move(
            room.right() - self._minimap.width() - MAP_MARGIN,
            room.bottom() - self._minimap.height() - MAP_MARGIN,
        )

    def _may_animate(self) -> bool:
        duration = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        return self.animated and duration > 0 and self.isVisible()


def _another(before: Network, network: Network) -> bool:
    """Whether less than half of either network is in both: then it is not the same one after an edit."""
    kept = sum(node.name in before for node in network.nodes)
    return 2 * kept < max(len(before.nodes), 1) and 2 * kept < max(len(network.nodes), 1)
