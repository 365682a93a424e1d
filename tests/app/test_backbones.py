"""Backbones put into a document: one step each, the data stay, and undo brings back every byte."""

from __future__ import annotations

import threading

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow, QPushButton

from app.backbones import Backbones, import_model, import_titles, loaded
from app.document import Document
from networks.check import check
from networks.datasets import Digits
from networks.layers.merge import Add
from networks.layers.network import Input
from networks.message import UserError, message
from networks.network import Network
from networks.optimizers import SGD
from networks.presets.catalog import PRESETS
from networks.presets.resnet import resnet
from networks.project import Project, first_project, project_to_json
from networks.recipe import Recipe
from networks.training.obstacles import obstacle
from widgets.backbone_browser import BackboneBrowser
from widgets.backbones.entries import Importable
from widgets.notice import Notice
from widgets.thumbnail import Thumbnail

replace = msgspec.structs.replace
BY_NAME = {preset.name: preset for preset in PRESETS}
OWN = Recipe(
    data=Digits(validation=0.3, split_seed=5),
    optimizer=SGD(lr=0.25),
    epochs=3,
    seed=11,
    device="cuda",
    threads=2,
)
START = Project(first_project().network, OWN)
MODELS = {"tiny": "Tiny", "broken": "Broken", "mad": "Mad", "slow": "Slow"}


class Models:
    """Stands for torchvision: makes networks by name, in the thread that asks."""

    def __init__(self):
        self.gate, self.asked, self.threads = threading.Event(), [], set()

    def __call__(self, name):
        self.asked.append(name)
        self.threads.add(threading.get_ident())
        if name == "slow":
            assert self.gate.wait(20)
        if name == "broken":
            raise UserError(message("“{name}” cannot be shown layer by layer.", name=name))
        if name == "mad":
            raise ValueError("unheard of")
        return resnet(18 if name == "tiny" else 34)


@pytest.fixture
def models():
    return Models()


@pytest.fixture
def document(qapp):
    return Document(START)


@pytest.fixture
def backbones(qtbot, document, models):
    window = QMainWindow()
    qtbot.addWidget(window)
    made = Backbones(document, MODELS, models, window)
    window.setCentralWidget(made.button)
    with qtbot.waitExposed(window):
        window.show()
    made.homes, made.refusals = [], []
    made.loaded.connect(lambda: made.homes.append(document.project))
    made.refused.connect(made.refusals.append)
    yield made
    models.gate.set()
    made.close()


def menu(backbones, qtbot):
    qtbot.mouseClick(backbones.button, Qt.MouseButton.LeftButton)
    return backbones.parent().findChild(BackboneBrowser)


def choose(browser, qtbot, words):
    search = browser.findChild(QLineEdit, "search")
    search.selectAll()
    qtbot.keyClicks(search, words)
    qtbot.keyClick(search, Qt.Key.Key_Return)


def problem(browser):
    return browser.findChild(Notice, "problem").sentence()


@pytest.mark.parametrize("with_recipe", [True, False])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_keeps_the_data_and_the_machine(preset, with_recipe):
    project = loaded(START, preset, with_recipe)
    assert project.network == preset.network()
    for name in ("data", "seed", "device", "threads"):
        assert getattr(project.recipe, name) == getattr(OWN, name)
    if with_recipe and preset.recipe is not None:
        for name in ("optimizer", "loss", "batch_size", "epochs", "clip"):
            assert getattr(project.recipe, name) == getattr(preset.recipe, name)
    else:
        assert project.recipe == OWN
    assert obstacle(project) is None
    report = check(project.network, project.classes)
    output = next(node for node in project.network.nodes if node.layer.stem == "output")
    assert report.nodes[output.name].output == (10,)
    (images,) = project.network.of_type(Input)
    assert images.layer == preset.network().of_type(Input)[0].layer


def test_loading_is_one_step_and_undo_brings_back_every_byte(backbones, document, qtbot):
    before = project_to_json(document.project)
    choose(menu(backbones, qtbot), qtbot, "resnet-20")
    assert document.history.count() == 1
    assert document.history.undoText() == "Load ResNet-20"
    assert document.project == loaded(START, BY_NAME["ResNet-20"], True)
    assert backbones.homes == [document.project]
    after = project_to_json(document.project)
    document.undo()
    assert project_to_json(document.project) == before
    document.redo()
    assert project_to_json(document.project) == after


def test_the_menu_closes_when_it_has_loaded_and_opens_again_where_it_was(backbones, document, qtbot):
    browser = menu(backbones, qtbot)
    assert browser.isVisible()
    choose(browser, qtbot, "vgg-16")
    assert not browser.isVisible()
    assert menu(backbones, qtbot) is browser
    assert browser.findChild(QLabel, "backbone_title").text() == "VGG-16"
    assert browser.findChild(Thumbnail).isVisible()


