"""Backbones: presets and imported models come into the document, shortcuts go and come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QToolButton

from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import OUTCOME, Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Piece, Spot
from app.feature.shown import Shown
from app.features.building.imports import Build, Imported, Imports, import_model, importables
from networks.core.message import Message, UserError, visible
from networks.graph.network import Network
from networks.graph.shortcuts import with_shortcuts, without_shortcuts
from networks.presets.base import Preset
from networks.project.project import Project
from networks.recipes.learning_section import RANDOM
from widgets.backbones.entries import Entry, Importable
from widgets.look.icon import icon, put_beside_words
from widgets.look.translation import declared, said

if TYPE_CHECKING:
    from widgets.backbones.browser import BackboneBrowser

PAUSE = 250
"""Milliseconds for which a model stays selected before it is imported for its preview."""


class Backbones(Feature):
    """Opens the menu and does what is chosen there, each time as one step that can be undone."""

    loaded = Signal()
    """A different network was loaded or imported."""
    refused = Signal(object)
    """The Message that says why nothing was done."""

    def __init__(
        self,
        desk: Desk,
        models: Callable[[], Sequence[Importable]] = importables,
        build: Build = import_model,
    ) -> None:
        """`models` lists what can be imported, and `build` imports one of these by its name."""
        super().__init__(desk)
        self._document = desk.document
        self._models = models
        self._imports = Imports(build, self)
        self._imports.made.connect(self._take)
        self._browser: BackboneBrowser | None = None
        self._wanted: Importable | None = None
        self._shown: Importable | None = None
        self.pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.pause.timeout.connect(self._ask)
        self.button = _button(self.tr("Backbones"))
        self.button.setToolTip(self.tr("Networks of the papers, and models of torchvision"))
        self.button.clicked.connect(self.open)
        self.loaded.connect(desk.show_from_start)
        self.refused.connect(desk.say)

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.BAR, self.button),)

    def commands(self) -> tuple[MenuEntry, ...]:
        section = Section.SHORTCUTS
        return (
            Command("backbones", Section.PROJECT, self.tr("&Backbones…"), self.open, ("Ctrl+B",)),
            Command("remove_shortcuts", section, self.tr("&Remove all shortcuts"), self.remove_shortcuts),
            Command("restore_shortcuts", section, self.tr("R&estore all shortcuts"), self.restore_shortcuts),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("In the menu of backbones")
        return (
            Gesture(where, self.tr("Choose a backbone"), ("Up", "Down", "PgUp", "PgDown")),
            Gesture(
                where,
                self.tr("Load or import the chosen backbone"),
                ("Return", "Enter"),
                self.tr("double-click"),
            ),
            Gesture(where, self.tr("Close the menu"), ("Esc",)),
        )

    def show(self, old: Shown | None, new: Shown) -> None:
        if self._browser is not None and new.news(old, "classes"):
            self._browser.show_classes(new.classes)

    @Slot()
    def open(self) -> None:
        """Shows the menu below its button, or as near to it as the screen allows."""
        if self._browser is None:
            self._browser = self._make_browser()
        self._browser.show_for(self._document.project.classes)
        if self._wanted is None and self.button.isVisible():
            self._place(self._browser)

    @Slot(object, bool)
    def load(self, preset: Preset, with_recipe: bool) -> None:
        """Replaces the network by a preset. The data and the settings of the machine stay."""
        project = loaded(self._document.project, preset, with_recipe)
        self._put(project, self.tr("Load {name}").format(name=declared(preset.name)))

    @Slot(object)
    def import_model(self, wanted: Importable) -> None:
        """Replaces the network by a model: at once if its preview was shown, else when it has been imported.

        Meanwhile the menu shows that it is being imported, and how to cancel.
        """
        imported = self._imports.found(wanted)
        if imported is not None:
            self._put_import(wanted, imported.network)
            return
        self._wanted = wanted
        if self._browser is not None:
            self._browser.show_importing(wanted)
        self._ask()

    @Slot()
    def cancel(self) -> None:
        """Gives up the import and the preview that are under way."""
        self._shown = None
        self.pause.stop()
        self._give_up()
        self._ask()

    @Slot()
    def remove_shortcuts(self) -> None:
        """Turns the network into its plain twin, without shortcuts."""
        self._edit(without_shortcuts, self.tr("Remove all shortcuts"))

    @Slot()
    def restore_shortcuts(self) -> None:
        """Puts back the shortcuts that were removed from residual blocks."""
        self._edit(with_shortcuts, self.tr("Restore all shortcuts"))

    def close(self) -> None:
        """Waits for the import that is under way, and drops its result."""
        self._wanted = self._shown = None
        self.pause.stop()
        self._imports.close()

    def _edit(self, edit: Callable[[Network, int], Network], text: str) -> None:
        project = self._document.project
        try:
            network = edit(project.network, project.classes)
        except UserError as error:
            self.refused.emit(error.reason)
            return
        self._document.edit(replace(project, network=network), text)

    def _put(self, project: Project, text: str) -> None:
        # what the file lacks would be left in the history alone, and be gone with the next start
        if self._document.path is not None and not self.desk.files.may_discard():
            return
        if self._browser is not None:
            self._browser.accept()
        before, unsaved = self._document.path, self._document.path is None and self._document.modified
        # another network is another project: Ctrl+S must not put it into the file of the one before
        self._document.edit(project, text, detached=True)
        self.loaded.emit()
        if before is not None and self._document.path is None:
            self.desk.say(
                self.tr(
                    "This is a new project without a file; “{name}” stays as it is. Undo goes back to it."
                ).format(name=visible(before.name)),
                OUTCOME,
            )
        elif unsaved:
            # nothing is asked, so that one can look at one network after another
            self.desk.say(self.tr("{what}. Undo goes back to what was not saved.").format(what=text), OUTCOME)

    def _put_import(self, model: Importable, network: Network) -> None:
        project = replace(self._document.project, network=network)
        self._put(project, self.tr("Import {name}").format(name=model.title))

    @Slot(object)
    def _look(self, entry: Entry | None) -> None:
        """Shows the preview of the selected model, as soon as there is one."""
        self._shown = entry if isinstance(entry, Importable) else None
        self.pause.stop()
        if self._shown is not None:
            imported = self._imports.found(self._shown)
            if imported is None:
                self.pause.start()
            elif self._browser is not None:
                self._browser.show_network(self._shown, *imported)
        self._ask()

    @Slot()
    def _ask(self) -> None:
        """Imports the chosen model first, then the one whose preview is shown."""
        shown = None if self.pause.isActive() else self._shown
        self._imports.ask([model for model in (self._wanted, shown) if model is not None])

    @Slot(object, object)
    def _take(self, model: Importable, outcome: Imported | Message) -> None:
        wished = model == self._wanted
        if wished:
            self._give_up()
        if isinstance(outcome, Imported):
            if wished:
                self._put_import(model, outcome.network)
            elif model == self._shown and self._browser is not None:
                self._browser.show_network(model, *outcome)
        elif self._browser is not None and (wished or model == self._shown):
            self._browser.show_problem(model, said(outcome))

    def _give_up(self) -> None:
        self._wanted = None
        if self._browser is not None:
            self._browser.show_importing(None)

    def _make_browser(self) -> BackboneBrowser:
        # imported late, so that the window opens sooner
        from networks.presets.catalog import families
        from widgets.backbones.browser import BackboneBrowser

        headings: dict[str, tuple[Entry, ...]] = dict(families())
        if models := self._models():
            headings[self.tr("From torchvision")] = tuple(models)
        browser = BackboneBrowser(headings, self.desk.window)
        browser.load_wished.connect(self.load)
        browser.import_wished.connect(self.import_model)
        browser.looked_at.connect(self._look)
        browser.finished.connect(self.cancel)
        return browser

    def _place(self, browser: BackboneBrowser) -> None:
        corner = self.button.mapToGlobal(QPoint(0, self.button.height() + 4))
        place = QRect(corner, browser.size())
        screen = self.button.screen().availableGeometry()
        place.moveRight(min(place.right(), screen.right()))
        place.moveBottom(min(place.bottom(), screen.bottom()))
        browser.move(max(place.left(), screen.left()), max(place.top(), screen.top()))


def loaded(project: Project, preset: Preset, with_recipe: bool) -> Project:
    """The project with the preset's network and, if wished, its recipe.

    What the recipe says of the data, the seed and the machine stays as it is.
    """
    own = project.recipe
    learning = own.learning
    if with_recipe and preset.recipe is not None:
        learning = replace(preset.recipe.learning, seed=learning.seed)
    # published weights that were chosen for the network before are not made for this one
    learning = replace(learning, start=RANDOM)
    return replace(project, network=preset.network(), recipe=replace(own, learning=learning))


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("backbones")
    button.setText(text)
    button.setIcon(icon("backbones"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    put_beside_words(button)
    button.setProperty("outlined", True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
