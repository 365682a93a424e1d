"""A desk with a project that trains within a moment; what trains it, draws it and looks into it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.feature.showing import Showing
from app.features.building.canvas import Canvas
from app.features.inside.xray import XRayCanvas
from app.features.results.results import Results
from app.features.runs.training import Training
from app.session.settings import Settings
from networks.project.project import first_project
from networks.recipes.recipe import with_settings


@pytest.fixture
def desk_with(qtbot, tmp_path):
    """Makes a desk with the first project and these settings of its recipe."""

    def make(**settings):
        window = QWidget()
        qtbot.addWidget(window)
        project = first_project()
        recipe = with_settings(project.recipe, **settings)
        return Desk(replace(project, recipe=recipe), window, Settings(tmp_path / "settings.json"), tmp_path)

    return make


@pytest.fixture
def desk(request, desk_with):
    """Learns from a hundred images, unless a parameter says otherwise; keeps averaged weights as well."""
    return desk_with(**{"epochs": 2, "averaging": 0.9, "per_class": 10, **getattr(request, "param", {})})


@pytest.fixture
def training(desk, qtbot):
    """Trains the desk's project, and never asks whether it may."""
    training = Training(desk)
    training.heavy_runs.may_begin = lambda *_: True
    training.runs.may_begin = lambda *_: True
    qtbot.addWidget(training.curves)
    qtbot.addWidget(training.bar)
    training.show(None, desk.shown)
    yield training
    training.close()


@pytest.fixture
def canvas(desk, qtbot):
    """The drawing of the desk's network."""
    canvas = Canvas(desk)
    # cards that still move would be somewhere else when a test points at them
    canvas.view.animated = False
    canvas.view.resize(420, 700)
    qtbot.addWidget(canvas.view)
    canvas.view.show()
    return canvas


@pytest.fixture
def xray(desk, canvas, qtbot):
    """The X-ray of this drawing, switched off."""
    xray = XRayCanvas(desk)
    home = QWidget()
    qtbot.addWidget(home)
    xray.place.setParent(home)
    showing = Showing(desk, (canvas, xray))
    desk.changed.connect(showing.show)
    showing.show()
    desk.show_devices(("cpu",))
    yield xray
    desk.probing.close()


@pytest.fixture
def results(desk, training, qtbot):
    """What its runs get right and wrong."""
    results = Results(desk)
    qtbot.addWidget(results.panel)
    results.panel.resize(540, 700)
    yield results
    results.close()
