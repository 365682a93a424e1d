"""Choosing a data set fits the network in the same step; what is not here is fetched or found in a folder."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget

from app.feature.desk import Desk
from app.feature.showing import Showing
from app.features.data.dataset import Data
from app.session.settings import Settings
from networks.core.finding import blocking
from networks.core.message import UserError, message
from networks.layers.ends import Input
from networks.project.project import first_project
from networks.recipes.datasets import Folder, fetching, places
from networks.recipes.datasets.cifar10 import CIFAR10
from networks.recipes.datasets.mnist import MNIST
from networks.recipes.recipe import with_settings
from tests.networks.recipes.datasets.made_sets import drawn, small, write
from widgets.controls.notice import Notice
from widgets.panels.sample_strip import SampleStrip

pytestmark = pytest.mark.usefixtures("collector_at_rest")


@pytest.fixture(autouse=True)
def _nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKBONE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr("networks.recipes.datasets.named.usual", lambda: (places.own_folder(),))
    yield
    places.look_in(())


@pytest.fixture
def few(monkeypatch):
    """MNIST with few pictures."""
    made = small(MNIST)
    for name in ("counts", "test_counts"):
        monkeypatch.setattr(MNIST, name, getattr(made, name))
    return MNIST


@pytest.fixture
def desk(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    return Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)


@pytest.fixture
def data(desk):
    feature = Data(desk)
    Showing(desk, [feature]).show()
    feature.panel.setParent(desk.window)
    desk.window.show()
    yield feature
    feature.close()


def choose(desk, dataset):
    desk.edit_recipe(with_settings(desk.shown.recipe, dataset=dataset), "Choose")


def test_the_input_is_fitted_in_the_same_step(desk, data):
    choose(desk, CIFAR10())
    assert desk.shown.network["input"].layer == Input(3, (32, 32))
    assert "fitted to the images of CIFAR-10" in data.offer_bar.sentence()
    desk.document.undo()
    assert desk.document.project == first_project()


def test_the_network_can_be_left_as_it_was(desk, data):
    choose(desk, CIFAR10())
    data.offer_bar.accept_button.click()
    assert desk.shown.network == first_project().network
    assert desk.shown.recipe.data.dataset == CIFAR10()


def test_what_is_not_here_opens_the_panel_and_says_what_can_be_done(desk, data, qtbot):
    with qtbot.waitSignal(desk.panel_wished) as opened:
        choose(desk, MNIST())
    assert opened.args == ["data"]
    assert "fetch them (12 MB)" in data.panel.findChild(Notice).sentence()
    assert data.panel.ways.fetch.text() == "Fetch 12 MB"
    assert data.panel.ways.fetch.isVisibleTo(data.panel)
    assert data.panel.ways.folder.isVisibleTo(data.panel)
    assert not data.panel.ways.progress.isVisibleTo(data.panel)
    assert any(finding.rule == "data set not here" for finding in desk.shown.findings)


def test_a_folder_is_taken_remembered_and_read_in_the_background(
    few, desk, data, qtbot, tmp_path, monkeypatch
):
    choose(desk, MNIST())
    folder = write(few, tmp_path / "mine", *drawn(few))
    monkeypatch.setattr(data, "ask_folder", lambda _: folder)
    data.panel.ways.folder.click()
    qtbot.waitUntil(lambda: len(data.panel.findChild(SampleStrip).labels()) == 10, timeout=30_000)
    assert desk.shown.findings == ()
    assert not data.panel.ways.fetch.isVisibleTo(data.panel)
    assert desk.settings.read().data_folders == (str(folder).encode(),)
    assert data.panel.findChild(QLabel, "images").text().startswith("76 to train")
    places.look_in(())
    Data(desk)
    assert places.chosen() == (folder,)


def test_a_folder_without_the_set_is_refused(desk, data, tmp_path, monkeypatch):
    choose(desk, MNIST())
    monkeypatch.setattr(data, "ask_folder", lambda _: tmp_path)
    data.panel.ways.folder.click()
    assert f"files of MNIST in “{tmp_path}”, got none" in data.panel.findChild(Notice).sentence()
    assert places.chosen() == ()


def test_an_archive_in_the_chosen_folder_is_emptied(desk, data, qtbot, tmp_path, monkeypatch):
    def fetch(dataset, progress):
        assert places.chosen() == (tmp_path,)
        write(made, places.own_folder(), *drawn(made))
        return progress(1.0)

    made = small(CIFAR10)
    for name in ("counts", "test_counts"):
        monkeypatch.setattr(CIFAR10, name, getattr(made, name))
    monkeypatch.setattr(fetching, "fetch", fetch)
    (tmp_path / CIFAR10.downloads[0].file).write_bytes(b"packed")
    choose(desk, CIFAR10())
    monkeypatch.setattr(data, "ask_folder", lambda _: tmp_path)
    data.panel.ways.folder.click()
    qtbot.waitUntil(lambda: desk.shown.findings == ())
    assert not data.panel.ways.fetch.isVisibleTo(data.panel)


@pytest.fixture
def pictures(tmp_path):
    for name in ("cat", "dog", "fox"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for index in range(5):
            Image.new("RGB", (30, 20), (50 * index, 80, 90)).save(
                tmp_path / "pictures" / name / f"{index}.png"
            )
    (tmp_path / "pictures" / "fox" / "words.png").write_text("no picture")
    return tmp_path / "pictures"


def test_a_folder_of_pictures_is_chosen_read_and_fitted(desk, data, pictures, qtbot, monkeypatch):
    monkeypatch.setattr(data, "ask_folder", lambda _: pictures)
    choose(desk, Folder(side=28))
    assert data.panel.ways.folder.isVisibleTo(data.panel)
    data.panel.ways.folder.click()
    assert desk.shown.project.classes == 3
    assert desk.shown.network["input"].layer == Input(3, (28, 28))
    qtbot.waitUntil(lambda: data.panel.findChild(SampleStrip).labels() == ("cat", "dog", "fox"))
    assert desk.shown.findings == ()
    assert data.panel.findChild(QLabel, "images").text().startswith("12 to train")
    notes = data.panel.ways.notes.sentence()
    assert "1 file cannot be read" in notes
    assert os.path.join("fox", "words.png") in notes
    desk.document.undo()
    assert desk.shown.recipe.data.dataset == Folder(side=28)


def test_what_cannot_be_read_is_what_stands_in_the_way_of_training(desk, data, pictures, qtbot):
    for path in pictures.rglob("*.*"):
        path.write_bytes(b"")
    choose(desk, Folder(path=str(pictures)))
    qtbot.waitUntil(lambda: not data.reading.busy and "none that can be read" in told(desk), timeout=30_000)


def told(desk):
    """The first thing that stands in the way of training."""
    return " ".join(str(finding.sentence) for finding in blocking(desk.shown.findings)[:1])


def test_reading_a_folder_can_be_cancelled_and_begun_again(desk, data, pictures, qtbot, monkeypatch):
    monkeypatch.setattr(data, "ask_folder", lambda _: pictures)
    gate = threading.Event()
    monkeypatch.setattr(
        "networks.recipes.datasets.pictures.decoded",
        lambda *_: gate.wait(60) and np.zeros((28, 28, 3), np.uint8),
    )
    choose(desk, Folder(side=28))
    data.panel.ways.folder.click()
    assert "not been read" in str(desk.shown.findings[0].sentence)
    assert data.panel.ways.cancel.isVisibleTo(data.panel)
    data.panel.ways.cancel.click()
    gate.set()
    qtbot.waitUntil(lambda: not data.reading.busy)
    assert not data.panel.ways.cancel.isVisibleTo(data.panel)
    assert "not been read" in data.panel.findChild(Notice).sentence()
    data.panel.ways.folder.click()
    qtbot.waitUntil(lambda: desk.shown.findings == ())


def test_fetching_shows_how_far_it_is_and_ends_with_the_pictures(
    few, desk, data, qtbot, tmp_path, monkeypatch
):
    shares = []

    def fetch(dataset, progress):
        assert progress(0.5)
        gate.wait(60)
        write(few, tmp_path / "own", *drawn(few))
        return progress(1.0)

    gate = threading.Event()
    monkeypatch.setattr(fetching, "fetch", fetch)
    choose(desk, MNIST())
    data.panel.ways.fetch.click()
    qtbot.waitUntil(lambda: data.panel.ways.progress.value() == 500)
    shares.append(data.panel.ways.cancel.isVisibleTo(data.panel))
    gate.set()
    qtbot.waitUntil(lambda: len(data.panel.findChild(SampleStrip).labels()) == 10, timeout=30_000)
    assert shares == [True]
    assert not data.panel.ways.progress.isVisibleTo(data.panel)
    assert desk.shown.findings == ()


def test_what_cannot_be_fetched_is_said_and_can_be_tried_again(desk, data, qtbot, monkeypatch):
    def fetch(dataset, progress):
        raise UserError(message("There is no connection to here: go online, or try again later."))

    monkeypatch.setattr(fetching, "fetch", fetch)
    choose(desk, MNIST())
    with qtbot.waitSignal(data.failed):
        data.panel.ways.fetch.click()
    assert data.panel.findChild(Notice).sentence().startswith("There is no connection")
    assert data.panel.ways.fetch.isVisibleTo(data.panel)


def test_cancelling_leaves_the_way_open(desk, data, qtbot, monkeypatch):
    def fetch(dataset, progress):
        while progress(0.1):
            pass
        return False

    monkeypatch.setattr(fetching, "fetch", fetch)
    choose(desk, MNIST())
    data.panel.ways.fetch.click()
    data.panel.ways.cancel.click()
    qtbot.waitUntil(lambda: not data.fetching.busy)
    assert data.panel.ways.fetch.isVisibleTo(data.panel)


def test_a_folder_is_read_beside_the_window_and_says_what_has_come(desk, data, pictures, qtbot, monkeypatch):
    monkeypatch.setattr(data, "ask_folder", lambda _: pictures)
    gate, threads = threading.Event(), set()

    def slowly(path, *rest):
        threads.add(threading.current_thread())
        if "dog" in str(path):
            gate.wait(60)
        return np.zeros((28, 28, 3), np.uint8)

    monkeypatch.setattr("networks.recipes.datasets.pictures.decoded", slowly)
    choose(desk, Folder(side=28))
    data.panel.ways.folder.click()
    words = data.panel.findChild(QLabel, "folder_read")
    # the last events of the window's loop are worked off while the thread waits at the gate
    qtbot.waitUntil(lambda: words.text() == "5 of 16 files; cat 5; 30×20 pixels")
    assert words.isVisibleTo(data.panel)
    assert not data.panel.findChild(Notice).isVisibleTo(data.panel)
    gate.set()
    qtbot.waitUntil(lambda: desk.shown.findings == ())
    assert threading.main_thread() not in threads
    assert not words.isVisibleTo(data.panel)
    assert "kept in memory" in data.panel.findChild(QLabel, "keeping").text()


@pytest.mark.parametrize("memory", [0.0, 1e-6])
def test_changes_in_a_folder_are_noticed_when_one_comes_back(desk, data, pictures, qtbot, memory):
    told = []
    desk.told.connect(lambda sentence, _: told.append(sentence))
    choose(desk, Folder(path=str(pictures), side=28, memory=memory))
    qtbot.waitUntil(lambda: data.panel.findChild(QLabel, "images").text().startswith("12 to train"))
    qtbot.waitUntil(lambda: not data.reading.busy)
    data.reading.look_for_changes()
    qtbot.waitUntil(lambda: not data.reading.checking)
    assert not data.reading.busy
    for index in range(5):
        Image.new("RGB", (30, 20)).save(pictures / "fox" / f"new{index}.png")
    (pictures / "cat" / "0.png").unlink()
    QGuiApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    qtbot.waitUntil(lambda: data.panel.findChild(QLabel, "images").text().startswith("15 to train"))
    assert told[-1] == "The folder has changed: 5 new files, 1 file removed. It has been read again."


def test_a_folder_that_is_gone_is_said_when_one_comes_back(desk, data, pictures, qtbot):
    choose(desk, Folder(path=str(pictures), side=28))
    qtbot.waitUntil(lambda: desk.shown.findings == () and not data.reading.busy)
    away = pictures.with_name("away")
    pictures.rename(away)
    data.reading.look_for_changes()
    assert "not there" in str(desk.shown.findings[0].sentence)
    assert "not there" in data.panel.findChild(Notice).sentence()
    away.rename(pictures)
    data.reading.look_for_changes()
    qtbot.waitUntil(lambda: desk.shown.findings == ())