def test_an_import_is_one_step_made_in_another_thread(backbones, document, models, qtbot):
    with qtbot.waitSignal(backbones.loaded):
        choose(menu(backbones, qtbot), qtbot, "tiny")
    assert document.history.count() == 1
    assert document.history.undoText() == "Import Tiny"
    assert document.project == replace(START, network=resnet(18))
    assert threading.get_ident() not in models.threads
    document.undo()
    assert project_to_json(document.project) == project_to_json(START)


@pytest.mark.parametrize(
    ("name", "words"), [("broken", "cannot be shown layer by layer"), ("mad", "ValueError: unheard of")]
)
def test_what_cannot_be_imported_is_said_in_the_menu(backbones, document, qtbot, name, words):
    browser = menu(backbones, qtbot)
    choose(browser, qtbot, name)
    qtbot.waitUntil(lambda: bool(problem(browser)))
    assert words in problem(browser)
    assert browser.isVisible()
    assert browser.findChild(QPushButton, "load").isEnabled()
    assert document.history.count() == 0


def test_an_import_that_is_cancelled_changes_nothing(backbones, document, models, qtbot):
    browser = menu(backbones, qtbot)
    choose(browser, qtbot, "slow")
    assert "Slow" in browser.findChild(QLabel, "doing").text()
    qtbot.keyClick(browser, Qt.Key.Key_Escape)
    assert not browser.isVisible()
    models.gate.set()
    backbones.close()
    assert document.history.count() == 0
    assert menu(backbones, qtbot).findChild(QPushButton, "load").isEnabled()


def test_another_import_waits_for_the_one_that_was_cancelled(backbones, document, models, qtbot):
    browser = menu(backbones, qtbot)
    choose(browser, qtbot, "slow")
    qtbot.waitUntil(lambda: models.asked == ["slow"])
    qtbot.keyClick(browser, Qt.Key.Key_Escape)
    choose(menu(backbones, qtbot), qtbot, "tiny")
    assert models.asked == ["slow"]
    with qtbot.waitSignal(backbones.loaded):
        models.gate.set()
    assert models.asked == ["slow", "tiny"]
    assert document.history.undoText() == "Import Tiny"
    assert document.history.count() == 1


def test_closing_waits_for_the_thread(backbones, document, models, qtbot):
    choose(menu(backbones, qtbot), qtbot, "slow")
    qtbot.waitUntil(lambda: models.asked == ["slow"])
    models.gate.set()
    backbones.close()
    assert document.history.count() == 0


def test_shortcuts_go_and_come_back_in_one_step_each(backbones, document):
    document.edit(replace(START, network=resnet(18)), "Load ResNet-18")
    backbones.remove_shortcuts()
    assert not document.project.network.of_type(Add)
    assert document.history.undoText() == "Remove all shortcut connections"
    backbones.restore_shortcuts()
    assert document.project.network == resnet(18)
    assert document.history.undoText() == "Restore all shortcut connections"
    assert document.history.count() == 3
    assert backbones.refusals == []


def test_without_a_residual_block_a_sentence_says_so(backbones, document):
    backbones.remove_shortcuts()
    backbones.restore_shortcuts()
    assert [str(reason).split(",")[0] for reason in backbones.refusals] == [
        "Expected a network with shortcuts",
        "Expected residual blocks whose shortcuts were removed",
    ]
    assert document.history.count() == 0


def test_the_menu_counts_weights_for_the_data_that_came_while_it_was_open(backbones, document, qtbot):
    browser = menu(backbones, qtbot)
    shown = []
    browser.show_classes = shown.append
    document.edit(replace(START, network=Network()), "Clear")
    assert shown == []

    class Hundred(Digits):
        classes = tuple(map(str, range(100)))

    document.edit(replace(START, recipe=replace(OWN, data=Hundred())), "Change data")
    assert shown == [100]


def test_a_model_is_asked_for_by_its_name(backbones, models, qtbot):
    with qtbot.waitSignal(backbones.loaded):
        backbones.import_model(Importable("tiny", "Tiny"))
    assert models.asked == ["tiny"]


def test_a_model_of_torchvisions_fits_the_data(document):
    assert import_titles()["squeezenet1_1"] == "SqueezeNet 1.1"
    network = import_model("squeezenet1_1")
    assert check(network, document.project.classes).trainable
    with pytest.raises(UserError, match="no model"):
        import_model("vit_b_16")


def test_training_goes_on_while_a_model_is_traced():
    """torch.fx stands before the call of every module of the process while it traces."""
    import torch

    torch.set_num_threads(1)
    module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    images = torch.ones(3, 4)
    expected = module(images)
    over, steps, wrong = threading.Event(), [], []

    def train():
        while not over.is_set():
            try:
                scores = module(images)
                scores.sum().backward()
                steps.append(torch.equal(scores, expected))
            except NameError as error:  # what torch.fx raises for a module that it does not know
                wrong.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    try:
        for _ in range(3):
            import_model("mobilenet_v2")
    finally:
        over.set()
        thread.join()
    assert wrong == []
    assert len(steps) > 10
    assert all(steps)
