"""The X-ray on the canvas: which layers are in sight, and what their cards show of their inside."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import QCoreApplication, QObject, QPoint, QPointF, QRectF, QTimer, Signal, Slot

from networks.explanations.words.figures import figure
from networks.graph.presentation import Folding
from networks.layers.ends import Input, Output
from networks.xray.health import Health, Units, why_zero
from networks.xray.reach import Reach
from networks.xray.value_place import ValuePlace
from networks.xray.view import XRay
from widgets.canvas.camera import Camera
from widgets.canvas.items.inside import ROOM, Answer, Inside, Range, number_at
from widgets.canvas.placement.geometry import HEIGHT
from widgets.canvas.scene import CanvasScene
from widgets.look.color_scale import Scale
from widgets.look.translation import said

SETTLING_MS = 60
"""So long the camera rests before it is said what is in sight."""


class Look(msgspec.Struct, frozen=True):
    """How numbers become colours, what the classes are called, and how each layer fares."""

    scale: Scale = "signed"
    range: Range = "layer"
    classes: tuple[str, ...] = ()
    health: Mapping[str, Health] = {}
    units: Mapping[str, Units] = {}
    """Which units of each layer were zero for all pictures that were tried."""


class CanvasXRay(QObject):
    """Cards show their inside while it is on; otherwise the canvas is as it ever was."""

    switched = Signal()
    """Cards have another height now: the network is to be shown again."""
    pointed = Signal(object)
    """The `ValuePlace` of the number that the pointer is over now."""
    sight_changed = Signal(object)
    """The names of the layers whose outputs the cards in sight show; empty while it is off."""
    pictures_made = Signal(object)
    """All images that cards hold of their insides; none while it is off."""

    def __init__(self, scene: CanvasScene, camera: Camera) -> None:
        super().__init__(camera)
        self._scene, self._camera = scene, camera
        self._shown: tuple[XRay, Look] | None = None
        self._reach: Reach | None = None
        self._pointed: ValuePlace | None = None
        self._told: frozenset[str] = frozenset()
        self._settling = QTimer(self, singleShot=True, interval=SETTLING_MS)
        self._settling.timeout.connect(self._tell)
        camera.moved.connect(self.follow)
        scene.strips_made.connect(self.pictures_made)

    @property
    def on(self) -> bool:
        """Whether cards show their inside."""
        return self._scene.inside_room > 0

    def switch(self, on: bool) -> None:
        """Gives cards room for their inside, or takes it away."""
        if on == self.on:
            return
        self._scene.inside_room = ROOM if on else 0.0
        if not on:
            self._shown = self._reach = None
            self._scene.show_insides({})
            self.pictures_made.emit([])
        self.switched.emit()
        self._tell()

    def show_views(self, xray: XRay | None, look: Look) -> None:
        """Shows these views, in place of those before; None shows nothing."""
        self._shown = None if xray is None else (xray, look)
        self.refresh()

    def point_at(self, place: QPoint) -> None:
        """The pointer is here in the view."""
        if not self.on or self._shown is None:
            return
        point = self._camera.to_scene(place)
        name = next((name for name in self._scene.cards if self._scene.rect_of(name).contains(point)), None)
        found = None if name is None else value_at(self._scene, name, point)
        if found is not None and found != self._pointed:
            self._pointed = found
            self.pointed.emit(found)

    @Slot(object)
    def show_reach(self, reach: Reach | None) -> None:
        """Frames on the cards what a number sees of the layers before it; None shows nothing of that."""
        if reach is not self._reach:
            self._reach = reach
            self.refresh()

    def refresh(self) -> None:
        """Brings what is shown to the cards that there are now."""
        if not self.on:
            return
        insides: dict[str, Inside] = {}
        if self._shown is not None:
            insides = _insides(self._scene.folding, *self._shown, self._reach)
        self._scene.show_insides(insides)

    @Slot()
    def follow(self) -> None:
        """The camera has moved, or the network is another one."""
        if self.on and not self._settling.isActive():
            self._settling.start()

    @Slot()
    def _tell(self) -> None:
        names: frozenset[str] = frozenset()
        if self.on and not self._scene.far:
            sight = self._camera.visible_rect()
            leaves = map(self._scene.folding.leaf, self._in_sight(sight))
            names = frozenset(name for name in leaves if name is not None)
        if names != self._told:
            self._told = names
            self.sight_changed.emit(names)

    def _in_sight(self, sight: QRectF) -> list[str]:
        return [name for name in self._scene.cards if self._scene.rect_of(name).intersects(sight)]


def value_at(scene: CanvasScene, name: str, point: QPointF) -> ValuePlace | None:
    """The number of what leaves a layer that a card shows at a point of the scene."""
    card, leaf = scene.cards[name], scene.folding.leaf(name)
    if card.inside is None or not card.room or leaf is None or scene.far:
        return None
    place = point - card.pos()
    at = number_at(card.inside, place.x(), place.y(), HEIGHT - 1)
    return None if at is None else ValuePlace(leaf, at)


def number_words(scene: CanvasScene, name: str, point: QPointF) -> str:
    """The number that a card shows at a point, with its place; empty where it shows none."""
    place = value_at(scene, name, point)
    inside = scene.cards[name].inside
    if place is None or inside is None or inside.answer is not None:
        return ""
    if inside.view.maps is None:
        return _bar_words(inside, place.at[0])
    maps, (channel, row, column) = inside.view.maps, place.at
    if channel in maps.channels and not maps.ranges[maps.channels.index(channel)].any():
        words = QCoreApplication.translate("Canvas", "map {map}: {why}")
        return words.format(map=channel, why=_why_zero(inside, channel))
    where = QCoreApplication.translate("Canvas", "map {map}, row {row}, column {column}").format(
        map=channel, row=row, column=column
    )
    if channel not in maps.channels or maps.values.shape[1:] != maps.size:
        # of a large map a card has means only
        return where
    value = float(maps.values[maps.channels.index(channel), row, column])
    return f"{where}: {figure(value)}"


def _bar_words(inside: Inside, index: int) -> str:
    """A number of a vector; of a long one, whose bars stand for several, nothing."""
    bars = inside.view.bars
    if bars is None or len(bars) != inside.view.numbers:
        return ""
    words = QCoreApplication.translate("Canvas", "number {index}: {value}")
    told = words.format(index=index, value=figure(float(bars[index])))
    return told if bars[index] else f"{told}, {_why_zero(inside, index)}"


def _why_zero(inside: Inside, channel: int) -> str:
    return said(why_zero(inside.units, channel, off=channel in inside.off))


def _insides(folding: Folding, xray: XRay, look: Look, reach: Reach | None) -> dict[str, Inside]:
    """What each card shows: a layer its own output, a folded card what leaves it."""
    found: dict[str, Inside] = {}
    bound = xray.bound
    for node in folding.shown.nodes:
        leaf = folding.leaf(node.name)
        view = None if leaf is None else xray.views.get(leaf)
        if view is None or leaf is None:
            continue
        answer = None
        if isinstance(node.layer, Output) and xray.answer is not None:
            answer = Answer(xray.answer, look.classes, xray.label)
        picture = xray.picture if isinstance(node.layer, Input) else None
        frame = None if reach is None else reach.frames.get(leaf)
        own = reach is not None and reach.place.layer == leaf
        channel = reach.place.at[0] if reach is not None and own else None
        found[node.name] = Inside(
            view,
            look.scale,
            look.range,
            bound,
            picture,
            answer,
            look.health.get(leaf),
            frame,
            channel,
            look.units.get(leaf),
            frozenset(xray.off.of(leaf)),
        )
    return found
