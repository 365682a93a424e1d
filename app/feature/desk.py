"""What features share: the session, what is shown, and all that a feature may wish for."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.feature.shown import Shown
from app.session.document import Document
from app.session.files import Files
from app.session.my_blocks import MyBlocks
from app.session.settings import Settings
from app.training.trainer import Trainer
from networks.blocks.base import Block
from networks.core.message import Message
from networks.doctor.findings import obstacle
from networks.graph.check import check
from networks.graph.network import Network
from networks.graph.presentation import Folding
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Layer
from networks.project.project import Project
from networks.recipes.recipe import Recipe
from widgets.look.translation import said

NOTICE, OUTCOME, LASTING = 8_000, 15_000, 0
"""Milliseconds for which a sentence stands in the status line; 0 until the next one."""


class Desk(QObject):
    """Lies between the features: each finds here what it needs, and none needs to know another."""

    changed = Signal()
    """`shown` is another one now."""
    torch_loaded = Signal()
    """torch is imported, and what is imported from now on is little."""

    # wishes; features that can grant them connect to these
    told = Signal(str, int)
    """A sentence for the status line, and for how many milliseconds."""
    reveal_wished = Signal(str)
    adding_wished = Signal(object)
    start_wished = Signal()

    def __init__(
        self,
        project: Project,
        window: QWidget,
        settings: Settings | None = None,
        folder: Path | None = None,
    ) -> None:
        """Files of the user go to `folder` instead of the usual one."""
        super().__init__(window)
        self.window = window
        """For dialogs, which need a window to stand before."""
        self.settings = settings or Settings()
        self.document = Document(project, self)
        self.files = Files(self.document, window, self.settings, folder)
        self.my_blocks = MyBlocks(self, None if folder is None else folder / "my-blocks.json")
        self.trainer = Trainer(self)
        self.shown = _first(self.document.project)
        self.document.changed.connect(self._follow_document)
        history = self.document.history
        for moved in (history.indexChanged, history.undoTextChanged, history.redoTextChanged):
            moved.connect(self._follow_history)

    # what is shown

    @Slot(object, object)
    def _follow_document(self, old: Project, new: Project) -> None:
        same = self.shown.network == new.network and self.shown.classes == new.classes
        report = self.shown.report if same else check(new.network, new.classes)
        self._show(replace(self.shown, project=new, report=report, obstacle=obstacle(new, report)))

    @Slot()
    def _follow_history(self) -> None:
        history = self.document.history
        undo = history.undoText() if history.canUndo() else ""
        redo = history.redoText() if history.canRedo() else ""
        if (undo, redo) != (self.shown.undo, self.shown.redo):
            self._show(replace(self.shown, undo=undo, redo=redo))

    def show_canvas(self, folding: Folding, selection: tuple[str, ...]) -> None:
        """The network is folded like this on the canvas, and these cards and frames are selected."""
        if folding is not self.shown.folding or selection != self.shown.selection:
            self._show(replace(self.shown, folding=folding, selection=selection))

    def show_devices(self, devices: tuple[str, ...]) -> None:
        """torch is loaded and finds these devices."""
        self._show(replace(self.shown, devices=devices))
        self.torch_loaded.emit()

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self.changed.emit()

    # what is wished

    @Slot(object, str)
    @Slot(object, str, str)
    def edit_network(self, network: Network, text: str, merge: str = "") -> None:
        """Makes the network another one, as one step of the history named `text` (translated).

        Steps in a row with the same `merge` key become one.
        """
        self.document.edit(replace(self.document.project, network=network), text, merge)

    @Slot(object, str, str)
    def edit_recipe(self, recipe: Recipe, text: str, merge: str = "") -> None:
        """The same for the recipe."""
        self.document.edit(replace(self.document.project, recipe=recipe), text, merge)

    @Slot(object)
    def say(self, sentence: Message | str, milliseconds: int = NOTICE) -> None:
        """Shows a sentence in the status line, which goes away by itself."""
        self.told.emit(said(sentence) if isinstance(sentence, Message) else sentence, milliseconds)

    def reveal(self, name: str) -> None:
        """Shows a layer in the middle of the canvas, or the card that it is folded into, and selects it."""
        self.reveal_wished.emit(name)

    def add(self, thing: Layer | Block | SavedBlock) -> None:
        """Adds a layer or a block behind the selection, or at the end."""
        self.adding_wished.emit(thing)

    @Slot()
    def show_from_start(self) -> None:
        """Shows the network as if it were seen for the first time, because another one was put in place."""
        self.start_wished.emit()


def _first(project: Project) -> Shown:
    report = check(project.network, project.classes)
    return Shown(project, report, obstacle(project, report), Folding(project.network, report))
