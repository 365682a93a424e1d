"""The commands that edit what is selected on the canvas: each asks for another network, or says why not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from networks.core.message import Message, UserError, message
from networks.graph import fragments
from networks.graph.presentation import Folding
from widgets.canvas.input import clipboard, wishes
from widgets.canvas.input.wishes import Edit, Wish
from widgets.canvas.scene import CanvasScene


class Editing(QObject):
    """Makes edits of the network that a scene shows.

    `edited(network, text)` asks for a new network, `refused(message)` says why an edit could not be made.
    """

    edited = Signal(object, str)
    refused = Signal(object)

    def __init__(self, scene: CanvasScene, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scene = scene
        self._asked: Edit | None = None

    def take_answer(self) -> Edit | None:
        """The edit that was just asked for, if the network shown now is the answer to it."""
        asked, self._asked = self._asked, None
        return asked

    @Slot(object)
    def add(self, thing: wishes.Thing) -> None:
        """Adds a layer or block behind the selection, on the selected wire, or at the end; selects it."""
        names, wires = self._scene.selected, self._scene.selected_wires
        if wires and not names:
            self._try(lambda folding: wishes.insert(folding, thing, wires[0]))
        else:
            self._try(lambda folding: wishes.add(folding, thing, names))

    @Slot()
    def delete(self) -> None:
        """Takes out the selected layers and wires; neighbours are joined."""
        names, wires = self._scene.selected, self._scene.selected_wires
        if names or wires:
            self._try(lambda folding: wishes.delete(folding, names, wires))

    @Slot()
    def duplicate(self) -> None:
        """Copies the selected layers behind themselves."""
        if names := self._selected_or_refused():
            self._try(lambda folding: wishes.duplicate(folding, names))

    @Slot()
    def copy(self) -> None:
        """Puts the selected layers on the clipboard."""
        if names := self._selected_or_refused():
            folding = self._scene.folding
            clipboard.put(fragments.fragment(folding.network, folding.nodes(names)))

    @Slot()
    def cut(self) -> None:
        """Moves the selected layers to the clipboard."""
        self.copy()
        if names := self._scene.selected:
            self._try(lambda folding: wishes.cut(folding, names))

    @Slot()
    def paste(self) -> None:
        """Puts what is on the clipboard behind the selection."""
        self._try(lambda folding: wishes.paste(folding, clipboard.take(), self._scene.selected))

    def group(self, name: str) -> None:
        """Folds the selected layers into a group."""
        self._try(lambda folding: wishes.group(folding, self._scene.selected, name))

    @Slot()
    def ungroup(self) -> None:
        """Takes the selected groups and blocks apart."""
        wish = wishes.ungroup(self._scene.folding, self._scene.selected)
        self.ask(wish or message("No group is selected: click one first."))

    def ask(self, wish: Wish) -> None:
        """Sends it out. Nothing may follow in an event handler: the answer can replace every item."""
        if isinstance(wish, Message):
            self.refused.emit(wish)
        elif wish.network != self._scene.network:
            self._asked = wish
            self.edited.emit(wish.network, wish.text)
            self._asked = None
        if self._scene.previewing:
            self._scene.preview(None)  # nobody has made the edit

    def _selected_or_refused(self) -> tuple[str, ...]:
        names = self._scene.selected
        if not names:
            self.ask(message("Nothing is selected: click a layer first."))
        return names

    def _try(self, make: Callable[[Folding], Edit]) -> None:
        try:
            wish: Wish = make(self._scene.folding)
        except UserError as error:
            wish = error.reason
        self.ask(wish)
