"""What the program can do, one file each; `FEATURES` is all of it."""

from __future__ import annotations

from app.feature.feature import Feature
from app.features.building.activations import Activations
from app.features.building.advice import Advice
from app.features.building.backbones import Backbones
from app.features.building.canvas import Canvas
from app.features.building.code import Code
from app.features.building.layer_types import LayerTypes
from app.features.building.network_summary import NetworkSummary
from app.features.building.small_grid import SmallGrids
from app.features.data.augmentation import Augmentation
from app.features.data.browser import Browser
from app.features.data.dataset import Data
from app.features.explaining.looks_at import LooksAt
from app.features.explaining.one_step import OneStep
from app.features.explaining.reach import ReachOnCards
from app.features.explaining.where_from import WhereFrom
from app.features.inside.inside import Inside
from app.features.inside.xray import XRayCanvas
from app.features.learning.loss import LossFunction
from app.features.learning.optimization import Optimization
from app.features.learning.published_weights import PublishedWeights
from app.features.learning.regularization import Regularization
from app.features.program.about import About
from app.features.program.appearance import Appearance
from app.features.program.exports import Exports
from app.features.program.fields import Fields
from app.features.program.history import History
from app.features.program.project_files import ProjectFiles
from app.features.program.torch_loading import TorchLoading
from app.features.results.bench import Bench
from app.features.results.results import Results
from app.features.runs.gradient_flow import GradientFlows
from app.features.runs.several_gpus import SeveralGpus
from app.features.runs.sweeps import Sweeps
from app.features.runs.training import Training
from app.features.runs.twins import Twins

FEATURES: tuple[type[Feature], ...] = (
    Appearance,
    Canvas,
    LayerTypes,
    SmallGrids,
    Activations,
    NetworkSummary,
    History,
    Backbones,
    XRayCanvas,
    ReachOnCards,
    Training,
    Results,
    Inside,
    Twins,
    OneStep,
    GradientFlows,
    Sweeps,
    SeveralGpus,
    TorchLoading,
    Optimization,
    Data,
    Regularization,
    Augmentation,
    Bench,
    LossFunction,
    WhereFrom,
    LooksAt,
    Browser,
    Code,
    ProjectFiles,
    Exports,
    PublishedWeights,
    Fields,
    Advice,
    About,
)
"""All features, in the order in which they are made and shown the state.

Appearance is first, so that all widgets are made in the chosen theme. The canvas comes before those that are
shown its folding and its selection. Where several features add to one section of a menu or to one place in
the window, this is also the order there.
"""
