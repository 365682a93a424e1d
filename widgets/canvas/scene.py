"""The items of the canvas by name: made equal to a network, marked as selected or hovered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QWidget

from networks.graph.check import Report, check
from networks.graph.network import Network, Wire
from networks.graph.presentation import Folded, Folding
from networks.graph.totals import totals_known
from widgets.canvas.items.card import NO_LABEL, CardItem, Part, height_for
from widgets.canvas.items.content import (
    UNKNOWN,
    CardContent,
    contents,
    frame_content,
    unsure_cards,
    wrong_wires,
)
from widgets.canvas.items.frame import FrameItem
from widgets.canvas.items.glide import Glide
from widgets.canvas.items.inside import Inside
from widgets.canvas.items.overview import Blocks
from widgets.canvas.items.style import Style
from widgets.canvas.items.wire import WireItem, band_of
from widgets.canvas.placement.geometry import Band, Box, Layout, Point, in_band
from widgets.canvas.placement.layout import Layouts

MOST_MOVING = 300
"""If more items than this are in sight, they do not glide: their first frame would come too late."""
FREE_PORT = 22.0
"""From a merge layer's last wire to its free port."""
ROOM = 1e6
_NO_CONTENTS = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents


class Landing(NamedTuple):
    """A network that a drop would make, as it would be shown."""

    folding: Folding
    layout: Layout

    def box(self, names: Iterable[str]) -> Box:
        """Around the cards and frames of these."""
        cards = {self.folding.visible(name) for name in names}
        found = [
            self.layout.frames[card] if card in self.layout.frames else self.layout.box(card)
            for card in cards
            if card is not None
        ]
        return (
            min(box[0] for box in found),
            min(box[1] for box in found),
            max(box[2] for box in found),
            max(box[3] for box in found),
        )


