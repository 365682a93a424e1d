"""Fields that steer change the run that goes on; it can be repeated, and another go on from its weights."""

from __future__ import annotations

import pytest
import torch
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.learning.optimization import Optimization
from app.features.runs.training import Training
from app.session.settings import Settings
from networks.core.fields import changed_at
from networks.graph.edits import freeze
from networks.project.project import first_project
from networks.recipes.optimizers import SGD
from networks.recipes.recipe import with_settings
from widgets.forms.bolt import Bolt


class Room:
    """The features of training and of its panel, shown every new state as the window shows it."""

    def __init__(self, qtbot, tmp_path, **recipe):
        self.window = QWidget()
        qtbot.addWidget(self.window)
        project = first_project()
        settings = {"batch_size": 500, "threads": 1, "epochs": 10_000} | recipe
        project = replace(project, recipe=with_settings(project.recipe, **settings))
        self.desk = Desk(project, self.window, Settings(tmp_path / "settings.json"), tmp_path)
        self.training, self.optimization = Training(self.desk), Optimization(self.desk)
        for widget in (self.training.bar, self.training.curves, self.optimization.panel):
            qtbot.addWidget(widget)
        self.told = []
        self.desk.told.connect(lambda sentence, _: self.told.append(sentence))
        self._shown = None
        self.desk.changed.connect(self._show)
        self._show()
        self._qtbot = qtbot

    def _show(self):
        old, self._shown = self._shown, self.desk.shown
        for feature in (self.training, self.optimization):
            feature.show(old, self._shown)

    @property
    def runs(self):
        return self.training.runs

    @property
    def record(self):
        return list(self.runs.records)[-1]

    def train(self):
        self.runs.train()
        self.until(lambda: self.record.measured)

    def until(self, condition):
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=90_000)

    def stop(self):
        self.desk.trainer.stop()
        self.until(lambda: not self.desk.trainer.busy)

    def set(self, **settings):
        self.edit(with_settings(self.desk.shown.recipe, **settings))

    def edit(self, recipe):
        self.desk.edit_recipe(recipe, "Change", "")

    def bolts(self):
        panel = self.optimization.panel
        found = (*panel.findChildren(Bolt), *panel.details.findChildren(Bolt))
        return [bolt for bolt in dict.fromkeys(found) if not bolt.isHidden()]


@pytest.fixture
def room(qtbot, tmp_path):
    made = []

    def make(**recipe):
        made.append(Room(qtbot, tmp_path, **recipe))
        return made[-1]

    yield make
    for each in made:
        each.desk.trainer.close()
        each.training.close()


def test_an_edit_of_what_steers_changes_the_run_and_is_marked(room):
    room = room()
    assert not room.optimization.panel.findChild(QWidget, "steers").sentence()
    assert len(room.bolts()) <= 1  # the sign in the hidden line
    room.train()
    assert "now; the rest waits" in room.optimization.panel.findChild(QWidget, "steers").sentence()
    assert len(room.bolts()) >= 5
    room.set(optimizer=replace(room.desk.shown.recipe.learning.optimizer, lr=0.004))
    room.until(lambda: room.record.changes)
    (change,) = room.record.changes
    assert (change.path, change.value) == ("learning.optimizer.lr", 0.004)
    assert str(change.words) == "Learning rate 0.001 → 0.004"
    assert not room.runs.waiting
    assert any("0.001 → 0.004" in sentence for sentence in room.told)
    assert not any("next run" in sentence for sentence in room.told)
    marks = room.training.curves.chart("loss").curves(room.record).changes
    room.training.curves.show_records(room.runs.records)
    assert marks is not None
    # undoing the step takes the change back, in the run as well
    room.desk.document.undo()
    room.until(lambda: len(room.record.changes) == 2)
    assert room.record.changes[1].value == 0.001
    room.stop()
    assert room.desk.trainer.run.recipe.learning.optimizer.lr == 0.001
    assert not room.optimization.panel.findChild(QWidget, "steers").sentence()
    assert room.runs.further_reason() == ""


def test_a_drag_is_one_change(room):
    room = room()
    room.train()
    for rate in (0.002, 0.003, 0.005):
        room.set(optimizer=replace(room.desk.shown.recipe.learning.optimizer, lr=rate))
    room.until(lambda: room.record.changes)
    room.stop()
    assert [change.value for change in room.record.changes] == [0.005]


