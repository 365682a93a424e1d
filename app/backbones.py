"""The menu of backbones at work: presets and imports come into the document, shortcuts go and come back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QThread, Signal, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from app.document import Document
from networks.message import Message, UserError, message
from networks.network import Network
from networks.presets.base import Preset
from networks.presets.catalog import families
from networks.project import Project
from networks.recipe import RANDOM, Recipe
from networks.shortcuts import with_shortcuts, without_shortcuts
from networks.torchvision_models import MODELS
from widgets.backbone_browser import BackboneBrowser
from widgets.backbones.entries import Entry, Importable
from widgets.icon import icon
from widgets.translation import declared, said

LOG = logging.getLogger("backbone")

replace = msgspec.structs.replace

Build = Callable[[str], Network]
"""Makes a network of a model's name; raises UserError where that cannot be. It is called in a thread."""


class Backbones(QObject):
    """Opens the menu and grants its wishes, each as one step that can be undone."""

    loaded = Signal()
    """Another network was put in place: show it from its top."""
    refused = Signal(object)
    """A Message: why nothing was done."""

    def __init__(
        self, document: Document, models: Mapping[str, str], build: Build, parent: QWidget | None = None
    ) -> None:
        """`models` are those that can be imported, names and titles, and `build` imports one."""
        super().__init__(parent)
        self._document, self._window = document, parent
        self._models, self._build = models, build
        self._browser: BackboneBrowser | None = None
        self._wanted: Importable | None = None
        self._thread: _ImportThread | None = None
        self.button = _button(self.tr("Backbones"))
        self.button.setToolTip(self.tr("Networks of the papers, and models of torchvision"))
        self.button.clicked.connect(self.open)
        document.changed.connect(self._follow_classes)

    @Slot()
    def open(self) -> None:
        """Shows the menu below the button, as far as the screen allows."""
        if self._browser is None:
            self._browser = self._make_browser()
        self._browser.show_for(self._document.project.classes)
        if self._wanted is None and self.button.isVisible():
            self._place(self._browser)

    @Slot(object, bool)
    def load(self, preset: Preset, with_recipe: bool) -> None:
        """Puts a preset in place of the network. The data and the machine's settings stay."""
        project = loaded(self._document.project, preset, with_recipe)
        self._put(project, self.tr("Load {name}").format(name=declared(preset.name)))

    @Slot(object)
    def import_model(self, wanted: Importable) -> None:
        """Imports a model in the background; the menu says how it goes, and can be cancelled."""
        self._wanted = wanted
        if self._browser is not None:
            self._browser.show_importing(wanted)
        # a trace that was cancelled cannot be stopped, and torch.fx traces one module at a time
        if self._thread is None:
            self._start(wanted)

    @Slot()
    def cancel(self) -> None:
        """Whatever is being imported is not wanted any more."""
        self._wanted = None
        if self._browser is not None:
            self._browser.show_importing(None)

    @Slot()
    def remove_shortcuts(self) -> None:
        """Makes the network its plain twin."""
        self._edit(without_shortcuts, self.tr("Remove all shortcut connections"))

    @Slot()
    def restore_shortcuts(self) -> None:
        """Gives the residual blocks the shortcuts back that were taken from them."""
        self._edit(with_shortcuts, self.tr("Restore all shortcut connections"))

    def close(self) -> None:
        """Waits for a model that is being imported, and drops it."""
        self._wanted = None
        if self._thread is not None:
            self._thread.wait()
            self._end()

    def _edit(self, edit: Callable[[Network, int], Network], text: str) -> None:
        project = self._document.project
        try:
            network = edit(project.network, project.classes)
        except UserError as error:
            self.refused.emit(error.reason)
            return
        self._document.edit(replace(project, network=network), text)

    def _put(self, project: Project, text: str) -> None:
        if self._browser is not None:
            self._browser.accept()
        self._document.edit(project, text)
        self.loaded.emit()

    def _start(self, wanted: Importable) -> None:
        self._thread = _ImportThread(wanted, self._build, self)
        self._thread.finished.connect(self._end)
        self._thread.start()

    @Slot()
    def _end(self) -> None:
        thread, wanted = self._thread, self._wanted
        if thread is None:
            return
        thread.wait()
        self._thread = None
        thread.deleteLater()
        if wanted is None:
            return
        if wanted != thread.wanted:
            self._start(wanted)
            return
        self.cancel()
        if thread.network is not None:
            project = replace(self._document.project, network=thread.network)
            self._put(project, self.tr("Import {name}").format(name=wanted.title))
        elif thread.problem is not None and self._browser is not None:
            self._browser.say(said(thread.problem))

    @Slot(object, object)
    def _follow_classes(self, old: Project, new: Project) -> None:
        if self._browser is not None and old.classes != new.classes:
            self._browser.show_classes(new.classes)

    def _make_browser(self) -> BackboneBrowser:
        headings: dict[str, tuple[Entry, ...]] = dict(families())
        if self._models:
            headings[self.tr("From torchvision")] = tuple(
                Importable(name, title) for name, title in self._models.items()
            )
        browser = BackboneBrowser(headings, self._window)
        browser.load_wished.connect(self.load)
        browser.import_wished.connect(self.import_model)
        browser.rejected.connect(self.cancel)
        return browser

    def _place(self, browser: BackboneBrowser) -> None:
        corner = self.button.mapToGlobal(QPoint(0, self.button.height() + 4))
        place = QRect(corner, browser.size())
        screen = self.button.screen().availableGeometry()
        place.moveRight(min(place.right(), screen.right()))
        place.moveBottom(min(place.bottom(), screen.bottom()))
        browser.move(max(place.left(), screen.left()), max(place.top(), screen.top()))


class _ImportThread(QThread):
    """Makes one network; torch is imported here where that has not been done yet."""

    def __init__(self, wanted: Importable, build: Build, parent: QObject) -> None:
        super().__init__(parent)
        self.wanted, self._build = wanted, build
        self.network: Network | None = None
        self.problem: Message | None = None

    def run(self) -> None:
        try:
            self.network = self._build(self.wanted.name)
        except UserError as error:
            self.problem = error.reason
        except BaseException as error:
            LOG.exception("%s could not be imported", self.wanted.name)
            reason = f"{type(error).__name__}: {error}"
            self.problem = message(
                "“{name}” could not be imported: {reason}.", name=self.wanted.title, reason=reason
            )


def loaded(project: Project, preset: Preset, with_recipe: bool) -> Project:
    """The project with the preset's network and, if wished, its recipe.

    What the recipe says of the data, the seed and the machine stays as it is.
    """
    own = project.recipe
    recipe: Recipe | None = preset.recipe if with_recipe else None
    if recipe is not None:
        own = replace(recipe, data=own.data, seed=own.seed, device=own.device, threads=own.threads)
    # weights that were named for the network before are not this one's
    return replace(project, network=preset.network(), recipe=replace(own, start=RANDOM))


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("backbones")
    button.setText(text)
    button.setIcon(icon("chevron-down"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    # the arrow stands behind the word
    button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    button.setProperty("outlined", True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def import_titles() -> dict[str, str]:
    """The models that can be imported: torchvision's names, and those that people know."""
    return {name: model.title for name, model in MODELS.items()}


def import_model(name: str) -> Network:
    """Imports one of them; needs torch and up to some seconds, so for a thread. Raises UserError."""
    from networks.importing.torchvision_model import torchvision_network

    return torchvision_network(name)