class CanvasScene(QGraphicsScene):
    """Shows one network. The view and its gestures tell it what to mark; it asks for nothing itself."""

    insides_changed = Signal(object)
    """The cards that show something else of their inside, each with the part that is to be painted anew."""
    strips_made = Signal(object)
    """All images that cards hold of their insides, after some were made."""

    def __init__(self, parent: QObject | None = None, style: Style | None = None) -> None:
        super().__init__(-ROOM, -ROOM, 2 * ROOM, 2 * ROOM, parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.style_of_items = style or Style()
        self.folding = Folding(Network(), check(Network()))
        self._layouts = Layouts()
        self.layout_of_network = self._layouts.arrange(self.network, {}, ())
        self.frames: dict[str, FrameItem] = {}
        self.cards: dict[str, CardItem] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.inside_room = 0.0
        """The height of the strip in which each card shows its inside; the next network is shown so."""
        self.insides: Mapping[str, Inside] = {}
        self.glide = Glide(self)
        self._selected: frozenset[str] = frozenset()
        self._selected_wires: frozenset[Wire] = frozenset()
        self._hovered: CardItem | WireItem | None = None
        self.boxes: list[tuple[str, Box]] = []
        """The cards of the network, in its order."""
        self._blocks = Blocks(self.style_of_items)
        self._preview_wires: list[WireItem] = []
        self.previewing = False
        """Whether everything stands where a drop would put it."""
        self.far = False
        """Whether everything is so small that blocks of colour are painted in place of the items."""
        self.glide.moved.connect(self.touch)

    # -- what is shown

    @property
    def network(self) -> Network:
        """The network as it is shown: a closed fold is one node."""
        return self.folding.shown

    @property
    def report(self) -> Report:
        """The report on the network as it is shown."""
        return self.folding.report

    def show_network(self, folding: Folding, visible: QRectF | None) -> None:
        """Makes cards, frames and wires those of the network.

        What lies in `visible` glides to its new place, and what is new there fades in. Without `visible`
        everything is in place at once.
        """
        self.glide.finish()
        self._forget_preview()
        network, report = folding.shown, folding.report
        totals = totals_known(folding.whole)
        shown = contents(network, report, totals=totals, unsure=unsure_cards(folding))
        style = self.style_of_items
        room = self.inside_room
        heights = {
            name: height_for(content.problem, style, room)
            for name, content in shown.items()
            if content.problem or room
        }
        layout = self._layouts.arrange(network, heights, folding.frames)
        self.folding, self.layout_of_network = folding, layout
        self.boxes = [(node.name, layout.box(node.name)) for node in network.nodes]
        new_cards = self._reconcile_names(network)
        new_wires = self._reconcile_wires(network)
        for name, content in shown.items():
            card = self.cards[name]
            card.show_content(content, layout.heights[name], layout.labels.get(name, NO_LABEL))
            if card.show_inside(self.insides.get(name), room) is not Part.NOTHING:
                card.update()
        self._mark_wires(shown, wrong_wires(network, report))
        self._reconcile_frames()
        self._move(new_cards, new_wires, visible)
        self._selected &= self.cards.keys() | self.frames.keys()
        self._selected_wires &= self.wires.keys()
        self.touch()

    def _mark_wires(self, shown: dict[str, CardContent], wrong: frozenset[Wire]) -> None:
        for wire, item in self.wires.items():
            source, target = shown[wire.source], shown[wire.target]
            bad = wire in wrong and bool(target.problem)
            idle = source.idle or target.idle
            item.shape_text = source.shape or UNKNOWN
            band = band_of(self.report.wire_shape(wire)) if self.inside_room else 0.0
            if item.wrong != bad or item.idle != idle or item.band != band:
                item.set_state(wrong=bad, idle=idle, band=band)

    def show_insides(self, insides: Mapping[str, Inside]) -> None:
        """Shows these insides of cards, in strips as high as the room that there is for them."""
        self.insides = insides
        room = self.inside_room
        parts = [(card, card.show_inside(insides.get(name), room)) for name, card in self.cards.items()]
        if changed := [(card, part) for card, part in parts if part is not Part.NOTHING]:
            self.insides_changed.emit(changed)

    def set_far(self, far: bool) -> None:
        """Says whether everything is so small that `paint_blocks` paints in place of the items."""
        if far != self.far:
            self.far = far
            for item in (*self.cards.values(), *self.wires.values()):
                item.setFlag(_NO_CONTENTS, far)
            self.update()

    def paint_blocks(self, painter: QPainter) -> None:
        """Paints the network as blocks if it is far away."""
        if self.far:
            self._blocks.paint(painter, self.cards, self.wires)

    def paint_from_afar(self, painter: QPainter) -> None:
        """Paints the network as blocks, however near it is."""
        self._blocks.paint(painter, self.cards, self.wires)

    def touch(self) -> None:
        """Repaints the blocks after a change; the items themselves have asked for it on their own."""
        self._blocks.change()
        if self.far:
            self.update()

    def _reconcile_names(self, network: Network) -> set[str]:
        for name in [name for name in self.cards if name not in network]:
            self._forget(self.cards.pop(name))
        added = [node.name for node in network.nodes if node.name not in self.cards]
        for name in added:
            card = self.cards[name] = CardItem(name, self.style_of_items)
            if self.far:
                card.setFlag(_NO_CONTENTS)
            card.selected = name in self._selected  # if its frame was, before the fold was closed
            self.addItem(card)
        return set(added)

    def _reconcile_wires(self, network: Network) -> set[Wire]:
        wanted = set(network.wires)
        for wire in [wire for wire in self.wires if wire not in wanted]:
            self._forget(self.wires.pop(wire))
        added = [wire for wire in network.wires if wire not in self.wires]
        for wire in added:
            item = self.wires[wire] = WireItem(wire, self.style_of_items)
            if self.far:
                item.setFlag(_NO_CONTENTS)
            self.addItem(item)
        return set(added)

    def _reconcile_frames(self) -> None:
        boxes = self.layout_of_network.frames
        for name in [name for name in self.frames if name not in boxes]:
            self.removeItem(self.frames.pop(name))
        for frame in self.folding.frames:
            name = frame.fold.name
            if name not in self.frames:
                self.frames[name] = FrameItem(name, self.style_of_items)
                self.addItem(self.frames[name])
            item, content = self.frames[name], frame_content(self.folding, frame)
            item.setZValue(-2 + 0.01 * content.depth)
            item.show_content(content, boxes[name], self.layout_of_network.crossings[name])
            item.set_state(selected=name in self._selected)

    def _forget(self, item: CardItem | WireItem) -> None:
        if item is self._hovered:
            self._hovered = None
        self.removeItem(item)

    def _move(self, new_cards: set[str], new_wires: set[Wire], visible: QRectF | None) -> None:
        """Puts everything in its place; whatever is in sight glides there, unless that is too much."""
        band = (visible.top() - 60, visible.bottom() + 60) if visible is not None else None
        cards, wires = self._put_cards(new_cards, band), self._put_wires(new_wires, band)
        appearing = [
            *(card for name in new_cards if in_band(band, ((card := self.cards[name]).x(), card.y()))),
            *(item for wire in new_wires if in_band(band, *(item := self.wires[wire]).points)),
        ]
        if len(cards) + len(wires) + len(appearing) <= MOST_MOVING:
            self.glide.start(cards, wires, appearing)
            return
        for card, place in cards:
            card.setPos(*place)
        for item, points in wires:
            item.set_points(points)

    def _put_cards(self, new: set[str], band: Band | None) -> list[tuple[CardItem, Point]]:
        """Puts cards in their places, all but those in sight that have to go to another one."""
        places, going = self.layout_of_network.places, []
        for name, card in self.cards.items():
            place = places[name]
            before = card.x(), card.y()
            if before == place:
                continue
            if name not in new and in_band(band, before, place):
                going.append((card, place))
            else:
                card.setPos(*place)
        return going

    def _put_wires(self, new: set[Wire], band: Band | None) -> list[tuple[WireItem, tuple[Point, ...]]]:
        """Lets wires run where they belong, all but those in sight that have to go somewhere else."""
        routes, going = self.layout_of_network.routes, []
        for wire, item in self.wires.items():
            points, old = routes[wire], item.points
            if wire not in new and old != points and in_band(band, *old, *points):
                going.append((item, points))
            else:
                item.set_points(points)
        return going

    # -- what a drop would make of it

    def preview(self, network: Network | None) -> Landing | None:
        """Shows everything where it would stand in this network, without becoming that network.

        Wires that it would have anew light up. None ends the preview.
        """
        self.glide.finish()
        self._forget_preview()
        landing = self._landing(network) if network is not None else None
        self.previewing = landing is not None
        layout = landing.layout if landing is not None else self.layout_of_network
        for name, card in self.cards.items():
            card.setPos(*layout.places.get(name, self.layout_of_network.places[name]))
        for wire, item in self.wires.items():
            item.setVisible(wire in layout.routes)
            item.set_points(layout.routes.get(wire, self.layout_of_network.routes[wire]))
        for frame, box in self.frames.items():
            shown = frame in layout.frames
            box.setVisible(shown)
            if shown and box.content is not None:
                box.show_content(box.content, layout.frames[frame], layout.crossings[frame])
        for wire in layout.routes.keys() - self.wires.keys():
            item = WireItem(wire, self.style_of_items)
            item.set_points(layout.routes[wire])
            item.set_state(lit=True)
            self._preview_wires.append(item)
            self.addItem(item)
        self.touch()
        return landing

    def _landing(self, network: Network) -> Landing:
        folding = Folding(network, check(network), self.folding.opened)
        new = height_for("", self.style_of_items, self.inside_room)
        heights = {
            node.name: self.cards[node.name].height if node.name in self.cards else new
            for node in folding.shown.nodes
        }
        return Landing(folding, self._layouts.arrange(folding.shown, heights, folding.frames))

    def _forget_preview(self) -> None:
        """Shows only what there is; everything stays where it is."""
        for item in self._preview_wires:
            self.removeItem(item)
        self._preview_wires.clear()
        if self.previewing:
            self.previewing = False
            for shown in (*self.wires.values(), *self.frames.values()):
                shown.setVisible(True)

    def fade(self, names: Iterable[str], opacity: float) -> None:
        """Shows these cards and frames as they are while they are being moved, or again as usual."""
        for name in names:
            item = self.cards.get(name) or self.frames.get(name)
            if item is not None:
                item.setOpacity(opacity)

    def input_ports(self, name: str) -> tuple[float, ...]:
        """Where wires end, and where one more could, measured from the middle of the card."""
        node = self.network[name]
        middle = self.layout_of_network.places[name][0]
        routes = self.layout_of_network.routes
        ends = [routes[Wire(source, name, index)][-1][0] - middle for index, source in enumerate(node.inputs)]
        if not ends:
            return (0.0,)
        if not isinstance(node.layer, Folded) and len(ends) < node.layer.most_inputs:
            ends.append(max(ends) + FREE_PORT)
        return tuple(ends)

    def change_theme(self, widget: QWidget) -> None:
        """Takes the colours of the widget's theme."""
        self.style_of_items.refresh(widget)
        for card in self.cards.values():
            card.forget_pictures()
        self._blocks.change()
        self.update()

    # -- selection and hovering

    @property
    def selected(self) -> tuple[str, ...]:
        """Names of the selected layers, in the order of the network."""
        cards = tuple(node.name for node in self.network.nodes if node.name in self._selected)
        return cards + tuple(name for name in self.frames if name in self._selected)

    @property
    def selected_wires(self) -> tuple[Wire, ...]:
        """The selected wires, in the order of the network."""
        return tuple(wire for wire in self.network.wires if wire in self._selected_wires)

    def select(self, names: Iterable[str], wires: Iterable[Wire] = ()) -> None:
        """Selects these, if they exist, and nothing else."""
        chosen = frozenset(names) & (self.cards.keys() | self.frames.keys())
        lines = frozenset(wires) & self.wires.keys()
        for name in chosen ^ self._selected:
            item = self.cards[name] if name in self.cards else self.frames[name]
            item.set_state(selected=name in chosen)
        for wire in lines ^ self._selected_wires:
            self.wires[wire].set_state(selected=wire in lines)
        self._selected, self._selected_wires = chosen, lines
        self.touch()

    def hover(self, item: CardItem | WireItem | None) -> None:
        """Marks what the pointer is over."""
        if item is self._hovered:
            return
        if isinstance(self._hovered, CardItem):
            self._hovered.set_state(hovered=False, ports=self._hovered.accepting is True)
        elif self._hovered is not None:
            self._hovered.set_state(hovered=False)
        self._hovered = item
        if isinstance(item, CardItem):
            item.set_state(hovered=True, ports=True, input_ports=self.input_ports(item.name))
        elif item is not None:
            item.set_state(hovered=True)
        self.touch()

    def light(self, wire: Wire | None) -> None:
        """Lights up the wire that something will be dropped on."""
        for other, item in self.wires.items():
            if item.lit != (other == wire):
                item.set_state(lit=other == wire)
        self.touch()

    def foldable(self, name: str) -> bool:
        """Whether this is a folded card or a frame, so that it can be opened or closed."""
        return bool(self.folding.folds_of(name)) and (name in self.cards or name in self.frames)

    def rect_of(self, name: str) -> QRectF:
        """The place of a card or frame."""
        layout = self.layout_of_network
        left, top, right, bottom = layout.frames[name] if name in layout.frames else layout.box(name)
        return QRectF(left, top, right - left, bottom - top)
