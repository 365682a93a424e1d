"""What features share: the session, the state that they are shown, and everything that they may ask for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.feature.probed import Probed
from app.feature.shown import Shown
from app.feature.turns import Turns
from app.probing.probing import Probing, Subject
from app.session.document import Document
from app.session.file_writer import FileWriter
from app.session.files import Files
from app.session.my_blocks import MyBlocks
from app.session.settings import Settings
from app.training.project_runs import ProjectRuns
from app.training.trainer import Trainer
from networks.blocks.base import Block
from networks.core.finding import Finding, Mend, advice
from networks.core.message import Message
from networks.doctor.findings import findings
from networks.graph.check import Report, check
from networks.graph.network import Network
from networks.graph.presentation import Folding
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Layer
from networks.project.fitting_data import fitted
from networks.project.project import Project
from networks.recipes.datasets import Dataset
from networks.recipes.recipe import Recipe
from networks.recipes.steering import Running
from networks.runs.record import Record
from widgets.look.translation import said

NOTICE, OUTCOME, LASTING = 8_000, 15_000, 0
"""Milliseconds for which a sentence is shown in the status line; 0 means until the next one."""


class Desk(QObject):
    """Stands between the features, so that none needs to know another or the window."""

    changed = Signal()
    """`shown` has been replaced."""
    recorded = Signal()
    """The records in `shown` have told more. Comes up to ten times a second while a run goes on."""
    torch_loaded = Signal()
    """torch has been imported; little will be imported after it."""
    made_ahead = Signal()
    """All that may be opened is imported and made; what a person does now adds little that stays."""

    # requests; whoever can fulfil them connects to these
    told = Signal(str, int, object)
    """A sentence for the status line, for how many milliseconds it is shown, and a tuple of shorter ones."""
    reveal_wished = Signal(str)
    adding_wished = Signal(object)
    start_wished = Signal()
    difference_wished = Signal(object)
    """An earlier network: what differs from it is to be seen."""
    network_fitted = Signal(object)
    """The network was fitted to another data set; the project as it would be if it had not been."""
    images_wished = Signal(object)
    """The data set whose images are to be read in the background; the state is judged again afterwards."""
    folder_wished = Signal()
    """The user is to be asked for a folder of pictures, which then becomes the data set."""
    images_unread = Signal(object, object)
    """A data set whose images could not be read, and the Message that says why."""
    images_changed = Signal()
    """The images of the data set may be others now: files have come, gone or changed."""
    picture_tried = Signal(object)
    """Pixels height×width×channels of a picture that goes to the test bench."""
    comparison_wished = Signal(object)
    """The rounds of a comparison that is to be trained."""
    grid_wished = Signal()
    """The selected layer's window is to be seen on a small grid."""
    step_wished = Signal()
    """Exactly one batch is to be trained, and told."""
    sweep_wished = Signal(object)
    """The queue of a sweep whose runs are to be trained."""
    curves_wished = Signal(object)
    """The ids of runs whose curves are to be seen, and no others."""
    steps_wished = Signal(object)
    """Projects of which some steps are to be measured, while nothing trains."""
    steps_timed = Signal(object)
    """What came of that: a `Timed` for each project of which it was possible."""
    changes_wished = Signal(str, str)
    """The ids of a run and of an earlier one: what the first gets right or wrong instead is to be seen."""
    drawn_changed = Signal()
    """The curves of other runs are `drawn` from now on."""
    results_wished = Signal(str)
    """The id of a run whose results are to be seen."""
    picture_chosen = Signal(int)
    """The index in the data set of a picture that somebody looks at: it becomes the probe."""
    xray_switched = Signal(bool)
    """Whether the cards on the canvas are to show their inside."""
    sight_changed = Signal(object)
    """The names of the layers whose outputs the cards in sight show; empty while they do not show any."""
    views_shown = Signal(object, object)
    """The views that the cards are to show, or None, and how: an `XRay` and a `Look`."""
    canvas_wished = Signal()
    """The canvas is to be seen, also beside a tab that has folded it."""
    probe_wished = Signal()
    """The cards are to show their inside: somebody wants to look into the network."""
    probed_changed = Signal()
    """There is another `probed`."""
    place_chosen = Signal(object)
    """The `ValuePlace` that somebody points at or walks to; all that show numbers of the network follow."""
    reach_shown = Signal(object)
    """The `Reach` that the cards are to show: what one number sees of the layers before it; or None."""
    way_shown = Signal(object)
    """The names of the layers that matter for what is shown now, where cards stand small; None for all."""
    explanation_wished = Signal(object)
    """A `ValuePlace`: where this number comes from is to be shown."""
    gradient_of_step_wished = Signal(object)
    """A `StepGradient`: where a gradient of a step's batch comes from is to be shown."""
    largest_wished = Signal(str)
    """The name of a layer: where the largest number that leaves it comes from is to be shown."""
    heat_wished = Signal()
    """What the network looks at in the probe is to be shown."""
    panel_wished = Signal(str)
    """The name of a panel that is to be opened and brought into view."""

    def __init__(
        self,
        project: Project,
        window: QWidget,
        settings: Settings | None = None,
        folder: Path | None = None,
    ) -> None:
        """`folder` replaces the usual folder for the user's data."""
        super().__init__(window)
        self.window = window
        """The parent of dialogs."""
        self.settings = settings or Settings(parent=self)
        self.document = Document(project, self)
        self.files = Files(self.document, window, self.settings, folder)
        self.writer = FileWriter(self)
        self.my_blocks = MyBlocks(self, None if folder is None else folder / "my-blocks.json")
        self.trainer = Trainer(self)
        self.turns = Turns(self)
        """What is shown after the canvas, as soon as nothing else is to be done."""
        self.runs = ProjectRuns(self.trainer.move, self)
        """All runs of the project, also those of former days and of other processes."""
        self.drawn: dict[str, int] = {}
        """The ids of the runs whose curves are drawn, with the number that gives each its colour."""
        self._lit: dict[str, frozenset[str]] = {}
        self.probed: Probed | None = None
        """The picture that is followed through the network; None while nothing is looked at."""
        self.probing = Probing(self.trainer, self.runs, self)
        """Follows the picture, with whatever weights, for all parts of the window."""
        self.probing.images_wished.connect(self.images_wished)
        self.probing.troubled.connect(self.say)
        self.recorded.connect(self.probing.refresh)
        self.images_changed.connect(self.probing.refresh)
        self.picture_chosen.connect(self.probing.choose_row)
        self.shown = _first(self.document.project)
        self._show_to_probing()
        self.document.changed.connect(self._follow_document)
        history = self.document.history
        for moved in (history.indexChanged, history.undoTextChanged, history.redoTextChanged):
            moved.connect(self._follow_history)

    # the state

    @Slot(object, object)
    def _follow_document(self, old: Project, new: Project) -> None:
        same = self.shown.network == new.network and self.shown.classes == new.classes
        report, found = _judged(new, self.shown.report if same else None)
        self._show(replace(self.shown, project=new, report=report, findings=found))

    @Slot()
    def _follow_history(self) -> None:
        history = self.document.history
        undo = history.undoText() if history.canUndo() else ""
        redo = history.redoText() if history.canRedo() else ""
        if (undo, redo) != (self.shown.undo, self.shown.redo):
            self._show(replace(self.shown, undo=undo, redo=redo))

    def follow_picture(self, dataset: Dataset | None, row: int) -> None:
        """Makes a picture the probe and shows the cards' inside, if the project has this data set."""
        if dataset != self.shown.recipe.data.dataset:
            self.say(self.tr("The picture is of another data set than the project’s."))
            return
        self.picture_chosen.emit(row)
        self.probe_wished.emit()

    def judge_again(self) -> None:
        """Finds anew what is wrong with the project: something outside of it has changed, such as files."""
        report, found = _judged(self.shown.project, None)
        self._show(replace(self.shown, report=report, findings=found))

    def show_canvas(self, folding: Folding, selection: tuple[str, ...]) -> None:
        """Says how the network is folded on the canvas, and which cards and frames are selected."""
        if folding is not self.shown.folding or selection != self.shown.selection:
            self._show(replace(self.shown, folding=folding, selection=selection))

    def show_devices(self, devices: tuple[str, ...]) -> None:
        """Says that torch is loaded and finds these devices."""
        self._show(replace(self.shown, devices=devices))
        self.torch_loaded.emit()

    def show_running(self, running: Running | None) -> None:
        """Says which run goes on, and with which recipe."""
        if running != self.shown.running:
            self._show(replace(self.shown, running=running))

    def show_records(self, records: tuple[Record, ...]) -> None:
        """Says which runs there are, and that they may have told more."""
        if records != self.shown.records:
            self._show(replace(self.shown, records=records))
        self.recorded.emit()

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self._show_to_probing()
        self.changed.emit()

    def _show_to_probing(self) -> None:
        shown = self.shown
        self.probing.show(Subject(shown.project, shown.report, shown.findings, shown.devices is not None))

    def show_drawn(self, drawn: dict[str, int]) -> None:
        """Says which runs' curves are drawn, with the numbers that give them their colours."""
        if drawn != self.drawn:
            self.drawn = drawn
            self.drawn_changed.emit()

    def show_probed(self, probed: Probed | None) -> None:
        """Says which picture is followed through the network now, and with which weights."""
        self.probed = probed
        self.probed_changed.emit()

    def light(self, who: str, layers: frozenset[str] | None) -> None:
        """Says which layers matter for what a part of the window shows; None where it is not seen.

        Where several are seen, cards stand out for the one that spoke last.
        """
        before = next(reversed(self._lit.values()), None)
        self._lit.pop(who, None)
        if layers is not None:
            self._lit[who] = layers
        now = next(reversed(self._lit.values()), None)
        if now != before:
            self.way_shown.emit(now)

    # requests

    @Slot(object, str)
    @Slot(object, str, str)
    def edit_network(self, network: Network, text: str, merge: str = "") -> None:
        """Replaces the network, as one undoable step named `text` (translated).

        Successive edits with the same `merge` key become one step.
        """
        self.document.edit(replace(self.document.project, network=network), text, merge)

    @Slot(object, str, str)
    def edit_recipe(self, recipe: Recipe, text: str, merge: str = "") -> None:
        """Replaces the recipe, in the same way. The same step fits the network to images of another kind."""
        before = self.document.project
        project = replace(before, recipe=recipe)
        if recipe.data.dataset.kind() == before.recipe.data.dataset.kind():
            self.document.edit(project, text, merge)
            return
        fitting = fitted(project)
        self.document.edit(fitting, text, merge)
        if fitting.network != project.network:
            self.network_fitted.emit(project)

    @Slot(object)
    def mend(self, mend: Mend) -> None:
        """Does what mends something that was found, as one undoable step."""
        self.document.edit(mend.applied(self.shown.project), said(mend.words))

    @Slot(object)
    def say(
        self, sentence: Message | str, milliseconds: int = NOTICE, shorter: Sequence[Message] = ()
    ) -> None:
        """Shows a sentence in the status line for a while, or a `shorter` one where it has no room."""
        words = said(sentence) if isinstance(sentence, Message) else sentence
        self.told.emit(words, milliseconds, tuple(said(form) for form in shorter))

    def reveal(self, name: str) -> None:
        """Selects a layer, or the card that it is folded into, and centres the canvas on it."""
        self.reveal_wished.emit(name)

    def add(self, thing: Layer | Block | SavedBlock) -> None:
        """Adds a layer or a block after the selection, or at the end."""
        self.adding_wished.emit(thing)

    def open_panel(self, name: str) -> None:
        """Opens a panel and brings it into view, also where the window is too narrow to show it always."""
        self.panel_wished.emit(name)

    def show_difference(self, before: Network) -> None:
        """Brings into view where the network differs from this earlier one."""
        self.difference_wished.emit(before)

    @Slot()
    def show_from_start(self) -> None:
        """Shows the network from its top, because another one was loaded."""
        self.start_wished.emit()


def _first(project: Project) -> Shown:
    report, found = _judged(project, None)
    return Shown(project, report, found, Folding(project.network, report))


def _judged(project: Project, known: Report | None) -> tuple[Report, tuple[Finding, ...]]:
    """How the network fits, with the advice that cards show, and all that was found."""
    report = known or check(project.network, project.classes)
    found = findings(project, report)
    return replace(report, advice=advice(found)), found
