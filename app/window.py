"""The window: builds widgets, document and trainer and connects them; the one file that knows them all."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QSizePolicy,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from app import about
from app.commands import Menu, commands, make_action, menu_titles
from app.docks import Docks
from app.document import Document
from app.files import Files, visible
from app.settings import Settings
from app.startup import TorchLoader
from app.trainer import State, Trainer
from networks.check import Report, check
from networks.events import Event, Failed, Finished
from networks.layers.base import Layer
from networks.layers.network import Input
from networks.message import Message, UserError
from networks.network import Network
from networks.project import Project, first_project
from networks.recipe import Recipe
from widgets import theme
from widgets.activation_panel import ActivationPanel
from widgets.canvas.view import CanvasView
from widgets.curves.panel import CurvesPanel
from widgets.data_panel import DataPanel
from widgets.elided_label import ElidedLabel
from widgets.icon import icon
from widgets.layer_panel import LayerPanel
from widgets.offer_bar import OfferBar
from widgets.optimizer_panel import OptimizerPanel
from widgets.palette import Palette
from widgets.progress import Progress
from widgets.training_bar import TrainingBar
from widgets.translation import said, short, thousands

LAYOUT_VERSION = 1
"""Counts up when docks come or go, so that an old arrangement is not forced on new docks."""

replace = msgspec.structs.replace


class MainWindow(QMainWindow):
    """Shows one project, edits it through the document and trains it through the trainer."""

    torch_loaded = Signal()
    painted = Signal()
    """The window stands on the screen for the first time."""

    def __init__(self, project: Project | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.settings = Settings()
        self._apply_theme(self._theme_mode())
        self.document = Document(first_project() if project is None else project, self)
        self.trainer = Trainer(self)
        self.files = Files(self.document, self, self.settings)
        self._loader = TorchLoader(self)
        self._devices: tuple[str, ...] | None = None
        self._report = self._check(self.document.project)
        self._progress: Progress | None = None
        self._runs = 0
        self._renamed: dict[str, str] = {}
        self._closing = False
        self._restore_geometry()
        self._make_widgets()
        self._make_toolbar()
        self._make_menus()
        self._connect()
        self._make_docks()
        self._restore_docks()
        self._show_title()
        self._show_project(None, self.document.project)
        self._refresh_training()

    # what is shown

    @Slot(object, object)
    def _show_project(self, old: Project | None, new: Project) -> None:
        self._report = self._check(new)
        if old is None or old.network != new.network or old.classes != new.classes:
            self.canvas.show_network(new.network, self._report)
            self._show_facts()
            self.bar.show_obstacle(self._report.obstacles[0][1] if self._report.obstacles else None)
        self._show_panels(old, new)
        self._refresh_further()

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
        network = self.document.project.network
        names = tuple(name for name in names if name in network)
        self.layer_panel.show_layers(network, self._report, names)
        self.activation_panel.show_network(network, names)

    @Slot()
    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.files.title()} — Backbone")
        self._file_label.set_text(self.files.title())

    def _show_facts(self) -> None:
        report, network = self._report, self.document.project.network
        layers, problems = len(network.nodes), len(report.obstacles)
        parts = [
            self.tr("1 layer") if layers == 1 else self.tr("{count} layers").format(count=layers),
            self.tr("{weights} weights").format(weights=thousands(report.weights)),
            self.tr("{count} multiply-adds per image").format(count=short(report.multiply_adds)),
        ]
        if problems:
            several = self.tr("{count} problems").format(count=problems)
            parts.append(self.tr("1 problem") if problems == 1 else several)
        self._facts.setText(" · ".join(parts))

    @Slot(object)
    def show_notice(self, reason: Message) -> None:
        """A sentence in the status line that goes away by itself."""
        self.statusBar().showMessage(said(reason), 8000)

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
    def _end_merge(self) -> None:
        self.document.end_merge()

    @Slot(object)
    def _add_layer(self, kind: type[Layer]) -> None:
        self.canvas.add_layer(kind())

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
        self.canvas.fit()

    # training

    @Slot()
    def train_pause_or_resume(self) -> None:
        """What Ctrl+Return does: the one of the three that makes sense now."""
        match self.trainer.state:
            case State.IDLE:
                self.train()
            case State.TRAINING:
                self.trainer.pause()
            case State.PAUSED:
                self.trainer.resume()

    @Slot()
    def train(self) -> None:
        """Starts a new run, or shows what stands in the way."""
        if self.trainer.busy:
            return
        if self._report.obstacles:
            self._show_obstacle()
            return
        self._begin(None)

    @Slot()
    def train_further(self) -> None:
        """One epoch more; the first epoch where there is no run yet."""
        if self.trainer.busy:
            if self._progress is not None and self.trainer.state in (State.TRAINING, State.PAUSED):
                self._progress.epochs += 1
                self.trainer.train_further()
                self._refresh_training()
        elif self.trainer.run is None:
            if self._report.trainable:
                self._begin(1)
        elif not self._further_reason():
            assert self._progress is not None
            self._progress.epochs = int(self._progress.epoch) + 1
            self._progress.ended = None
            self.trainer.train_further()

    def _begin(self, epochs: int | None) -> None:
        project = self.document.project
        self._runs += 1
        self._progress = Progress(project.recipe.epochs if epochs is None else epochs)
        self.bar.show_progress(self._progress)
        optimizer = project.recipe.optimizer
        self.curves.begin_run(
            self.tr("Run {number} · {optimizer} {rate:g}").format(
                number=self._runs, optimizer=type(optimizer).__name__, rate=optimizer.lr
            )
        )
        self.trainer.start(project, epochs)

    @Slot(object)
    def _take_events(self, events: tuple[Event, ...]) -> None:
        self.curves.extend(events)
        if self._progress is not None:
            self._progress.take(events)
            self.bar.show_progress(self._progress)
        if isinstance(events[-1], Finished | Failed):
            self.statusBar().showMessage(said(events[-1].message), 15_000)

    @Slot(object)
    def _show_state(self, state: State) -> None:
        if self._progress is not None:
            if state is State.PAUSED:
                self._progress.pause()
            elif state is State.TRAINING:
                self._progress.resume()
        self._refresh_training()
        if state is State.IDLE and self._closing:
            self.close()

    def _refresh_training(self) -> None:
        self.bar.show_stage(self.trainer.state.value)
        self.bar.show_progress(self._progress)
        self._refresh_further()

    def _refresh_further(self) -> None:
        self.bar.show_further(self._further_reason())

    def _further_reason(self) -> str:
        """Why the last run cannot go on, or nothing."""
        if self.trainer.run is None or self.trainer.project is None:
            return "" if self._report.trainable else self.tr("The network does not fit yet.")
        trained, now = self.trainer.project, self.document.project
        same_length = replace(now.recipe, epochs=trained.recipe.epochs, threads=trained.recipe.threads)
        if trained.network == now.network and trained.recipe == same_length:
            return ""
        return self.tr("The project has changed since the last run: Train starts a new one.")

    @Slot()
    def _show_obstacle(self) -> None:
        name, reason = self._report.obstacles[0]
        if name is not None:
            self.canvas.reveal(name)
        self.show_notice(reason)

    @Slot()
    def save_weights(self) -> None:
        """Writes the last run's weights as safetensors."""
        run = self.trainer.run
        if run is None or self.trainer.busy:
            text = self.tr("There are no trained weights yet: train first, or stop the run that is going on.")
            self.statusBar().showMessage(text, 8000)
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save trained weights"), "weights.safetensors", "safetensors (*.safetensors)"
        )
        if not chosen:
            return
        from networks.exporting import save_weights

        try:
            save_weights(run, Path(chosen))
        except UserError as error:
            self.files.show_error(error.reason)

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
        self.layer_panel = LayerPanel()
        self.activation_panel = ActivationPanel()
        self.optimizer_panel = OptimizerPanel()
        self.data_panel = DataPanel()
        self.bar = TrainingBar()
        self.offer_bar = OfferBar()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.offer_bar)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(middle)
        self._facts = QLabel()
        self._facts.setContentsMargins(theme.SPACE, 0, 0, 0)
        self._torch_label = QLabel()
        self._torch_label.setContentsMargins(0, 0, theme.SPACE, 0)
        for label in (self._facts, self._torch_label):
            label.setProperty("role", "dim")
        self.statusBar().addWidget(self._facts)
        self.statusBar().addPermanentWidget(self._torch_label)
        self.statusBar().setSizeGripEnabled(False)

    def _make_toolbar(self) -> None:
        toolbar = QToolBar(self.tr("Training"))
        toolbar.setObjectName("toolbar")
        toolbar.setMovable(False)
        toolbar.setIconSize(QSize(16, 16))
        brand = QLabel("Backbone")
        brand.setFont(theme.font(theme.LARGE, bold=True))
        self._file_label = ElidedLabel()
        self._file_label.setFixedWidth(190)
        self.undo_action = self.document.history.createUndoAction(self, self.tr("Undo:"))
        self.undo_action.setShortcuts([QKeySequence("Ctrl+Z")])
        self.undo_action.setIcon(icon("undo"))
        self.redo_action = self.document.history.createRedoAction(self, self.tr("Redo:"))
        self.redo_action.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.redo_action.setIcon(icon("redo"))
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        brand.setContentsMargins(theme.SPACE // 2, 0, theme.SPACE, 0)
        toolbar.addWidget(brand)
        toolbar.addWidget(self._file_label)
        toolbar.addAction(self.undo_action)
        toolbar.addAction(self.redo_action)
        toolbar.addWidget(gap)
        toolbar.addWidget(self.bar)
        toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(toolbar)

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
        self._view_menu = menus["view"]

    def _connect(self) -> None:
        self.document.changed.connect(self._show_project)
        self.files.opened.connect(self._show_opened)
        self.files.recovery.failed.connect(self.show_notice)
        self.offer_bar.accepted.connect(self._restore_project)
        self.offer_bar.refused.connect(self._forget_recovery)
        self.files.title_changed.connect(self._show_title)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        # what is typed into the next field is another step
        application.focusChanged.connect(self._end_merge)
        self.canvas.viewport().installEventFilter(self)
        self.canvas.edited.connect(self._edit_network)
        self.canvas.selection_changed.connect(self._show_selection)
        self.canvas.refused.connect(self.show_notice)
        self.palette_.chosen.connect(self._add_layer)
        self.layer_panel.renamed.connect(self._follow_name)
        self.layer_panel.edited.connect(self._edit_layers)
        self.activation_panel.edited.connect(self._edit_network)
        self.optimizer_panel.edited.connect(self._edit_recipe)
        self.data_panel.edited.connect(self._edit_recipe)
        self.trainer.events_arrived.connect(self._take_events)
        self.trainer.state_changed.connect(self._show_state)
        self.bar.train_requested.connect(self.train)
        self.bar.pause_requested.connect(self.trainer.pause)
        self.bar.resume_requested.connect(self.trainer.resume)
        self.bar.stop_requested.connect(self.trainer.stop)
        self.bar.further_requested.connect(self.train_further)
        self.bar.obstacle_clicked.connect(self._show_obstacle)
        self._loader.loaded.connect(self._take_torch)
        self._loader.failed.connect(self._miss_torch)

    def _make_docks(self) -> None:
        self.docks = Docks(self)
        for name, title, widget, scrolls in (
            ("palette", self.tr("Layers"), self.palette_, False),
            ("curves", self.tr("Curves"), self.curves, False),
            ("layer", self.tr("Layer"), self.layer_panel, True),
            ("activation", self.tr("Activation"), self.activation_panel, True),
            ("optimizer", self.tr("Optimizer"), self.optimizer_panel, True),
            ("data", self.tr("Data"), self.data_panel, True),
        ):
            self.docks.add(name, title, widget, scrolls=scrolls)

        self._view_menu.addSeparator()
        for dock in self.docks.by_name.values():
            self._view_menu.addAction(dock.toggleViewAction())
        reset = QAction(self.tr("&Reset the arrangement"), self)
        reset.triggered.connect(self.docks.arrange)
        self._view_menu.addAction(reset)
        self._view_menu.addMenu(self._theme_menu())

    def _theme_mode(self) -> theme.Mode:
        return self.settings.read().theme

    def _apply_theme(self, mode: theme.Mode) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply_theme(application, mode)

    def _theme_menu(self) -> QMenu:
        menu = QMenu(self.tr("&Theme"), self)
        group = QActionGroup(self)
        for mode, title in (
            ("system", self.tr("Like the &system")),
            ("light", self.tr("&Light")),
            ("dark", self.tr("&Dark")),
        ):
            action = QAction(title, self)
            action.setCheckable(True)
            action.setData(mode)
            action.setChecked(mode == self._theme_mode())
            group.addAction(action)
            menu.addAction(action)
        group.triggered.connect(self._choose_theme)
        return menu

    @Slot(QAction)
    def _choose_theme(self, action: QAction) -> None:
        self.settings.change(theme=action.data())
        self._apply_theme(action.data())

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
