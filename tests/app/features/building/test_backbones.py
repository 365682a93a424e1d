"""Backbones put into a document: one step each, the data stay, and undo brings back every byte."""

from __future__ import annotations

import threading

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QMainWindow, QPushButton

from app.background.job import Job
from app.feature.desk import Desk
from app.feature.showing import Showing
from app.features.building.backbones import Backbones, loaded
from app.features.building.imports import KEPT, import_model, importables
from networks.core.message import UserError, message
from networks.doctor.findings import findings
from networks.graph.check import check
from networks.graph.network import Network
from networks.layers.ends import Input
from networks.layers.merge import Add
from networks.presets.base import Paper
from networks.presets.catalog import PRESETS
from networks.presets.resnet import resnet
from networks.project.project import Project, first_project, project_to_json, read_project, write_project
from networks.recipes.data_section import Data
from networks.recipes.datasets import Digits
from networks.recipes.learning_section import Learning
from networks.recipes.machine_section import Machine
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import Recipe, with_settings
from widgets.backbones.browser import BackboneBrowser
from widgets.backbones.details import UNKNOWN, Figures
from widgets.backbones.entries import Importable
from widgets.backbones.thumbnail import Thumbnail
from widgets.controls.notice import Notice
from widgets.look.translation import short, thousands

BY_NAME = {preset.name: preset for preset in PRESETS}
OWN = Recipe(
    Data(validation=0.3, split_seed=5),
    Learning(optimizer=SGD(lr=0.25), epochs=3, seed=11),
    Machine(device="cuda", threads=2),
)
START = Project(first_project().network, OWN)
PAPER = Paper("Turing", 1936, "On Computable Numbers", "section 6")
NAMES = ("tiny", "broken", "mad", "slow", *(f"net{number}" for number in range(KEPT)))
MODELS = {name: Importable(name, name.capitalize(), PAPER, f"Why {name} mattered.") for name in NAMES}


class Models:
    """Stands for torchvision: makes networks by name, in the thread that asks."""

    def __init__(self):
        self.gate, self.asked, self.threads = threading.Event(), [], set()

    def __call__(self, name):
        self.asked.append(name)
        self.threads.add(threading.get_ident())
        if name == "slow":
            assert self.gate.wait(60)
        if name == "broken":
            raise UserError(message("“{name}” cannot be shown layer by layer.", name=name))
        if name == "mad":
            raise ValueError("unheard of")
        return resnet(18 if name == "tiny" else 34), (3, 64, 64)


@pytest.fixture
def models():
    return Models()


