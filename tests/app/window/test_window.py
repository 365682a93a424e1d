"""The whole window, driven as a person does: build, set, train, undo, keep; and what must end well."""

from __future__ import annotations

import gc
import threading
import weakref
from types import SimpleNamespace
from typing import ClassVar

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QMessageBox, QTextBrowser

from app.feature.feature import Feature
from app.feature.panel import Panel, Place
from app.features import FEATURES
from app.features.building.canvas import Canvas
from app.features.building.canvas_menu import CanvasMenu
from app.features.runs.training import Training
from app.session.arrangement import Arrangement
from app.session.document import Document
from app.session.places import data_folder
from app.session.recovery import Recovery
from app.start.start import make_application
from app.training.trainer import State
from app.window.window import MainWindow
from networks.core.message import message
from networks.graph.check import check
from networks.graph.edits import remove, set_layers
from networks.layers.activation import Tanh
from networks.layers.rectifiers import ReLU
from networks.presets.resnet import resnet
from networks.project.project import first_project, read_project, write_project
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Finished, Started, Stepped
from networks.training.engine import run as run_module
from networks.training.experiments.speed import Speed
from tests.app.window.opened import OpenedWindow
from tests.widgets.gestures import drop
from widgets.inside.small_grid.dialog import SmallGrid
from widgets.look import theme

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _named(qapp):
    make_application()


@pytest.fixture
def make_window(qtbot):
    made = []

    def make(**recipe):
        project = first_project()
        if recipe:
            project = replace(project, recipe=with_settings(project.recipe, **recipe))
        window = OpenedWindow(project)
        window.canvas.animated = False
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        window.canvas.setFocus()
        made.append(window)
        return window

    yield make
    for window in made:
        window.trainer.close()
        window.document.history.setClean()
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make_window):
    return make_window(epochs=2, threads=1, per_class=20, batch_size=40)


def _idle(window):
    return lambda: window.trainer.state is State.IDLE


def _wire_middle(window, source, target):
    """Half way between two cards, in the canvas."""
    scene = window.canvas.scene()
    upper, lower = (scene.cards[name].sceneBoundingRect() for name in (source, target))
    return window.canvas.mapFromScene((upper.center() + lower.center()) / 2)


def _train_to_the_end(window, qtbot):
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.trainer.busy)
    qtbot.waitUntil(_idle(window), timeout=60_000)


@pytest.mark.parametrize("further", [False, True])
def test_a_run_that_may_take_long_begins_when_a_step_is_measured(make_window, qtbot, monkeypatch, further):
    window = make_window(epochs=3, threads=1, per_class=20, batch_size=40)
    monkeypatch.setattr("networks.doctor.foresight.LONG_EPOCH", 1e-9)
    monkeypatch.setattr(
        "app.training.heavy_runs._measure_step", lambda project, images, task: Speed(1e20, images, None)
    )
    if further:
        window.runs.train_further()
    else:
        qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL)
    assert not window.trainer.busy
    assert "measured first" in window.statusBar().currentMessage()
    qtbot.waitUntil(lambda: window.trainer.busy)
    qtbot.waitUntil(_idle(window), timeout=60_000)
    assert [record.progress.epochs for record in window.runs.records] == [1 if further else 3]


def test_a_run_that_was_held_back_does_not_begin_with_another_project(make_window, qtbot, monkeypatch):
    window, gate = make_window(threads=1), threading.Event()
    monkeypatch.setattr("networks.doctor.foresight.LONG_EPOCH", 1e-9)
    monkeypatch.setattr(
        "app.training.heavy_runs._measure_step",
        lambda project, images, task: (gate.wait(60), Speed(1e20, images, None))[1],
    )
    window.runs.train()
    window.desk.edit_recipe(with_settings(window.document.project.recipe, epochs=7), "Epochs")
    with qtbot.waitSignal(window.feature(Training).heavy_runs.measured):
        gate.set()
    assert not window.trainer.busy
    assert not window.runs.records


