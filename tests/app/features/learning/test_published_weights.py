"""Published weights in the window: fetched in a thread, one step in the history, freezing offered."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.learning.published_weights import PublishedWeights
from networks.core import download
from networks.core.message import UserError, message
from networks.presets.catalog import PRESETS
from networks.project.project import Project, first_project
from networks.recipes.recipe import Recipe

RESNET = next(preset for preset in PRESETS if preset.name == "ResNet-18")


@pytest.fixture
def parts(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(Project(RESNET.network(), Recipe()), window)
    document = desk.document
    published = PublishedWeights(desk)
    bar = published.offer_bar
    bar.setParent(window)
    said = []
    published.failed.connect(lambda reason: said.append(str(reason)))
    yield document, published, bar, said
    published.close()


def test_fetched_weights_are_one_step_and_freezing_another(parts, qtbot, monkeypatch):
    document, published, bar, said = parts
    before = document.project
    told = []

    def fetched(url, path, sha256, progress):
        told.append(url)
        return progress(1, 2) and progress(2, 2)

    monkeypatch.setattr(download, "fetch", fetched)
    published.load()
    qtbot.waitUntil(lambda: not published.busy)
    assert told == ["https://download.pytorch.org/models/resnet18-f37072fd.pth"]
    assert document.project.recipe.learning.start == "ResNet18_Weights.IMAGENET1K_V1"
    assert document.history.count() == 1
    assert not bar.isHidden()
    bar.accept_button.click()
    frozen = {node.name for node in document.project.network.nodes if node.frozen}
    assert "fc" not in frozen
    assert "conv1" in frozen
    document.undo()
    document.undo()
    assert document.project == before
    assert said == []


def test_what_cannot_be_fetched_is_said_and_changes_nothing(parts, qtbot, monkeypatch):
    document, published, bar, said = parts
    before = document.project

    def offline(*_):
        raise UserError(message("The server could not be reached."))

    monkeypatch.setattr(download, "fetch", offline)
    published.load()
    qtbot.waitUntil(lambda: not published.busy)
    assert said == ["The server could not be reached."]
    assert document.project == before
    assert bar.isHidden()
    trouble = published.trouble_bar
    trouble.setParent(bar.parentWidget())
    assert trouble.sentence() == "The server could not be reached."
    assert not trouble.isHidden()
    monkeypatch.setattr(download, "fetch", lambda *_: True)
    trouble.accept_button.click()
    qtbot.waitUntil(lambda: not published.busy)
    assert trouble.isHidden()
    assert document.project.recipe.learning.start == "ResNet18_Weights.IMAGENET1K_V1"


def test_cancelling_changes_nothing(parts, qtbot, monkeypatch):
    document, published, _, said = parts
    before = document.project

    def slow(url, path, sha256, progress):
        while progress(1, 1000):
            pass
        return False

    monkeypatch.setattr(download, "fetch", slow)
    published.load()
    published.cancel()
    qtbot.waitUntil(lambda: not published.busy)
    assert document.project == before
    assert said == []


def test_a_network_without_published_weights_is_told_so(parts):
    document, published, _, said = parts
    document.reset(replace(first_project()))
    published.load()
    assert "No published weights fit" in said[0]
    assert not published.busy
