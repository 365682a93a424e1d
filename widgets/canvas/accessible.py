"""What screen readers find on the canvas: cards, frames and wires as a list, and where the keyboard is."""

from __future__ import annotations

import atexit
from functools import cache
from weakref import WeakSet

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleObject,
)
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView
from shiboken6 import Shiboken

from networks.graph.network import Wire
from widgets.canvas.items.health_glyph import words_of
from widgets.canvas.items.spoken import Spoken, spoken_card, spoken_frame, spoken_wire
from widgets.canvas.scene import CanvasScene
from widgets.controls.screen_reader import announce

PRESS, TOGGLE, MENU = (
    QAccessibleActionInterface.pressAction(),
    QAccessibleActionInterface.toggleAction(),
    QAccessibleActionInterface.showMenuAction(),
)
Key = str | Wire
"""The name of a card or frame, or a wire."""


class Voice(QObject):
    """Stands for one card, frame or wire by its name: the item itself may go while a screen reader asks."""

    def __init__(self, key: Key, voices: Voices) -> None:
        super().__init__(voices)
        self.key, self.voices = key, voices


class Voices(QObject):
    """The voices of one canvas. Each is made when a screen reader first asks for it."""

    wished = Signal(object, str)
    """What a screen reader asks for: a card, frame or wire, and the name of an action.

    To be connected as queued: the answer may replace the voice that is asked.
    """

    def __init__(self, view: QGraphicsView, scene: CanvasScene) -> None:
        super().__init__(view)
        self.view, self.scene = view, scene
        self.keys: tuple[Key, ...] = ()
        """All that there is, in the order of reading: cards as the network runs, frames, wires."""
        self._places: dict[Key, int] = {}
        self._made: dict[Key, Voice] = {}
        self.focused: Key | None = None
        """Where the keyboard is."""
        _install()
        _all.add(self)

    def show(self) -> None:
        """Takes what the scene shows now."""
        scene = self.scene
        cards = scene.network.order or tuple(scene.network.by_name)
        self.keys = (*cards, *scene.frames, *scene.network.wires)
        self._places = {key: place for place, key in enumerate(self.keys)}
        for key in [key for key in self._made if key not in self._places]:
            self._made.pop(key).deleteLater()
        if self.focused not in self._places:
            self.focused = None

    def of(self, key: Key) -> Voice:
        """The voice of something that is shown."""
        if key not in self._made:
            self._made[key] = Voice(key, self)
        return self._made[key]

    def place(self, key: Key) -> int:
        """Where it stands among all; -1 if it is gone."""
        return self._places.get(key, -1)

    def focus(self, key: Key | None) -> None:
        """The keyboard has come to this card, frame or wire, or will once the canvas has the focus."""
        if key == self.focused:
            return
        self.focused = key if key in self._places else None
        if self.focused is None or not QAccessible.isActive():
            return
        QAccessible.updateAccessibility(QAccessibleEvent(self.of(self.focused), QAccessible.Event.Selection))
        if self.view.hasFocus():
            self.tell_focus()
        else:
            # keys go elsewhere still, such as to the search field from which a layer was added
            spoken = self.spoken(self.focused)
            announce(self.view, ". ".join(filter(None, (spoken.name, spoken.description))))

    def tell_focus(self) -> None:
        """What the arrow keys have come to has the focus, now that the canvas has it."""
        if self.focused is not None and QAccessible.isActive():
            event = QAccessibleEvent(self.of(self.focused), QAccessible.Event.Focus)
            QAccessible.updateAccessibility(event)

    def fall_silent(self) -> None:
        """Takes back from Qt all that speaks for this canvas."""
        for thing in (self.view, *self.findChildren(Voice)):
            speaker = QAccessible.queryAccessibleInterface(thing)
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(speaker))

    def spoken(self, key: Key) -> Spoken:
        """What is said of it; nothing of what is gone."""
        scene = self.scene
        if isinstance(key, Wire):
            item = scene.wires.get(key)
            return _NOTHING if item is None else spoken_wire(key, item.shape_text, wrong=item.wrong)
        if key in scene.frames and (frame := scene.frames[key].content) is not None:
            return spoken_frame(scene.folding, key, frame)
        if key in scene.cards and (card := scene.cards[key].content) is not None:
            found = spoken_card(scene.folding, key, card)
            inside = scene.cards[key].inside
            if inside is not None:
                found = Spoken(found.name, "; ".join([*words_of(inside), found.description]))
            return found
        return _NOTHING

    def state(self, key: Key) -> QAccessible.State:
        """Selected, focused, opened: as bits."""
        scene, state = self.scene, QAccessible.State()
        if self.place(key) < 0:
            state.invalid = True
            return state
        state.focusable = state.selectable = state.multiSelectable = True
        state.selected = key in (scene.selected_wires if isinstance(key, Wire) else scene.selected)
        state.focused = key == self.focused and self.view.hasFocus()
        state.offscreen = not self.view.viewport().rect().intersects(self._in_view(key))
        if isinstance(key, str) and scene.foldable(key):
            state.expandable = True
            state.expanded = key in scene.frames
            state.collapsed = key in scene.cards
        return state

    def actions(self, key: Key) -> list[str]:
        """What can be done with it, by Qt's names: select, open or close, show its menu."""
        if self.place(key) < 0:
            return []
        folds = isinstance(key, str) and self.scene.foldable(key)
        return [PRESS, *((TOGGLE,) if folds else ()), MENU]

    def rect(self, key: Key) -> QRect:
        """Its place on the screen."""
        place = self._in_view(key)
        return QRect(self.view.viewport().mapToGlobal(place.topLeft()), place.size())

    def at(self, x: int, y: int) -> Key | None:
        """The innermost card or frame at a place of the screen."""
        point = self.view.mapToScene(self.view.viewport().mapFromGlobal(QPoint(x, y)))
        return next(
            (
                name
                for name in (*self.scene.cards, *reversed(self.scene.frames))
                if self.scene.rect_of(name).contains(point)
            ),
            None,
        )

    def _in_view(self, key: Key) -> QRect:
        if self.place(key) < 0:
            return QRect()
        if isinstance(key, Wire):
            place = self.scene.wires[key].sceneBoundingRect()
        else:
            place = self.scene.rect_of(key)
        return self.view.mapFromScene(place).boundingRect()