@pytest.fixture
def desk(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    return Desk(START, window)


@pytest.fixture
def document(desk):
    return desk.document


@pytest.fixture
def backbones(qtbot, desk, document, models):
    window = desk.window
    made = Backbones(desk, lambda: tuple(MODELS.values()), models)
    Showing(desk, (made,)).show()
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
    return backbones.desk.window.findChild(BackboneBrowser)


def choose(browser, qtbot, words):
    search = browser.findChild(QLineEdit, "search")
    search.selectAll()
    qtbot.keyClicks(search, words)
    qtbot.keyClick(search, Qt.Key.Key_Return)


def select(browser, words):
    """In one step, not letter by letter past others."""
    browser.findChild(QLineEdit, "search").setText(words)


def begin(backbones, browser, models, qtbot, name):
    """Selects a model until its thread has begun."""
    select(browser, name)
    backbones.pause.start(0)
    qtbot.waitUntil(lambda: models.asked[-1:] == [name])


def look(backbones, browser, qtbot, name):
    """Selects a model until its network is shown."""
    select(browser, name)
    backbones.pause.start(0)
    qtbot.waitUntil(lambda: UNKNOWN not in figures(browser).values())
    assert browser.findChild(QLabel, "backbone_title").text() == MODELS[name].title


def problem(browser):
    """What is said of a model that cannot be imported."""
    return browser.findChild(Notice, "problem").sentence() or browser.findChild(Thumbnail).words()


def figures(browser):
    return browser.findChild(Figures).texts()


@pytest.mark.parametrize("with_recipe", [True, False])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_keeps_the_data_and_the_machine(preset, with_recipe):
    project = loaded(START, preset, with_recipe)
    assert project.network == preset.network()
    assert project.recipe.data == OWN.data
    assert project.recipe.machine == OWN.machine
    assert project.recipe.learning.seed == OWN.learning.seed
    if with_recipe and preset.recipe is not None:
        for name in ("optimizer", "loss", "batch_size", "epochs", "clip"):
            assert getattr(project.recipe.learning, name) == getattr(preset.recipe.learning, name)
    else:
        assert project.recipe == OWN
    assert not findings(project)
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
    qtbot.waitUntil(lambda: words in problem(browser))
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


def test_a_model_that_stays_selected_shows_its_network(backbones, models, qtbot):
    """And those that one walks past are not asked for."""
    browser = menu(backbones, qtbot)
    backbones.pause.setInterval(1_000_000)
    for name in ("slow", "net1", "tiny"):
        select(browser, name)
        assert f"layers of {name.capitalize()}" in browser.findChild(Thumbnail).words()
        assert set(figures(browser).values()) == {UNKNOWN}
    assert backbones.pause.isActive()
    assert models.asked == []
    backbones.pause.start(0)
    qtbot.waitUntil(lambda: not browser.findChild(Thumbnail).words())
    assert models.asked == ["tiny"]
    report = check(resnet(18), 10)
    assert figures(browser) == {
        "Weights": thousands(report.weights),
        "Multiply-adds": short(report.multiply_adds),
        "Depth": "18 layers",
        "Input": "3×224×224",
    }


def test_what_was_looked_at_is_imported_at_once(backbones, document, models, qtbot):
    browser = menu(backbones, qtbot)
    look(backbones, browser, qtbot, "tiny")
    choose(browser, qtbot, "tiny")
    assert document.history.undoText() == "Import Tiny"
    assert document.project.network == resnet(18)
    assert models.asked == ["tiny"]
    assert not browser.isVisible()


def test_who_comes_back_to_a_model_sees_it_at_once(backbones, models, qtbot):
    browser = menu(backbones, qtbot)
    look(backbones, browser, qtbot, "tiny")
    seen = figures(browser)
    select(browser, "net1")
    assert figures(browser) != seen
    select(browser, "tiny")
    assert figures(browser) == seen
    browser.reject()
    assert menu(backbones, qtbot) is browser
    assert figures(browser) == seen


def test_the_newest_few_are_kept(backbones, models, qtbot):
    browser = menu(backbones, qtbot)
    look(backbones, browser, qtbot, "tiny")
    for number in range(KEPT):
        look(backbones, browser, qtbot, f"net{number}")
        if number == 0:
            select(browser, "tiny")  # which makes it the newest
    expected = ["tiny", *(f"net{number}" for number in range(KEPT))]
    assert models.asked == expected
    select(browser, "tiny")
    assert UNKNOWN not in figures(browser).values()
    select(browser, "net0")
    assert UNKNOWN in figures(browser).values()


def test_an_import_during_its_preview_waits_for_the_same_thread(backbones, document, models, qtbot):
    browser = menu(backbones, qtbot)
    begin(backbones, browser, models, qtbot, "slow")
    choose(browser, qtbot, "slow")
    assert browser.findChild(QLabel, "doing").text() == "Importing Slow…"
    assert document.history.count() == 0
    with qtbot.waitSignal(backbones.loaded):
        models.gate.set()
    assert models.asked == ["slow"]
    assert document.history.undoText() == "Import Slow"
    assert document.history.count() == 1


def test_a_newer_selection_waits_for_the_older_one_which_is_kept(backbones, models, qtbot):
    browser = menu(backbones, qtbot)
    begin(backbones, browser, models, qtbot, "slow")
    select(browser, "net1")
    backbones.pause.start(0)
    qtbot.waitUntil(lambda: not backbones.pause.isActive())
    select(browser, "tiny")
    backbones.pause.start(0)
    qtbot.waitUntil(lambda: not backbones.pause.isActive())
    assert models.asked == ["slow"]
    shown = []
    browser.show_network = lambda model, network, *_: shown.append((model.name, network))
    models.gate.set()
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [("tiny", resnet(18))]
    assert models.asked == ["slow", "tiny"]
    select(browser, "slow")
    assert shown[1:] == [("slow", resnet(34))]
    assert models.asked == ["slow", "tiny"]


def test_an_import_comes_before_what_is_looked_at_meanwhile(backbones, document, models, qtbot):
    browser = menu(backbones, qtbot)
    begin(backbones, browser, models, qtbot, "slow")
    choose(browser, qtbot, "net1")
    select(browser, "tiny")
    backbones.pause.start(0)
    qtbot.waitUntil(lambda: not backbones.pause.isActive())
    with qtbot.waitSignal(backbones.loaded):
        models.gate.set()
    assert models.asked == ["slow", "net1"]
    assert document.history.undoText() == "Import Net1"


@pytest.mark.parametrize("name", ["broken", "mad"])
def test_a_model_that_cannot_be_shown_says_why_in_the_place_of_its_picture(backbones, models, qtbot, name):
    browser = menu(backbones, qtbot)
    begin(backbones, browser, models, qtbot, name)
    picture = browser.findChild(Thumbnail)
    qtbot.waitUntil(lambda: f"“{MODELS[name].title.casefold()}”" in picture.words().casefold())
    assert set(figures(browser).values()) == {UNKNOWN}
    assert not browser.findChild(Notice, "problem").isVisible()
    look(backbones, browser, qtbot, "tiny")
    assert models.asked == [name, "tiny"]


def test_who_has_walked_on_is_told_of_the_import_that_failed(backbones, models, qtbot):
    browser = menu(backbones, qtbot)
    begin(backbones, browser, models, qtbot, "slow")
    choose(browser, qtbot, "broken")
    select(browser, "tiny")
    models.gate.set()
    qtbot.waitUntil(lambda: bool(browser.findChild(Notice, "problem").sentence()))
    assert "broken" in browser.findChild(Notice, "problem").sentence()


def test_a_menu_that_is_closed_looks_at_nothing(backbones, models, qtbot):
    browser = menu(backbones, qtbot)
    backbones.pause.setInterval(1_000_000)
    select(browser, "tiny")
    qtbot.keyClick(browser, Qt.Key.Key_Escape)
    assert not backbones.pause.isActive()
    begin(backbones, menu(backbones, qtbot), models, qtbot, "slow")
    select(browser, "tiny")
    backbones.pause.start(0)
    qtbot.waitUntil(lambda: not backbones.pause.isActive())
    qtbot.keyClick(browser, Qt.Key.Key_Escape)
    job = backbones.findChild(Job)
    assert job.running
    models.gate.set()
    # the next job, if there were one, would be there as soon as this one has ended
    qtbot.waitUntil(lambda: not job.running and backbones.findChild(Job) is None)
    assert models.asked == ["slow"]


def test_closing_waits_for_a_preview_and_drops_it(backbones, models, qtbot):
    browser = menu(backbones, qtbot)
    begin(backbones, browser, models, qtbot, "slow")
    shown = []
    browser.show_network = lambda model, network, *_: shown.append(model.name)
    models.gate.set()
    backbones.close()
    assert backbones.findChild(Job) is None or not backbones.findChild(Job).running
    qtbot.waitUntil(lambda: backbones.findChild(Job) is None)
    assert shown == []


def test_figures_follow_the_classes_of_the_data(backbones, document, qtbot):
    browser = menu(backbones, qtbot)
    look(backbones, browser, qtbot, "tiny")
    browser.show_classes(1000)
    assert figures(browser)["Weights"] == thousands(11_689_512)


def test_shortcuts_go_and_come_back_in_one_step_each(backbones, document):
    document.edit(replace(START, network=resnet(18)), "Load ResNet-18")
    backbones.remove_shortcuts()
    assert not document.project.network.of_type(Add)
    assert document.history.undoText() == "Remove all shortcuts"
    backbones.restore_shortcuts()
    assert document.project.network == resnet(18)
    assert document.history.undoText() == "Restore all shortcuts"
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

    document.edit(replace(START, recipe=with_settings(OWN, dataset=Hundred())), "Change data")
    assert shown == [100]


def test_a_model_is_asked_for_by_its_name(backbones, models, qtbot):
    with qtbot.waitSignal(backbones.loaded):
        backbones.import_model(MODELS["tiny"])
    assert models.asked == ["tiny"]


def test_a_model_of_torchvisions_fits_the_data(document):
    titles = {model.name: model.title for model in importables()}
    assert titles["squeezenet1_1"] == "SqueezeNet 1.1"
    network, compared = import_model("squeezenet1_1")
    assert compared == (3, 128, 128)
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


def test_saving_after_loading_never_writes_into_the_file_of_the_network_before(
    backbones, document, qtbot, tmp_path
):
    document.mark_saved(tmp_path / "vgg.json")
    choose(menu(backbones, qtbot), qtbot, "resnet-20")
    assert (document.path, document.modified) == (None, True)
    document.undo()
    assert (document.path, document.modified) == (tmp_path / "vgg.json", False)


@pytest.mark.parametrize("answer", ["cancel", "discard", "save"])
def test_unsaved_changes_of_a_file_are_asked_about_before_another_network_comes(
    backbones, document, qtbot, tmp_path, monkeypatch, answer
):
    files = backbones.desk.files
    write_project(document.project, tmp_path / "vgg.json")
    files.open_path(tmp_path / "vgg.json")
    changed = replace(document.project, recipe=with_settings(document.project.recipe, epochs=77))
    document.edit(changed, "Epochs")
    asked = []
    monkeypatch.setattr(files.dialogs, "ask_discard", lambda: asked.append(True) or answer)
    choose(menu(backbones, qtbot), qtbot, "resnet-20")
    assert asked == [True]
    assert (document.project == changed) == (answer == "cancel")
    assert (read_project(tmp_path / "vgg.json") == changed) == (answer == "save")


@pytest.mark.parametrize("unsaved", [True, False])
def test_a_network_over_one_that_was_never_saved_says_how_to_get_that_back(
    backbones, document, qtbot, unsaved
):
    told = []
    backbones.desk.told.connect(lambda sentence, _: told.append(sentence))
    if unsaved:
        document.edit(replace(START, recipe=with_settings(OWN, epochs=77)), "Epochs")
    before = document.project
    choose(menu(backbones, qtbot), qtbot, "resnet-20")
    assert told == (["Load ResNet-20. Undo goes back to what was not saved."] if unsaved else [])
    document.undo()
    assert document.project == before
