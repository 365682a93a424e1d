"""What the program can do, one file each; `FEATURES` is all of it."""

from __future__ import annotations

from app.feature.feature import Feature
from app.features.about import About
from app.features.activations import Activations
from app.features.advice import Advice
from app.features.appearance import Appearance
from app.features.augmentation import Augmentation
from app.features.backbones import Backbones
from app.features.bench import Bench
from app.features.canvas import Canvas
from app.features.code import Code
from app.features.data import Data
from app.features.data_browser import Browser
from app.features.exports import Exports
from app.features.fields import Fields
from app.features.gradient_flow import GradientFlows
from app.features.history import History
from app.features.inside import Inside
from app.features.layer_types import LayerTypes
from app.features.looks_at import LooksAt
from app.features.loss import LossFunction
from app.features.network_summary import NetworkSummary
from app.features.one_step import OneStep
from app.features.optimization import Optimization
from app.features.project_files import ProjectFiles
from app.features.published_weights import PublishedWeights
from app.features.reach import ReachOnCards
from app.features.regularization import Regularization
from app.features.results import Results
from app.features.small_grid import SmallGrids
from app.features.sweeps import Sweeps
from app.features.torch_loading import TorchLoading
from app.features.training import Training
from app.features.twins import Twins
from app.features.where_from import WhereFrom
from app.features.xray import XRayCanvas

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
