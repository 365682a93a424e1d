"""The window: builds widgets, document and trainer and connects them; the one file that knows them all."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from app.feature.commands import Menu, commands, make_action, menu_titles
from app.features import about
from app.features.appearance import apply_theme, theme_menu
from app.features.backbones import Backbones
from app.features.canvas_menu import CanvasMenu
from app.features.exports import Exports
from app.features.imports import import_model, importables
from app.features.live_code import LiveCode
from app.features.published_weights import PublishedWeights
from app.session.document import Document
from app.session.files import Files, visible
from app.session.my_blocks import MyBlocks
from app.session.settings import Settings
from app.start.start import TorchLoader
from app.training.runs import Runs
from app.training.trainer import Trainer
from app.window.docks import Docks
from app.window.network_summary import network_summary
from app.window.toolbar import Toolbar
from networks.core.message import Message
from networks.doctor.findings import obstacle
from networks.graph.check import Report, check
from networks.graph.edits import free_fold
from networks.graph.network import Network
from networks.graph.saved_blocks import SavedBlock
from networks.layers.ends import Input
from networks.project.project import Project, first_project
from networks.recipes.recipe import Recipe
from widgets.canvas.view import CanvasView
from widgets.code.code_view import CodeView
from widgets.controls.offer_bar import OfferBar
from widgets.curves.panel import CurvesPanel
from widgets.look import theme
from widgets.look.translation import said
from widgets.palette.offered import Offered
from widgets.palette.palette import Palette
from widgets.panels.activation_panel import ActivationPanel
from widgets.panels.data_panel import DataPanel
from widgets.panels.optimizer_panel import OptimizerPanel
from widgets.panels.selection_panel import SelectionPanel
from widgets.training.training_bar import TrainingBar

LAYOUT_VERSION = 2
"""Counts up when docks come or go, so that an old arrangement is not forced on new docks."""


class MainWindow(QMainWindow):
    """Shows one project, edits it through the document and trains it through the trainer."""

    torch_loaded = Signal()
    painted = Signal()
    """The window stands on the screen for the first time."""

    def __init__(self, project: Project | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.settings = Settings()
        apply_theme(self.settings.read().theme)
        self.document = Document(first_project() if project is None else project, self)
        self.trainer = Trainer(self)
        self.files = Files(self.document, self, self.settings)
        self._loader = TorchLoader(self)
        self._devices: tuple[str, ...] | None = None
        self._report = self._check(self.document.project)
        self._renamed: dict[str, str] = {}
        self._closing = False
        self._restore_geometry()
        self._make_widgets()
        self.backbones = Backbones(self.document, importables, import_model, self)
        self.toolbar = Toolbar(self.backbones.button, self.bar)
        self.undo_action, self.redo_action = self.toolbar.undo, self.toolbar.redo
        self.addToolBar(self.toolbar)
        self._make_menus()
        self._connect()
        self._make_docks()
        self._restore_docks()
        self._show_title()
        self.my_blocks.load()
        self._show_project(None, self.document.project)

    # what is shown

    @Slot(object, object)
    def _show_project(self, old: Project | None, new: Project) -> None:
        self._report = self._check(new)
        if old is None or old.network != new.network or old.classes != new.classes:
            self.canvas.show_network(new.network, self._report)
            self._summary.setText(network_summary(self._report))
        self._show_panels(old, new)
        self.runs.show_project(new, obstacle(new, self._report))

    def _show_panels(self, old: Project | None, new: Project) -> None:
        if old is None or old.network != new.network or old.classes != new.classes:
            self._show_selection(self.canvas.selected())
        if old is None or old.recipe != new.recipe:
            self.optimizer_panel.show_recipe(new.recipe, self._devices)
        inputs = [node.layer for node in new.network.nodes if isinstance(node.layer, Input)]
        size = (inputs[0].channels, *inputs[0].size) if inputs else None
        self.data_panel.show_recipe(new.recipe, size)

    @Slot(object)
    def _show_selection(self, names: tuple[str, ...]) -> None:
        project, folding = self.document.project, self.canvas.folding
        self.selection_panel.show_selection(folding, project.classes, names)
        self.activation_panel.show_network(project.network, folding.nodes(names))
        self.code.show_selection(folding.nodes(names))

    @Slot()
    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.files.title()} — Backbone")
        self.toolbar.show_file(self.files.title())

    @Slot(object)
    def show_notice(self, reason: Message) -> None:
        """A sentence in the status line that goes away by itself."""
        self.statusBar().showMessage(said(reason), 8000)

    @Slot(object)
    def _reveal_first(self, names: tuple[str, ...]) -> None:
        self.canvas.reveal(names[0])

    # what is wished

    @Slot(object, str)
    def _edit_network(self, network: Network, text: str, merge: str = "") -> None:
        self.document.edit(replace(self.document.project, network=network), text, merge)

    @Slot(str, str)
    def _follow_name(self, old: str, new: str) -> None:
        """Told just before the edit that renames a layer: what was selected stays selected."""
        self._renamed[old] = new

    @Slot(object, str, str)
    def _edit_layers(self, network: Network, text: str, merge: str) -> None:
        selected = tuple(self._renamed.get(name, name) for name in self.canvas.selected())
        self._renamed.clear()
        self._edit_network(network, text, merge)
        self.canvas.select(selected)

    @Slot(object, str, str)
    def _edit_recipe(self, recipe: Recipe, text: str, merge: str) -> None:
        self.document.edit(replace(self.document.project, recipe=recipe), text, merge)

    @Slot()
    def _name_history(self) -> None:
        history = self.document.history
        self.toolbar.show_history(
            history.undoText() if history.canUndo() else "", history.redoText() if history.canRedo() else ""
        )

    @Slot()
    def _end_merge(self) -> None:
        self.document.end_merge()

    @Slot(object)
    def _add_offered(self, offered: Offered) -> None:
        self.canvas.add_layer(offered if isinstance(offered, SavedBlock) else offered())

    @Slot(str)
    def _keep_block(self, fold: str) -> None:
        self.my_blocks.keep(self.document.project.network, fold)

    @Slot()
    def group_selection(self) -> None:
        """Folds the selected layers into a group with a name of its own, which can be changed at once."""
        self.canvas.group_selection(free_fold(self.document.project.network, self.tr("group")))

    def open_path(self, path: Path) -> None:
        """Opens a project file; what is wrong with it is said in a dialog."""
        self.files.open_path(path)

    @Slot()
    def offer_recovery(self) -> None:
        """Offers what a crash left, where it left something, without standing in the way."""
        found = self.files.recovery.recoverable()
        if found is None:
            return
        name = self.tr("Untitled") if found.path is None else visible(found.path.name)
        self.offer_bar.offer(
            self.tr("Unsaved changes of “{name}” were kept when Backbone last ended.").format(name=name),
            self.tr("Restore"),
            self.tr("Throw away"),
        )

    @Slot()
    def _restore_project(self) -> None:
        if not self.files.restore():
            # the user wants to keep what is open for now
            self.offer_recovery()

    @Slot()
    def _forget_recovery(self) -> None:
        self.files.recovery.forget()
        self.offer_recovery()

    @Slot()
    def _show_opened(self) -> None:
        self.canvas.show_from_start()

    # training

    @Slot()
    def _show_obstacle(self) -> None:
        if self._report.obstacles and (name := self._report.obstacles[0][0]) is not None:
            self.canvas.reveal(name)
        if (reason := obstacle(self.document.project, self._report)) is not None:
            self.show_notice(reason)

    @Slot(str)
    def _tell_end(self, sentence: str) -> None:
        self.statusBar().showMessage(sentence, 15_000)

    @Slot(str)
    def _tell_end_of_run(self, sentence: str) -> None:
        # where the curves are in sight it stands below them, and longer
        if self.curves.outcome.visibleRegion().isEmpty():
            self._tell_end(sentence)

    # torch

    @Slot()
    def load_torch(self) -> None:
        """Imports torch in the background; what needs it fills in when it has arrived."""
        self._torch_label.setText(self.tr("torch is loading…"))
        self._loader.start()

    @Slot(object, str)
    def _take_torch(self, devices: tuple[str, ...], version: str) -> None:
        self._devices = devices
        self._torch_label.setText(self.tr("torch {version}").format(version=version))
        self.optimizer_panel.show_recipe(self.document.project.recipe, devices)
        self.torch_loaded.emit()

    @Slot(str)
    def _miss_torch(self, problem: str) -> None:
        self._torch_label.setText(self.tr("torch could not be loaded"))
        self._torch_label.setToolTip(problem)
        self.statusBar().showMessage(
            self.tr("torch could not be loaded, so nothing can be trained: {problem}").format(problem=problem)
        )

    # the end

    @Slot()
    def _close_at_last(self) -> None:
        if self._closing:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closing and not self.files.may_discard():
            event.ignore()
            return
        self._closing = True
        if self.trainer.busy:
            # the window closes for good when the thread has ended, at most one batch later
            self.trainer.stop()
            event.ignore()
            return
        self._loader.wait()
        self.backbones.close()
        self.live_code.close()
        self.exports.close()
        self.published.close()
        self.settings.change(geometry=self.saveGeometry().data(), docks=self.saveState(LAYOUT_VERSION).data())
        self.files.close()
        super().closeEvent(event)

    # building

    @staticmethod
    def _check(project: Project) -> Report:
        return check(project.network, project.classes)

    def _make_widgets(self) -> None:
        self.canvas = CanvasView()
        self.palette_ = Palette()
        self.curves = CurvesPanel()
        self.selection_panel = SelectionPanel()
        self.my_blocks = MyBlocks(self)
        self.activation_panel = ActivationPanel()
        self.optimizer_panel = OptimizerPanel()
        self.data_panel = DataPanel()
        self.code = CodeView()
        self.live_code = LiveCode(self.document, self.code, self)
        self.bar = TrainingBar()
        self.runs = Runs(self.trainer, self.bar, self.curves, self.document.steps_since, self)
        self.exports = Exports(self.document, self.trainer, self.files, lambda: self.canvas.folding, self)
        self.exports.told.connect(self._tell_end)
        self.freezing_bar = OfferBar()
        self.published = PublishedWeights(self.document, self.freezing_bar, self)
        self.published.failed.connect(self.show_notice)
        self.offer_bar = OfferBar()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.offer_bar)
        column.addWidget(self.freezing_bar)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(middle)
        self._summary = QLabel()
        self._summary.setContentsMargins(theme.SPACE, 0, 0, 0)
        self._torch_label = QLabel()
        self._torch_label.setContentsMargins(0, 0, theme.SPACE, 0)
        for label in (self._summary, self._torch_label):
            label.setProperty("role", "dim")
        self.statusBar().addWidget(self._summary)
        self.statusBar().addPermanentWidget(self._torch_label)
        self.statusBar().setSizeGripEnabled(False)

    def _make_menus(self) -> None:
        menus: dict[Menu, QMenu] = {
            name: self.menuBar().addMenu(title) for name, title in menu_titles().items()
        }
        menus["edit"].addActions([self.undo_action, self.redo_action])
        for command in commands(self):
            if command.separator:
                menus[command.menu].addSeparator()
            menus[command.menu].addAction(make_action(command, self, self.canvas))
            if command.id == "open":
                menus["file"].addMenu(self.files.recent_menu(self))
            if command.id == "save_as":
                menus["file"].addMenu(self.exports.menu(self))
        self._view_menu = menus["view"]
        CanvasMenu(self.canvas)

    def _connect(self) -> None:
        self.document.changed.connect(self._show_project)
        history = self.document.history
        for moved in (history.indexChanged, history.undoTextChanged, history.redoTextChanged):
            moved.connect(self._name_history)
        self.undo_action.triggered.connect(self.document.undo)
        self.redo_action.triggered.connect(self.document.redo)
        self.files.opened.connect(self._show_opened)
        self.files.recovery.failed.connect(self.show_notice)
        self.offer_bar.accepted.connect(self._restore_project)
        self.offer_bar.refused.connect(self._forget_recovery)
        self.files.title_changed.connect(self._show_title)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        # what is typed into the next field is another step
        application.focusChanged.connect(self._end_merge)
        self.backbones.loaded.connect(self._show_opened)
        self.backbones.refused.connect(self.show_notice)
        self.canvas.viewport().installEventFilter(self)
        self.canvas.edited.connect(self._edit_network)
        self.canvas.selection_changed.connect(self._show_selection)
        self.canvas.refused.connect(self.show_notice)
        self.palette_.chosen.connect(self._add_offered)
        self.palette_.removed.connect(self.my_blocks.remove)
        self.my_blocks.changed.connect(self.palette_.show_saved)
        self.my_blocks.failed.connect(self.show_notice)
        self.selection_panel.renamed.connect(self._follow_name)
        self.selection_panel.edited.connect(self._edit_layers)
        self.selection_panel.block.opening_wished.connect(self.canvas.open_selected)
        self.selection_panel.block.ungrouping_wished.connect(self.canvas.ungroup_selection)
        self.selection_panel.block.saving_wished.connect(self._keep_block)
        self.activation_panel.edited.connect(self._edit_network)
        self.optimizer_panel.edited.connect(self._edit_recipe)
        self.data_panel.edited.connect(self._edit_recipe)
        self.runs.ended.connect(self._tell_end_of_run)
        self.runs.rested.connect(self._close_at_last)
        self.runs.obstructed.connect(self._show_obstacle)
        self.bar.obstacle_clicked.connect(self._show_obstacle)
        self._loader.loaded.connect(self._take_torch)
        self._loader.failed.connect(self._miss_torch)

    def _make_docks(self) -> None:
        self.docks = Docks(self)
        self.code.lines_chosen.connect(self._reveal_first)
        for name, title, widget, scrolls in (
            ("palette", self.tr("Layers"), self.palette_, False),
            ("curves", self.tr("Curves"), self.curves, False),
            ("code", self.tr("Code"), self.code, False),
            ("layer", self.tr("Layer"), self.selection_panel, True),
            ("activation", self.tr("Activation"), self.activation_panel, True),
            ("optimizer", self.tr("Optimizer"), self.optimizer_panel, True),
            ("data", self.tr("Data"), self.data_panel, True),
        ):
            self.docks.add(name, title, widget, scrolls=scrolls)
        self.docks.by_name["code"].visibilityChanged.connect(self.live_code.refresh)
        self._view_menu.addSeparator()
        for dock in self.docks.by_name.values():
            self._view_menu.addAction(dock.toggleViewAction())
        reset = QAction(self.tr("&Reset the arrangement"), self)
        reset.triggered.connect(self.docks.arrange)
        self._view_menu.addAction(reset)
        self._view_menu.addMenu(theme_menu(self.settings, self))

    def _restore_geometry(self) -> None:
        available = self.screen().availableSize()
        # a window's frame and title take some of the screen, too
        self.resize(min(1480, available.width()), min(920, available.height() - 40))
        self.restoreGeometry(QByteArray(self.settings.read().geometry))

    def _restore_docks(self) -> None:
        self._sized = self.restoreState(QByteArray(self.settings.read().docks), LAYOUT_VERSION)
        if not self._sized:
            self.docks.arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self.canvas.viewport():
            watched.removeEventFilter(self)
            # the rest of the window is painted in the same go
            QTimer.singleShot(0, self.painted.emit)
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            self.docks.size()

    @Slot()
    def show_keys(self) -> None:
        """All keys and gestures on one page."""
        about.keys_page(self, commands(self)).open()

    @Slot()
    def show_about(self) -> None:
        """Version, licence and where the images come from."""
        QMessageBox.about(self, self.tr("About Backbone"), about.about_text())