def test_the_last_run_is_let_go_with_its_project(make_window, qtbot, tmp_path):
    window = make_window(epochs=1, threads=1, per_class=20, batch_size=40)
    _train_to_the_end(window, qtbot)
    run = weakref.ref(window.trainer.run)
    other = tmp_path / "other.json"
    write_project(window.document.project, other)
    window.document.mark_saved(tmp_path / "this.json")
    window.open_path(other)
    assert window.trainer.run is None
    assert run() is None
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.trainer.busy)
    # what goes on goes on
    window.document.reset(first_project())
    assert window.trainer.busy
    qtbot.waitUntil(_idle(window), timeout=60_000)
    assert window.trainer.run is not None


# see a network at once


def test_it_opens_with_lenet_on_digits_and_train_is_ready(window):
    project = window.document.project
    assert check(project.network, project.classes).weights == 61_706
    assert project.recipe.data.dataset.title == "Digits"
    assert window.bar.main_button.isEnabled()
    assert "61 706" in window.network_summary().replace("\u202f", " ")
    assert window.windowTitle().startswith("Untitled")


class Windows(QObject):
    """Keeps which widgets were shown as windows of their own."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
            self.shown.append(watched)
        return False


def test_no_part_of_it_is_a_window_of_its_own_while_it_is_made(make_window, qapp):
    """A part that is shown before it has its place flashes on the screen, and takes 4 ms of the start."""
    watch = Windows()
    qapp.installEventFilter(watch)
    window = make_window()
    qapp.removeEventFilter(watch)
    assert watch.shown == [window]


def test_totals_that_are_not_known_are_not_told(window):
    window.canvas.select(["flatten1"])
    window.canvas.editing.delete()
    assert window.network_summary() == "13 layers · 1 problem"
    window.document.undo()
    assert "61 706 weights" in window.network_summary().replace("\u202f", " ")


def _menu_at(window, place):
    """The menu that the right button opens at this place of the canvas: its entries, by name."""
    viewport = window.canvas.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    menu = window.canvas.findChild(CanvasMenu)
    return {action.objectName(): action for action in menu.actions() if action.objectName()}


def _on_card(window, name):
    left, top, _, bottom = window.canvas.scene().layout_of_network.box(name)
    return window.canvas.mapFromScene(left + 50, (top + bottom) / 2)


def test_the_right_button_has_a_menu_for_what_it_is_over(window):
    entries = _menu_at(window, _on_card(window, "tanh1"))
    assert list(entries) == ["explain_layer", "cut", "copy", "paste", "duplicate", "delete", "group"]
    assert window.canvas.selected() == ("tanh1",)
    entries["delete"].trigger()
    assert "tanh1" not in window.document.project.network
    _menu_at(window, _on_card(window, "conv1"))["small_grid"].trigger()
    assert window.findChild(SmallGrid).isVisible()
    window.findChild(SmallGrid).close()
    # what is selected together is meant together
    window.canvas.select(["conv2", "tanh2"])
    _menu_at(window, _on_card(window, "tanh2"))["group"].trigger()
    (fold,) = window.document.project.network.folds
    assert window.canvas.selected() == (fold.name,)
    entries = _menu_at(window, _on_card(window, fold.name))
    entries["open_fold"].trigger()
    assert fold.name in window.canvas.scene().frames
    entries = _menu_at(window, _wire_middle(window, "input", "conv1"))
    assert list(entries) == ["delete"]
    assert list(_menu_at(window, QPoint(4, 4))) == ["paste", "select_all", "fit"]
    assert window.canvas.selected() == ()
    window.canvas.findChild(CanvasMenu).close()


def test_torch_is_not_needed_to_build(qtbot, make_window):
    window = make_window()
    assert "CUDA" not in window.torch_words()
    with qtbot.waitSignals([window.desk.torch_loaded, window.desk.made_ahead], timeout=180_000):
        window.load_torch()
    assert "torch 2" in window.torch_words()


# build


def test_a_layer_dropped_on_a_wire_is_inserted_and_undone(window, qtbot):
    before = window.document.project
    assert drop(window.canvas, _wire_middle(window, "conv1", "tanh1"), "BatchNorm2d")
    network = window.document.project.network
    new = network["tanh1"].inputs[0]
    assert type(network[new].layer).__name__ == "BatchNorm2d"
    assert network[new].inputs == ("conv1",)
    assert window.undo_action.text() == "Undo: Insert BatchNorm2d"
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CTRL)
    assert window.document.project == before
    assert window.undo_action.text() == "Undo"
    assert not window.undo_action.isEnabled()
    assert window.redo_action.text() == "Redo: Insert BatchNorm2d"
    qtbot.keyClick(window.canvas, Qt.Key.Key_Y, CTRL)
    assert window.document.project.network == network


def test_enter_in_the_palette_adds_after_the_selection(window, qtbot):
    window.canvas.select(["conv1"])
    search = window.palette_.findChild(QLineEdit)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Slash)
    qtbot.waitUntil(search.hasFocus)
    qtbot.keyClicks(search, "gelu")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    network = window.document.project.network
    assert type(network[network["tanh1"].inputs[0]].layer).__name__ == "GELU"


def test_what_does_not_fit_is_said_on_the_button_and_mended_by_undo(window, qtbot):
    window.canvas.select(["flatten1"])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert not window.bar.main_button.isEnabled()
    assert "Flatten" in window.bar.main_button.toolTip()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL)
    assert not window.trainer.busy
    assert window.canvas.selected() == ("fc1",)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CTRL)
    assert window.bar.main_button.isEnabled()


def test_delete_in_a_field_deletes_no_layer(window, qtbot):
    window.canvas.select(["conv1"])
    before = window.document.project.network
    field = window.selection_panel.findChild(QLineEdit, "filters")
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClick(field, Qt.Key.Key_Home)
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    assert len(window.document.project.network.nodes) == len(before.nodes)


def test_typing_filters_is_one_step_and_reshapes_every_wire(window, qtbot):
    window.canvas.select(["conv1"])
    before = window.document.project
    field = window.selection_panel.findChild(QLineEdit, "filters")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "24")
    assert window.document.project.network["conv1"].layer.filters == 24
    assert window.document.history.count() == 1
    window.undo_action.trigger()
    assert window.document.project == before


def test_a_renamed_layer_stays_selected(window, qtbot):
    window.canvas.select(["conv1"])
    field = window.selection_panel.findChild(QLineEdit, "name")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "stem")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "stem" in window.document.project.network
    assert window.canvas.selected() == ("stem",)


def test_the_activation_of_the_whole_network_changes_in_one_step(window):
    network = window.document.project.network
    relus = {node.name: ReLU() for node in network.of_type(Tanh)}
    window.activation_panel.edited.emit(set_layers(network, relus), "Change activation", "")
    assert not window.document.project.network.of_type(Tanh)
    assert window.document.history.count() == 1


# train


def test_ctrl_return_trains_to_the_end_and_the_curves_have_every_step(window, qtbot):
    events = []
    window.trainer.events_arrived.connect(events.extend)
    _train_to_the_end(window, qtbot)
    steps = [event for event in events if isinstance(event, Stepped)]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "finished"
    (run,) = window.curves.runs
    assert len(window.curves.sharing.csv().splitlines()) >= len(steps) + 1
    assert run.title.startswith("LeNet-5 · ")
    assert "finished" in window.bar.words()


def test_how_a_run_ended_is_said_once(window, qtbot):
    _train_to_the_end(window, qtbot)
    assert not window.curves.outcome.visibleRegion().isEmpty()
    assert window.statusBar().currentMessage() == ""
    window.zones.seats["code"].bring()
    qtbot.waitUntil(lambda: window.curves.outcome.visibleRegion().isEmpty())
    _train_to_the_end(window, qtbot)
    assert window.statusBar().currentMessage() == window.curves.outcome.sentence()


def test_a_run_is_named_after_what_makes_it_another_one(window, qtbot):
    """Two runs in one picture are told apart by what was changed between them."""
    _train_to_the_end(window, qtbot)
    network = window.document.project.network
    relus = {node.name: ReLU() for node in network.of_type(Tanh)}
    window.activation_panel.edited.emit(set_layers(network, relus), "Change activation to ReLU", "")
    _train_to_the_end(window, qtbot)
    for name in ("tanh1", "tanh2"):
        window.canvas.select([name])
        window.canvas.editing.delete()
    _train_to_the_end(window, qtbot)
    _train_to_the_end(window, qtbot)
    assert [run.title for run in window.curves.runs] == [
        "LeNet-5 · as published",
        "LeNet-5 · 4 × Tanh → ReLU",
        "LeNet-5 · 2 × ReLU removed",
        "LeNet-5 · same again",
    ]


def test_pause_resume_and_stop_by_keys(make_window, qtbot):
    window = make_window(epochs=10_000, threads=1)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.trainer.state is State.TRAINING, timeout=30_000)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL)
    assert window.trainer.state is State.PAUSED
    assert window.bar.main_button.text() == "Resume"
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL)
    assert window.trainer.state is State.TRAINING
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return, CTRL | Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(_idle(window), timeout=30_000)
    assert "stopped" in window.bar.words()
    assert window.trainer.run is not None


def test_one_epoch_more_goes_on_with_the_same_curve(window, qtbot):
    _train_to_the_end(window, qtbot)
    steps = window.trainer.run.step
    qtbot.mouseClick(window.bar.further_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(_idle(window), timeout=60_000)
    assert window.trainer.run.step == steps * 3 // 2
    assert len(window.curves.runs) == 1


def test_one_epoch_more_is_not_offered_for_another_network(window, qtbot):
    _train_to_the_end(window, qtbot)
    assert window.bar.further_button.isEnabled()
    window.canvas.select(["tanh1"])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert not window.bar.further_button.isEnabled()
    assert "changed" in window.bar.further_button.toolTip()


def test_a_second_run_draws_beside_the_first(window, qtbot):
    _train_to_the_end(window, qtbot)
    _train_to_the_end(window, qtbot)
    first, second = window.curves.runs
    assert first.title != second.title


def test_features_are_shown_what_runs_have_told(window, qtbot):
    grown = []
    window.desk.recorded.connect(
        lambda: grown.append([len(each.steps) for each in window.desk.shown.records])
    )
    arrived = []
    window.trainer.events_arrived.connect(arrived.append)
    assert window.desk.shown.records == ()
    _train_to_the_end(window, qtbot)
    # when it begins, and once for all that arrives together
    assert len(grown) <= 2 + len(arrived)
    (record,) = window.desk.shown.records
    assert record.ended.reason == "finished"
    assert grown[0] == [0]
    assert grown[-1] == [window.trainer.run.step] != [0]
    _train_to_the_end(window, qtbot)
    assert window.desk.shown.records == window.curves.runs
    window.past.ask_delete = lambda count: count == 2
    window.curves.clear_requested.emit()
    assert window.desk.shown.records == window.curves.runs == ()


def test_editing_while_it_trains_leaves_the_run_alone(make_window, qtbot):
    window = make_window(epochs=10_000, threads=1)
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.TRAINING, timeout=30_000)
    started_from = window.trainer.project
    window.canvas.select(["fc1", "fc2", "flatten1"])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    step = window.runs.progress.epoch
    qtbot.waitUntil(lambda: window.runs.progress.epoch > step, timeout=30_000)
    assert window.trainer.project == started_from
    window.trainer.stop()
    qtbot.waitUntil(_idle(window), timeout=30_000)
    assert window.trainer.run.project == started_from


def test_an_edit_during_training_says_that_it_applies_to_the_next_run(make_window, qtbot):
    window = make_window(epochs=10_000, threads=1)
    notice = window.curves.waiting_notice
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.TRAINING, timeout=30_000)
    assert not notice.isVisible()
    recipe = with_settings(window.document.project.recipe, batch_size=16)
    window.desk.edit_recipe(recipe, "Change Batch size", "")
    assert notice.isVisible()
    assert "next run" in notice.sentence()
    assert "next run" in window.statusBar().currentMessage()
    window.document.undo()
    assert not notice.isVisible()
    window.document.redo()
    window.trainer.stop()
    qtbot.waitUntil(_idle(window), timeout=30_000)
    assert not notice.isVisible()


def test_the_status_line_forgets_how_a_deleted_run_ended(window, qtbot):
    window.past.measured.hide()
    _train_to_the_end(window, qtbot)
    assert window.statusBar().currentMessage().startswith("Trained for 2 epochs.")
    window.runs.every.clear()
    assert window.statusBar().currentMessage() == ""


def test_what_a_deleted_run_left_is_gone_everywhere_and_comes_back_with_it(window, qtbot):
    _train_to_the_end(window, qtbot)
    assert "finished" in window.bar.words()
    window.past.ask_delete = lambda count: False
    qtbot.mouseClick(window.curves.toolbar.clear_button, Qt.MouseButton.LeftButton)
    assert len(window.runs.records) == 1
    window.past.ask_delete = lambda count: True
    qtbot.mouseClick(window.curves.toolbar.clear_button, Qt.MouseButton.LeftButton)
    assert len(window.runs.records) == 0
    assert "finished" not in window.bar.words()
    assert not window.curves.outcome.isVisible()
    window.curves.undo_bar.accept_button.click()
    assert len(window.runs.records) == 1
    assert "finished" in window.bar.words()


def test_a_run_is_renamed_by_its_legend(window, qtbot):
    _train_to_the_end(window, qtbot)
    window.curves.rename_requested.emit(window.curves.runs[0], "  mine ")
    assert window.curves.runs_legend.button(0).text() == "mine"
    assert window.runs.records["run-1"].title == "mine"


def test_a_loss_that_diverges_stops_the_run_and_says_so(make_window, qtbot):
    window = make_window(threads=1, optimizer=SGD(lr=1000.0), epochs=50)
    project = window.document.project
    relus = {node.name: ReLU() for node in project.network.of_type(Tanh)}
    window.document.edit(replace(project, network=set_layers(project.network, relus)), "ReLU")
    events = []
    window.trainer.events_arrived.connect(events.extend)
    _train_to_the_end(window, qtbot)
    assert events[-1].reason == "diverged"
    assert "diverged" in window.bar.words()


def test_a_failure_in_the_thread_is_told_and_training_works_again(window, qtbot, monkeypatch):
    from networks.training.engine import run as run_module

    real = run_module.Run

    def broken(project, id, **begun):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(run_module, "Run", broken)
    _train_to_the_end(window, qtbot)
    assert "failed" in window.bar.words()
    assert "memory" in window.curves.outcome.sentence()
    monkeypatch.setattr(run_module, "Run", real)
    _train_to_the_end(window, qtbot)
    assert "finished" in window.bar.words()


def test_closing_while_it_trains_ends_well(make_window, qtbot):
    window = make_window(epochs=10_000, threads=1)
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.TRAINING, timeout=30_000)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=30_000)
    assert not window.trainer.busy


@pytest.fixture
def stuck(monkeypatch):
    """A run whose batch ends when the test says so."""
    batch = threading.Event()

    class Stuck:
        target_epochs = 1
        watch = SimpleNamespace(glance=None, wished=False, look=lambda: None)
        judgements: ClassVar = {}

        def __init__(self, project, id, **begun):
            self.project, self.id = project, id

        def train(self, epochs, repeating):
            yield Started("run-1", "cpu", 1, 1, 10, 10)
            batch.wait(60)
            yield Stepped("run-1", 1, 1.0, {"training loss": 1.0})

        def hurry(self):
            pass

        def release(self):
            pass

        def stopped(self):
            return (Finished("run-1", "stopped", 1, message("Stopped.")),)

    monkeypatch.setattr(run_module, "Run", Stuck)
    yield batch
    batch.set()


def _shown_box(window):
    return next((box for box in window.findChildren(QMessageBox) if box.isVisible()), None)


def test_closing_says_which_batch_it_waits_for_and_closes_after_it(make_window, qtbot, stuck):
    window = make_window()
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.TRAINING)
    window.close()
    assert window.isVisible()
    assert window.runs.title
    assert f"the running batch of “{window.runs.title}”" in _shown_box(window).text()
    stuck.set()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert not window.ended_early


def test_a_second_close_ends_at_once_and_keeps_what_is_not_saved(make_window, qtbot, monkeypatch, stuck):
    window = make_window()
    window.canvas.editing.add(ReLU())
    monkeypatch.setattr(window.files.dialogs, "ask_discard", lambda: "discard")
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.TRAINING)
    window.close()
    window.canvas.editing.add(Tanh())
    window.close()
    assert not window.isVisible()
    assert window.ended_early
    assert window.trainer.busy
    later = Recovery(Document(first_project()), data_folder() / "recovery")
    assert later.recoverable().project == window.document.project
    later.close()


# keep


def test_save_open_and_the_mark_of_unsaved_changes(window, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "lenet.json"
    monkeypatch.setattr(window.files.dialogs, "ask_save_path", lambda: path)
    window.canvas.select(["tanh1"])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert "*" in window.windowTitle()
    qtbot.keyClick(window.canvas, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: window.windowTitle() == "lenet.json — Backbone")
    assert read_project(path) == window.document.project
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CTRL)
    assert "*" in window.windowTitle()
    monkeypatch.setattr(window.files.dialogs, "ask_discard", lambda: "discard")
    window.open_path(path)
    assert "tanh1" not in window.document.project.network


def test_an_opened_project_is_what_all_parts_of_the_window_show(window, tmp_path):
    """Opened as the first thing, when there is no history yet that could tell of it."""
    project = first_project()
    other = replace(
        project, network=remove(project.network, {"tanh1", "tanh2"}), recipe=with_settings(Recipe(), epochs=7)
    )
    path = tmp_path / "other.json"
    write_project(other, path)
    window.open_path(path)
    assert set(window.canvas.scene().cards) == {node.name for node in other.network.nodes}
    assert "12 layers" in window.network_summary()
    assert window.training_panel.findChild(QLineEdit, "epochs").text() == "7"
    window.files.new()
    assert set(window.canvas.scene().cards) == {"input", "output"}
    assert not window.bar.main_button.isEnabled()


def test_closing_with_unsaved_changes_asks(window, qtbot, monkeypatch):
    window.canvas.select(["tanh1"])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    monkeypatch.setattr(window.files.dialogs, "ask_discard", lambda: "cancel")
    window.close()
    assert window.isVisible()
    monkeypatch.setattr(window.files.dialogs, "ask_discard", lambda: "discard")
    window.close()
    assert not window.isVisible()


def test_a_broken_file_is_said_and_nothing_is_lost(window, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.text()) or 0)
    path = tmp_path / "broken.json"
    path.write_text('{"format": 1, "network": ')
    before = window.document.project
    window.open_path(path)
    assert said
    assert window.document.project == before
    assert path.read_text() == '{"format": 1, "network": '


def test_trained_weights_are_saved_as_safetensors(window, qtbot, tmp_path, monkeypatch):
    from safetensors.torch import load_file

    path = tmp_path / "weights.safetensors"
    monkeypatch.setattr(window.exports, "_ask", lambda *_: path)
    window.exports.export_weights()
    assert not path.exists()
    assert "no trained weights" in window.statusBar().currentMessage()
    _train_to_the_end(window, qtbot)
    window.exports.export_weights()
    qtbot.waitUntil(lambda: not window.exports.busy)
    assert set(load_file(path)) == set(window.trainer.run.module.state_dict())


def _left_by_a_crash(epochs):
    """A session that wrote its recovery file and then was no more."""
    document = Document(first_project())
    recovery = Recovery(document, data_folder() / "recovery")
    recipe = with_settings(document.project.recipe, epochs=epochs)
    document.edit(replace(document.project, recipe=recipe), "Change epochs")
    recovery.write()
    recovery._lock.unlock()


@pytest.mark.parametrize("restores", [True, False])
def test_what_a_crash_left_is_offered_beside_the_work(window, qtbot, restores):
    _left_by_a_crash(77)
    window.offer_recovery()
    assert window.offer_bar.isVisible()
    assert "Untitled" in window.offer_bar.sentence()
    assert window.bar.main_button.isEnabled()
    bar = window.offer_bar
    qtbot.mouseClick(bar.accept_button if restores else bar.refuse_button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    assert (window.document.project.recipe.learning.epochs == 77) == restores
    assert window.document.modified == restores
    window.offer_recovery()
    assert not bar.isVisible()


# one piece


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_theme_can_be_chosen_and_is_kept(window, make_window, mode):
    action = window.findChild(QAction, f"theme_{mode}")
    action.trigger()
    lightness = QApplication.palette().color(QPalette.ColorRole.Window).lightness()
    assert (lightness < 128) == (mode == "dark")
    # returns when what was to be written soon is in the file, which another window reads
    window.desk.settings.change()
    make_window()
    assert theme.colors().dark == (mode == "dark")


def test_the_tab_key_goes_through_the_window_as_one_reads_it(make_window, qtbot):
    window = make_window()
    window.resize(1480, 920)
    zones = window.zones
    parts = [window.top_bar, zones.palette_zone, zones.canvas, zones.tabs, zones.inspector]
    seen, widget = [], window.nextInFocusChain()
    while widget is not window:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            seen += [part for part in parts if part is widget or part.isAncestorOf(widget)]
        widget = widget.nextInFocusChain()
    order = [part for at, part in enumerate(seen) if at == 0 or seen[at - 1] is not part]
    assert order == parts


def test_the_canvas_has_the_focus_at_first(qtbot):
    window = OpenedWindow()
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    assert window.canvas.hasFocus()
    window.close()


def test_finding_a_layer_opens_the_palette_where_the_window_is_narrow(make_window, qtbot):
    window = make_window()
    window.resize(960, 540)
    qtbot.waitUntil(lambda: window.zones.palette_zone.on_rail)
    assert not window.palette_.isVisible()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Slash)
    assert window.palette_.isVisible()
    qtbot.waitUntil(window.palette_.findChild(QLineEdit).hasFocus)
    window.zones.palette_zone.rail.buttons[3].click()
    assert window.palette_.isVisible()
    window.zones.palette_zone.rail.buttons[3].click()
    assert not window.palette_.isVisible()


def test_after_a_start_that_died_the_window_is_plain_and_nothing_else_is_lost(make_window, qtbot):
    window = make_window()
    window.desk.settings.change(theme="dark", recent=(b"/a.json",))
    window.zones.seats["code"].action.trigger()
    window.close()
    again = MainWindow(plain=True)
    qtbot.addWidget(again)
    again.show()
    assert again.zones.seats["code"].open
    again.begin()
    assert "last start" in again.statusBar().currentMessage()
    assert again.desk.settings.read().theme == "dark"
    assert again.desk.settings.read().recent == (b"/a.json",)
    again.close()


def test_panels_come_back_as_they_were(make_window, qtbot):
    window = make_window()
    window.resize(1480, 920)
    zones = window.zones
    qtbot.waitUntil(lambda: zones.width() == 1480)
    zones.seats["activation"].action.trigger()
    zones.seats["code"].bring()
    for name in ("data", "layer"):
        zones.inspector.sections[zones.seats[name]].heading.click()
    left, canvas, measured, right = zones.sizes()
    zones.setSizes([left + 30, canvas - 50, measured, right + 20])
    zones.splitterMoved.emit(0, 0)
    kept = zones.arrangement()
    window.close()
    again = make_window()
    # the screen of the tests is small
    again.resize(1480, 920)
    qtbot.waitUntil(lambda: again.zones.width() == 1480)
    assert again.zones.arrangement() == kept
    assert again.zones.sizes() == zones.sizes()
    assert not again.zones.seats["activation"].panel.widget.isVisible()
    assert not again.zones.inspector.sections[again.zones.seats["data"]].is_folded()
    assert again.zones.inspector.sections[again.zones.seats["layer"]].is_folded()
    assert again.zones.tabs.front() == "code"
    again.menus.actions["arrange"].trigger()
    assert again.zones.arrangement() == Arrangement(tab="curves", folded=("data", "regularization", "bench"))
    assert again.zones.seats["activation"].panel.widget.isVisible()


@pytest.mark.parametrize("opened", ["data", "palette", None])
def test_what_is_open_beside_the_icons_of_a_narrow_window_is_kept(make_window, qtbot, opened):
    window = make_window()
    window.resize(960, 540)
    qtbot.waitUntil(lambda: window.zones.inspector.on_rail and window.zones.palette_zone.on_rail)
    if opened is not None:
        window.zones.seats[opened].bring()
    else:
        window.zones.inspector.close_drawer()
    kept = window.zones.arrangement()
    window.close()
    again = make_window()
    again.resize(960, 540)
    zones = again.zones
    qtbot.waitUntil(lambda: zones.inspector.on_rail and zones.palette_zone.on_rail)
    assert zones.arrangement() == kept
    assert zones.palette_zone.opened == (opened == "palette")
    assert zones.seats["palette"].panel.widget.isVisible() == (opened == "palette")
    assert zones.inspector.drawer_shown == (opened == "data")
    assert zones.seats["data"].panel.widget.isVisible() == (opened == "data")
    again.menus.actions["arrange"].trigger()
    assert zones.arrangement().drawer == ""
    again.close()


class Newcomer(Feature):
    """Has a panel that did not exist when the arrangement was kept."""

    def __init__(self, desk):
        super().__init__(desk)
        self.label = QLabel("new")

    def panels(self):
        return (Panel("newcomer", "Newcomer", Place.INSPECTOR, self.label),)


def test_a_panel_that_is_new_takes_its_place_in_an_old_arrangement(make_window, qtbot):
    window = make_window()
    window.zones.seats["activation"].action.trigger()
    window.close()
    again = MainWindow(features=(*FEATURES, Newcomer))
    qtbot.addWidget(again)
    again.show()
    again.resize(1480, 920)
    seats = again.zones.seats
    qtbot.waitUntil(lambda: not again.zones.inspector.on_rail)
    assert seats["newcomer"].panel.widget.isVisible()
    assert not seats["activation"].open
    again.close()


class Watching(Feature):
    """Checks that what it is shown belongs together."""

    def show(self, old, new):
        assert new.folding.network is new.network
        assert new.folding.whole is new.report
        assert all(new.folding.visible(name) == name for name in new.selection)


def test_all_features_are_shown_a_network_with_its_own_folding_and_selection(qtbot):
    # all but the first, which makes the theme, stand behind the canvas
    window = MainWindow(features=(*FEATURES[:2], Watching, *FEATURES[2:]))
    qtbot.addWidget(window)
    view = window.feature(Canvas).view
    view.animated = False
    for network in (resnet(18), first_project().network, resnet(34)):
        window.desk.edit_network(network, "Change network")
        view.select_everything()
        view.open_all()
        view.close_all()
        view.select([network.nodes[1].name])
        view.editing.delete()
        window.desk.document.undo()
    window.desk.document.history.setClean()
    window.close()


@pytest.mark.parametrize("size", [(1280, 720), (1480, 920), (2560, 1440)])
def test_nothing_is_squeezed_out_of_the_window(make_window, qtbot, size):
    window = make_window()
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    window.zones.reset()
    for widget in (window.canvas, window.curves, window.palette_, window.bar.further_button):
        corner = widget.mapTo(window, QPoint(widget.width(), widget.height()))
        assert corner.x() <= size[0]
        assert corner.y() <= size[1]
    assert window.canvas.width() >= 240
    assert window.curves.width() >= 300


def test_the_help_pages_open(window, qtbot):
    window.show_keys()
    page = window.findChild(QDialog, "keys_page")
    qtbot.waitUntil(page.isVisible)
    assert "Ctrl+Return" in page.findChild(QTextBrowser).toPlainText()
    page.close()


def test_a_closed_window_is_freed(make_window, qtbot):
    window = OpenedWindow(first_project())
    window.show()
    window.close()
    gone = weakref.ref(window)
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
    del window
    gc.collect()
    assert gone() is None


def test_removing_every_layer_leaves_a_window_that_works(window, qtbot):
    window.canvas.select_everything()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert window.document.project.network == remove(
        first_project().network, {n.name for n in first_project().network.nodes}
    )
    assert not window.bar.main_button.isEnabled()
    window.canvas.editing.add(ReLU())
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CTRL)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, CTRL)
    assert window.bar.main_button.isEnabled()