_NOTHING = Spoken("", "")


class _Actions(QAccessibleActionInterface):
    """What a screen reader can do with a card, frame or wire."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self._voice = voice

    def actionNames(self) -> list[str]:
        return self._voice.voices.actions(self._voice.key) if Shiboken.isValid(self._voice) else []

    def doAction(self, name: str) -> None:
        if name in self.actionNames():
            self._voice.voices.wished.emit(self._voice.key, name)

    def keyBindingsForAction(self, name: str) -> list[str]:
        return []


class _Part(QAccessibleObject):
    """A card, frame or wire."""

    def __init__(self, voice: Voice) -> None:
        super().__init__(voice)
        self._actions = _Actions(voice)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> object:  # type: ignore[override]
        return self._actions if kind == QAccessible.InterfaceType.ActionInterface else None

    def _voice(self) -> Voice:
        voice = self.object()
        assert isinstance(voice, Voice)
        return voice

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        voice = self._voice()
        spoken = voice.voices.spoken(voice.key)
        if kind == QAccessible.Text.Name:
            return spoken.name
        return spoken.description if kind == QAccessible.Text.Description else ""

    def state(self) -> QAccessible.State:
        voice = self._voice()
        return voice.voices.state(voice.key)

    def rect(self) -> QRect:
        voice = self._voice()
        return voice.voices.rect(voice.key)

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._voice().voices.view)

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1


class _Canvas(QAccessibleWidget):
    """The list of all parts."""

    def __init__(self, view: QGraphicsView, voices: Voices) -> None:
        super().__init__(view, QAccessible.Role.List)
        self._voices = voices

    def childCount(self) -> int:
        return len(self._voices.keys)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        keys = self._voices.keys
        return self._part(keys[index]) if 0 <= index < len(keys) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        voice = child.object()
        return self._voices.place(voice.key) if isinstance(voice, Voice) else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        key = self._voices.at(x, y)
        return None if key is None else self._part(key)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        focused = self._voices.focused
        if focused is None or not self._voices.view.hasFocus():
            return None
        return self._part(focused)

    def _part(self, key: Key) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._voices.of(key))


_all: WeakSet[Voices] = WeakSet()
_speaks = True


@cache
def _install() -> None:
    """Tells Qt, once, who speaks for canvases and their parts."""
    QAccessible.installFactory(_speaker)
    # Python frees what it made for Qt at its end, and Qt would then use it once more
    atexit.register(_end)


def _speaker(_: str, thing: QObject | None) -> QAccessibleInterface | None:
    if not _speaks:
        return None
    if isinstance(thing, Voice):
        return _Part(thing)
    if isinstance(thing, QGraphicsView):
        voices = thing.findChild(Voices, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return None if voices is None else _Canvas(thing, voices)
    return None


def _end() -> None:
    global _speaks
    for voices in list(_all):
        if Shiboken.isValid(voices):
            voices.fall_silent()
    _speaks = False
