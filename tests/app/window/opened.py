"""The window as tests and benchmarks drive it: with a short name for each part that they reach for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QAction

from app.features.building.activations import Activations
from app.features.building.backbones import Backbones
from app.features.building.canvas import Canvas
from app.features.building.layer_types import LayerTypes
from app.features.building.network_summary import NetworkSummary
from app.features.learning.optimization import Optimization
from app.features.program.exports import Exports
from app.features.program.project_files import ProjectFiles
from app.features.program.torch_loading import TorchLoading
from app.features.runs.past_runs import PastRuns
from app.features.runs.training import Training
from app.session.document import Document
from app.session.files import Files
from app.training.runs import Runs
from app.training.trainer import Trainer
from app.window.window import MainWindow
from networks.project.project import Project
from widgets.canvas.strip import CanvasStrip
from widgets.canvas.view import CanvasView
from widgets.controls.late import Late
from widgets.controls.offer_bar import OfferBar
from widgets.curves.panel import CurvesPanel
from widgets.palette.palette import Palette
from widgets.panels.activation_panel import ActivationPanel
from widgets.panels.selection_panel import SelectionPanel
from widgets.panels.training_panel import TrainingPanel
from widgets.runs.training.training_bar import TrainingBar


class OpenedWindow(MainWindow):
    """The whole window; the program itself never reaches into it like this."""

    def __init__(self, project: Project | None = None, everything: bool = False) -> None:
        """Where `everything` is to be walked, it also has what the program makes when it comes into sight."""
        super().__init__(project)
        self.document: Document = self.desk.document
        self.files: Files = self.desk.files
        self.trainer: Trainer = self.desk.trainer
        self.canvas: CanvasView = self.feature(Canvas).view
        self.strip: CanvasStrip = self.feature(Canvas).strip
        self.palette_: Palette = self.feature(LayerTypes).palette
        self.backbones: Backbones = self.feature(Backbones)
        self.exports: Exports = self.feature(Exports)
        self.runs: Runs = self.feature(Training).runs
        self.past: PastRuns = self.feature(Training).past
        self.bar: TrainingBar = self.feature(Training).bar
        self.curves: CurvesPanel = self.feature(Training).curves
        self.offer_bar: OfferBar = self.feature(ProjectFiles).offer_bar
        self.undo_action: QAction = self.menus.actions["undo"]
        self.redo_action: QAction = self.menus.actions["redo"]
        if everything:
            self._make_everything()

    @property
    def selection_panel(self) -> SelectionPanel:
        """What is selected and its parameters, made when it is first asked for."""
        return self.feature(Canvas).panel

    @property
    def activation_panel(self) -> ActivationPanel:
        """The activation of the whole network, made when it is first asked for."""
        return self.feature(Activations).panel

    @property
    def training_panel(self) -> TrainingPanel:
        """How it learns, made when it is first asked for."""
        return self.feature(Optimization).panel

    def _make_everything(self) -> None:
        """Makes also what is made with what is made late."""
        while late := [one for one in self.findChildren(Late) if one.made is None]:
            for one in late:
                assert one.widget

    def network_summary(self) -> str:
        """What the status line says of the network."""
        return self.feature(NetworkSummary).label.text()

    def torch_words(self) -> str:
        """What the status line says of torch."""
        return self.feature(TorchLoading).label.text()

    def load_torch(self) -> None:
        """Loads torch, as the start does when the window stands."""
        self.feature(TorchLoading).begin()

    def offer_recovery(self) -> None:
        """Offers what a crash left, as the start does when the window stands."""
        self.feature(ProjectFiles).offer_recovery()

    def open_path(self, path: Path) -> None:
        """Opens a project file."""
        self.files.open_path(path)
