"""The tab of the data shows what trains, follows the recipe, and says in a sentence why it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.feature.showing import Showing
from app.features.data.browser import Browser
from app.features.data.dataset import Data
from app.session.settings import Settings
from networks.data.views import views
from networks.graph.edits import set_layers
from networks.graph.network import Network
from networks.layers.ends import Input
from networks.project.project import first_project
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.datasets import Digits, Folder, Shapes, places
from networks.recipes.datasets.mnist import MNIST
from networks.recipes.recipe import with_settings
from widgets.data.tiles import as_bytes

STEPS = (Rotation(degrees=40.0),)

pytestmark = pytest.mark.usefixtures("collector_at_rest")


@pytest.fixture(autouse=True)
def _nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKBONE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr("networks.recipes.datasets.named.usual", lambda: (places.own_folder(),))


@pytest.fixture
def desk(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(540, 800)
    return Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)


@pytest.fixture
def feature(desk, qtbot):
    data, made = Data(desk), Browser(desk)
    Showing(desk, [data, made]).show()
    data.panel.setParent(desk.window)
    data.panel.hide()
    made.place.setParent(desk.window)
    made.place.setGeometry(0, 0, 540, 800)
    with qtbot.waitExposed(desk.window):
        desk.window.show()
    made.refresh()
    yield made
    made.close()
    data.close()


def edit(feature, **settings):
    feature.desk.edit_recipe(with_settings(feature.desk.shown.recipe, **settings), "Change")


def load_torch(feature):
    feature.desk.show_devices(("cpu",))


def there(qtbot, feature):
    """Waits until the contents are those of the recipe."""
    qtbot.waitUntil(lambda: feature._held is not None and not feature._reading.busy, timeout=30_000)
    qtbot.waitUntil(lambda: feature.browser.reason() == "", timeout=30_000)
    return feature._held


def look(qtbot, feature):
    """What is told of the picture in detail, once torch has made it."""
    detail = feature.browser.detail
    qtbot.waitUntil(
        lambda: (
            detail._look is not None
            and not feature._looking.busy
            and detail._look.row == feature.browser.chosen
        ),
        timeout=60_000,
    )
    return detail._look


def sentence(qtbot, feature, *words):
    qtbot.waitUntil(
        lambda: feature.browser is not None and all(word in feature.browser.reason() for word in words),
        timeout=30_000,
    )
    return feature.browser.reason()


def test_nothing_is_made_until_the_tab_is_seen(desk, qtbot):
    made = Browser(desk)
    made.show(None, desk.shown)
    qtbot.waitUntil(lambda: not made._later.isActive())
    assert made.browser is None
    made.close()
    made.place.deleteLater()


def test_the_pictures_are_there_before_torch_and_the_numbers_after_it(qtbot, feature):
    held = there(qtbot, feature)
    training, validation = feature.desk.shown.recipe.data.split()
    assert np.array_equal(held.parts[0].rows, training)
    assert np.array_equal(held.parts[1].rows, validation)
    assert feature.browser.detail.read_out.lines() == ()
    load_torch(feature)
    found = look(qtbot, feature)
    assert found.row == feature.browser.chosen == training[0]
    qtbot.waitUntil(lambda: "deviation 1.00" in feature.browser.detail.spread.words(), timeout=60_000)


def test_tiles_are_what_the_network_sees_and_what_the_epoch_makes_of_training_pictures(qtbot, feature):
    edit(feature, augmentation=STEPS, seed=11)
    held = there(qtbot, feature)
    load_torch(feature)
    look(qtbot, feature)
    shown = feature.desk.shown
    entry = shown.network["input"].layer
    made = views(shown.recipe.data, entry, 11)
    taken = {}
    take = feature.browser.show_tiles

    def keep(tiles):
        taken.update(tiles)
        take(tiles)

    feature.browser.show_tiles = keep
    feature.browser.head.ways.button(1).click()
    qtbot.waitUntil(lambda: len(taken) >= 64, timeout=60_000)
    for row, picture in taken.items():
        assert np.array_equal(picture, as_bytes(made.picture(made.seen(np.array([row])))[0]))
    qtbot.waitUntil(lambda: not feature._tiling.busy, timeout=60_000)
    taken.clear()
    feature.browser.head.epoch_field.edited.emit(4)
    feature.browser.head.ways.button(2).click()
    qtbot.waitUntil(lambda: len(taken) >= 64, timeout=60_000)
    for row, picture in taken.items():
        place = np.array([held.place_in_training(row)])
        assert np.array_equal(picture, as_bytes(made.picture(made.augmented(place, 4))[0]))
    qtbot.waitUntil(lambda: not feature._tiling.busy, timeout=60_000)
    taken.clear()
    feature.browser.head.parts.button(1).click()
    qtbot.waitUntil(lambda: len(taken) >= 20, timeout=60_000)
    for row, picture in taken.items():
        assert held.part_of(row).name == "validation"
        assert np.array_equal(picture, as_bytes(made.picture(made.seen(np.array([row])))[0]))


def test_it_follows_the_recipe_and_the_input(qtbot, feature):
    there(qtbot, feature)
    load_torch(feature)
    before = look(qtbot, feature)
    assert before.steps == ()
    edit(feature, augmentation=STEPS)
    qtbot.waitUntil(lambda: len(look(qtbot, feature).steps) == 1, timeout=60_000)
    other = set_layers(feature.desk.shown.network, {"input": Input(1, (14, 10))})
    feature.desk.edit_network(other, "Change")
    qtbot.waitUntil(lambda: look(qtbot, feature).fitted.shape == (14, 10, 1), timeout=60_000)
    edit(feature, validation=0.5)
    qtbot.waitUntil(lambda: len(feature._held.parts[0].rows) == 899, timeout=30_000)


def test_weighing_classes_is_one_undoable_step_and_reads_no_picture_again(qtbot, feature):
    held = there(qtbot, feature)
    feature.browser.foot.balance.button(2).click()
    assert feature.desk.shown.recipe.data.balance == "sampler"
    qtbot.waitUntil(lambda: not feature._later.isActive())
    assert feature._held is held
    feature.desk.document.undo()
    assert feature.desk.shown.recipe.data.balance == "equal"
    qtbot.waitUntil(lambda: feature.browser.foot.balance.button(0).isChecked())


def test_a_set_that_is_not_here_says_so_and_leads_to_where_it_is_fetched(qtbot, feature):
    there(qtbot, feature)
    edit(feature, dataset=MNIST())
    sentence(qtbot, feature, "MNIST are not on this computer", "fetch them")
    with qtbot.waitSignal(feature.desk.panel_wished) as wished:
        feature.browser._door.click()
    assert wished.args == ["data"]
    edit(feature, dataset=Digits())
    there(qtbot, feature)


def test_a_set_that_takes_a_while_is_read_in_the_background(qtbot, feature):
    there(qtbot, feature)
    shapes = Shapes(pictures=300, side=20, kinds=3)
    assert not shapes.at_hand()
    edit(feature, dataset=shapes)
    qtbot.waitUntil(lambda: feature._held is not None and len(feature._held.labels) == 300, timeout=30_000)
    assert feature._held.classes == shapes.classes
    qtbot.waitUntil(lambda: feature.browser.grid.model_shown.rowCount() == 3, timeout=30_000)


def folder_of(path, classes, count=6):
    for number, name in enumerate(classes):
        (path / name).mkdir(parents=True)
        for index in range(count):
            Image.new("RGB", (30, 20), (40 * number, 10 * index, 90)).save(path / name / f"{index}.png")
    return Folder(path=str(path), side=16)


def test_a_folder_is_shown_and_when_it_is_gone_one_sentence_says_so(qtbot, feature, tmp_path):
    there(qtbot, feature)
    folder = folder_of(tmp_path / "mine", ("cats", "dogs"))
    edit(feature, dataset=folder)
    qtbot.waitUntil(
        lambda: feature._held is not None and feature._held.classes == ("cats", "dogs"), timeout=30_000
    )
    load_torch(feature)
    assert look(qtbot, feature).stored.shape == (16, 16, 3)
    (tmp_path / "mine").rename(tmp_path / "elsewhere")
    edit(feature, split_seed=1)
    sentence(qtbot, feature, "which is not there")
    (tmp_path / "elsewhere").rename(tmp_path / "mine")
    edit(feature, split_seed=2)
    there(qtbot, feature)


def test_a_folder_that_is_too_large_to_be_kept_is_looked_at_all_the_same(qtbot, feature, tmp_path):
    there(qtbot, feature)
    folder = folder_of(tmp_path / "mine", ("cats", "dogs"), 12)
    edit(feature, dataset=replace(folder, memory=1e-6))
    qtbot.waitUntil(
        lambda: feature._held is not None and feature._held.classes == ("cats", "dogs"), timeout=30_000
    )
    assert feature._held.pixels is None
    grid = feature.browser.grid
    qtbot.waitUntil(lambda: len(grid._tiles) > 0, timeout=30_000)
    load_torch(feature)
    found = look(qtbot, feature)
    assert np.array_equal(found.stored, feature.desk.shown.recipe.data.dataset.images_at([found.row])[0])
    (tmp_path / "mine" / "cats" / "3.png").write_text("broken since")
    feature.browser.head.ways.button(1).click()
    qtbot.waitUntil(lambda: len(grid._tiles) >= 2 and not feature._tiling.busy, timeout=60_000)
    assert feature.browser.way_in.problem() == ""


def test_a_folder_without_a_picture_that_can_be_read_says_why(qtbot, feature, tmp_path):
    there(qtbot, feature)
    for name in ("cats", "dogs"):
        (tmp_path / "mine" / name).mkdir(parents=True)
        (tmp_path / "mine" / name / "1.png").write_text("no picture")
    edit(feature, dataset=Folder(path=str(tmp_path / "mine")))
    sentence(qtbot, feature, "got none that can be read")


def test_one_class_is_shown_and_said_to_be_the_only_one(qtbot, feature, tmp_path):
    there(qtbot, feature)
    edit(feature, dataset=folder_of(tmp_path / "mine", ("cats",)))
    qtbot.waitUntil(lambda: feature._held is not None and feature._held.classes == ("cats",), timeout=30_000)
    qtbot.waitUntil(lambda: "only one class" in feature.browser.foot.sentence(), timeout=30_000)


def test_without_an_input_the_stored_pictures_are_still_there(qtbot, feature):
    there(qtbot, feature)
    load_torch(feature)
    look(qtbot, feature)
    feature.desk.edit_network(Network(), "Clear")
    qtbot.waitUntil(lambda: "No Input takes the pictures" in feature.browser.way_in.problem(), timeout=30_000)
    assert feature.browser.grid.isVisible()
    feature.desk.document.undo()
    qtbot.waitUntil(lambda: feature.browser.way_in.problem() == "", timeout=60_000)


def test_stages_lead_to_the_input_on_the_canvas_and_to_the_panels(qtbot, feature):
    there(qtbot, feature)
    with qtbot.waitSignal(feature.desk.reveal_wished) as revealed:
        feature.browser.panel_wished.emit("input")
    assert revealed.args == ["input"]
    with qtbot.waitSignal(feature.desk.panel_wished) as opened:
        feature.browser.panel_wished.emit("augmentation")
    assert opened.args == ["augmentation"]


def test_pictures_that_are_not_kept_are_decoded_beside_the_window(feature, qtbot, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(6):
            Image.new("RGB", (30, 20), (40 * index, 80, 90)).save(tmp_path / "photos" / name / f"{index}.png")
    load_torch(feature)
    edit(feature, dataset=Folder(path=str(tmp_path / "photos"), side=16, memory=1e-6))
    qtbot.waitUntil(lambda: feature._held is not None and feature._held.pixels is None, timeout=30_000)
    held = there(qtbot, feature)
    assert held.size == (16, 16)
    grid = feature.browser.grid
    qtbot.waitUntil(lambda: len(grid._tiles) >= 10, timeout=30_000)
    assert look(qtbot, feature).stored.shape == (16, 16, 3)
    Image.new("RGB", (30, 20)).save(tmp_path / "photos" / "cat" / "new.png")
    feature.desk.shown.recipe.data.dataset.read_again()
    feature.desk.images_changed.emit()
    qtbot.waitUntil(lambda: feature._held is not None and len(feature._held.labels) == 13, timeout=30_000)


def test_a_set_is_chosen_from_the_list_fits_the_network_and_is_undone_in_one_step(qtbot, feature):
    there(qtbot, feature)
    sets, desk = feature.browser.sets.list, feature.desk
    qtbot.waitUntil(lambda: "12" in sets.facts(MNIST) and "ready" in sets.facts(Digits))
    sets.chosen.emit(Shapes)
    assert desk.shown.network["input"].layer == Input(3, (32, 32))
    qtbot.waitUntil(lambda: sets.is_chosen(Shapes))
    assert desk.shown.undo == "Set data set to Shapes"
    desk.document.undo()
    assert desk.document.project == first_project()
    qtbot.waitUntil(lambda: sets.is_chosen(Digits))


def test_a_set_comes_back_as_it_was(qtbot, feature):
    there(qtbot, feature)
    hard = Shapes(clutter=9)
    edit(feature, dataset=hard)
    for kind in (Digits, Shapes):
        feature.browser.sets.list.chosen.emit(kind)
    assert feature.desk.shown.recipe.data.dataset == hard


def test_the_list_asks_for_a_folder_of_pictures_and_again_where_there_is_one(
    qtbot, feature, tmp_path, monkeypatch
):
    there(qtbot, feature)
    desk, answers = feature.desk, [None]
    for name in ("pets", "cars"):
        for kind in ("a", "b"):
            (tmp_path / name / kind).mkdir(parents=True)
            for index in range(3):
                Image.new("RGB", (9, 9), (60 * index, 0, 0)).save(tmp_path / name / kind / f"{index}.png")
        answers.append(tmp_path / name)
    monkeypatch.setattr(Data, "ask_folder", lambda self, dataset: answers.pop(0))
    choose = feature.browser.sets.list.chosen.emit
    choose(Folder)
    assert desk.document.project == first_project()
    choose(Folder)
    assert desk.shown.recipe.data.dataset == Folder(path=str(tmp_path / "pets"))
    assert desk.shown.project.classes == 2
    choose(Digits)
    choose(Folder)
    assert desk.shown.recipe.data.dataset.path == str(tmp_path / "pets")
    choose(Folder)
    assert desk.shown.recipe.data.dataset.path == str(tmp_path / "cars")
    qtbot.waitUntil(lambda: feature.browser.sets.list.facts(Folder) == "cars · 2 classes")
    there(qtbot, feature)


def test_whoever_opens_the_tab_keeps_the_probe_and_a_picture_that_is_chosen_becomes_it(qtbot, feature):
    chosen = []
    feature.desk.picture_chosen.connect(chosen.append)
    load_torch(feature)
    there(qtbot, feature)
    qtbot.waitUntil(lambda: feature.browser.chosen is not None)
    edit(feature, augmentation=STEPS)
    assert chosen == []
    before = feature.browser.chosen
    QTest.keyClick(feature.browser.grid, Qt.Key.Key_Right)
    assert chosen == [feature.browser.chosen] != [before]