def test_what_does_not_steer_waits_for_the_next_run(room):
    room = room()
    room.train()
    room.set(batch_size=100)
    assert room.runs.waiting
    assert any("next run" in sentence for sentence in room.told)
    # another optimizer waits, and its numbers with it; what it shares with none still steers
    room.set(optimizer=SGD(lr=0.1))
    room.set(optimizer=SGD(lr=0.2))
    room.set(clip=3.0)
    room.until(lambda: room.record.changes)
    room.stop()
    assert [change.path for change in room.record.changes] == ["learning.clip"]


def test_the_end_can_be_moved_while_it_trains(room):
    room = room()
    room.train()
    room.set(epochs=1)
    room.until(lambda: not room.desk.trainer.busy)
    assert room.record.ended.reason == "finished"
    assert room.record.progress.epochs < 10_000


def test_the_last_run_is_repeated_exactly(room):
    room = room()
    assert room.runs.repeat_reason()
    room.train()
    room.set(optimizer=replace(room.desk.shown.recipe.learning.optimizer, lr=0.01))
    room.until(lambda: room.record.changes)
    end = int(room.record.last_epoch) + 2
    room.set(epochs=end)
    room.until(lambda: not room.desk.trainer.busy)
    first = room.record
    # what the project has become since does not matter
    room.set(seed=17)
    room.runs.repeat()
    room.until(lambda: not room.desk.trainer.busy)
    again = room.record
    assert again is not first
    assert [(each.step, each.path, each.value) for each in again.changes] == [
        (each.step, each.path, each.value) for each in first.changes
    ]
    assert again.steps.values("training loss").tolist() == first.steps.values("training loss").tolist()


def test_a_repetition_ends_where_the_run_did_and_begins_with_the_same_weights(room):
    """After epochs that were added, from weights of another run, and once more."""
    room = room(epochs=1)
    room.runs.train()
    room.until(lambda: not room.desk.trainer.busy)
    room.runs.continue_from()
    room.until(lambda: not room.desk.trainer.busy)
    for _ in range(2):
        room.runs.train_further()
        room.until(lambda: not room.desk.trainer.busy)
    first = room.record
    for _ in range(2):
        room.runs.repeat()
        room.until(lambda: not room.desk.trainer.busy)
        assert room.record is not first
        assert room.record.last_epoch == first.last_epoch == 3
        assert room.record.progress.epochs == 3
        for name in ("training loss", "learning rate"):
            assert room.record.steps.values(name).tolist() == first.steps.values(name).tolist()


def test_a_run_goes_on_from_the_last_ones_weights(room):
    room = room(epochs=4)
    assert room.runs.continue_reason()
    room.runs.train()
    room.until(lambda: not room.desk.trainer.busy)
    parent, weights = room.record, room.desk.trainer.run.weights()
    # another learning rate, and a frozen layer
    project = room.desk.document.project
    frozen = replace(project, network=freeze(project.network, ["conv1"]))
    room.desk.document.edit(frozen, "Freeze")
    room.set(optimizer=SGD(lr=0.01), epochs=1)
    assert room.runs.continue_reason() == ""
    room.runs.continue_from()
    room.until(lambda: not room.desk.trainer.busy)
    child = room.record
    assert child.parent == parent.title
    assert parent.title[:40] in child.title
    learned = room.desk.trainer.run.weights()
    assert torch.equal(learned["conv1.weight"], weights["conv1.weight"])
    assert not torch.equal(learned["conv2.weight"], weights["conv2.weight"])
    # it begins where the parent ended
    assert child.steps.values("training loss")[0] < parent.steps.values("training loss")[0] - 0.2  # of 2.30


def test_weights_of_another_network_are_not_gone_on_from(room):
    room = room(epochs=1)
    room.runs.train()
    room.until(lambda: not room.desk.trainer.busy)
    project = room.desk.document.project
    other = changed_at(project.network["fc1"].layer, "features", 50)
    nodes = [replace(node, layer=other) if node.name == "fc1" else node for node in project.network.nodes]
    network = replace(project.network, nodes=tuple(nodes))
    room.desk.document.edit(replace(project, network=network), "Change")
    assert "do not fit" in room.runs.continue_reason()
