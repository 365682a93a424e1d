"""Runs that take turns are, to the bit, what each would be alone; twins begin with the same weights."""

from __future__ import annotations

import itertools

import pytest
import torch
from msgspec.structs import replace

from networks.graph.edits import add_after, remove, set_layers
from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d
from networks.layers.rectifiers import PReLU
from networks.project.project import Project
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.optimizers import SGD, Adam
from networks.recipes.recipe import with_settings
from networks.runs.events import Failed, Finished
from networks.runs.kept.files import START_WEIGHTS
from networks.runs.kept.reading import read_run
from networks.training.engine.run import Run
from networks.training.experiments.shared_weights import share_first_weights
from networks.training.experiments.turns import Turns
from networks.training.keeping.recorder import Named, begun
from networks.training.keeping.resuming import resumed
from tests.networks.training.engine.test_run import PLAIN, RANDOM, chain, measured, project, same_weights

MIXED = {
    "optimizer": Adam(),
    "augmentation": AUGMENTATION_PRESETS[1].steps,
    "averaging": 0.9,
    "epochs": 3,
}


def recipe(given: Project, **settings) -> Project:
    return replace(given, recipe=with_settings(given.recipe, **settings))


def layers(given: Project, **changed) -> Project:
    return replace(given, network=set_layers(given.network, changed))


BEFORE = project(RANDOM, **MIXED)
TWINS = {
    "activation": layers(BEFORE, relu3=Tanh()),
    "optimizer": recipe(BEFORE, optimizer=SGD(lr=0.05, momentum=0.9)),
    "batch size": recipe(BEFORE, batch_size=200),
    "epochs": recipe(BEFORE, epochs=2),
    "augmentation": recipe(BEFORE, augmentation=()),
    "dropout": recipe(BEFORE, dropout=0.0),
    "one layer more": replace(
        BEFORE, network=add_after(BEFORE.network, Conv2d(filters=4, kernel=(3, 3)), "relu3")[0]
    ),
    "normalization": replace(BEFORE, network=remove(BEFORE.network, ["bn2"])),
    "threads": recipe(BEFORE, threads=2),
}


class Ticks:
    """A clock by which a run makes a few events before it is the next one's turn."""

    def __init__(self, events: int) -> None:
        self._times = itertools.count()
        self._events = events

    def __call__(self) -> float:
        return next(self._times) * 0.1 / self._events


def twins(one: Project, other: Project) -> tuple[Run, Run]:
    runs = Run(one, "A"), Run(other, "B")
    share_first_weights(*runs)
    return runs


def alone(given: Project, run: Run) -> tuple[Run, list[object]]:
    """The same project trained alone, with the first weights of a run that has not begun."""
    single = Run(given, run.id, weights=run.weights())
    return single, measured(single.train())


@pytest.mark.parametrize("change", TWINS)
def test_twins_that_take_turns_are_what_each_is_alone(change):
    after = TWINS[change]
    runs = twins(BEFORE, after)
    expected = [alone(BEFORE, runs[0]), alone(after, runs[1])]
    events = list(Turns(runs, clock=Ticks(3)).train())
    for run, (single, told) in zip(runs, expected, strict=True):
        assert measured(event for event in events if event.run == run.id) == told
        assert same_weights(run, single)
    # not one after the other
    ends = [index for index, event in enumerate(events) if isinstance(event, Finished)]
    firsts = [min(index for index, event in enumerate(events) if event.run == run.id) for run in runs]
    assert max(firsts) < min(ends)


def test_each_turn_goes_on_however_late_it_is():
    # a second passes between any two looks at the clock, as where others keep all cores busy
    events = list(Turns(twins(BEFORE, BEFORE), clock=itertools.count().__next__).train())
    assert [event.reason for event in events if isinstance(event, Finished)] == ["finished"] * 2


def test_the_one_as_it_is_is_the_run_of_its_seed():
    runs = twins(BEFORE, TWINS["normalization"])
    single = Run(BEFORE)
    list(single.train())
    list(Turns(runs).train())
    assert same_weights(runs[0], single)


def test_twins_begin_with_the_same_weights_where_they_share_layers():
    after = TWINS["one layer more"]
    one, other, drawn = Run(BEFORE, "A"), Run(after, "B"), Run(after)
    shared = share_first_weights(one, other)
    assert (shared.same, len(shared.own)) == (("conv1", "bn2", "fc6"), 1)
    ours, theirs = one.weights(), other.weights()
    assert all(torch.equal(tensor, ours[name]) for name, tensor in theirs.items() if name in ours)
    # what lies behind the new layer drew other numbers
    assert not torch.equal(drawn.weights()["fc6.weight"], ours["fc6.weight"])


def test_layers_of_another_shape_keep_their_own_and_are_named():
    wider = layers(BEFORE, conv1=replace(BEFORE.network["conv1"].layer, filters=6))
    one, other = Run(BEFORE, "A"), Run(wider, "B")
    before = other.weights()
    shared = share_first_weights(one, other)
    assert shared.own == ("conv1", "bn2", "fc6")
    assert all(torch.equal(tensor, before[name]) for name, tensor in other.weights().items())
    assert "conv1, bn2, fc6" in str(shared.sentence())


def test_what_a_setting_says_of_the_first_weights_is_no_luck():
    network = chain(*(PReLU() if node.name == "relu2" else node.layer for node in PLAIN.nodes))
    prelu = next(node.name for node in network.nodes if isinstance(node.layer, PReLU))
    before = project(network)
    steeper = layers(before, **{prelu: PReLU(init=0.5)})
    _, other = twins(before, steeper)
    assert float(other.weights()[f"{prelu}.weight"]) == 0.5


def test_where_all_weights_were_drawn_alike_nothing_is_kept_of_them():
    _, other = twins(BEFORE, TWINS["optimizer"])
    assert other.first_weights is None


def kept(tmp_path, one: Project, other: Project):
    runs = twins(one, other)
    recorders = {
        run.id: begun(run, tmp_path / "runs", Named(run.id), weights=run.first_weights) for run in runs
    }
    return runs, recorders


def test_each_twin_goes_on_from_its_folder_as_if_nothing_had_happened(tmp_path):
    after = replace(TWINS["one layer more"], recipe=TWINS["optimizer"].recipe)
    runs, recorders = kept(tmp_path, BEFORE, after)
    folders = [recorder.folder for recorder in recorders.values()]
    assert [(folder / START_WEIGHTS).exists() for folder in folders] == [False, True]
    expected = [alone(BEFORE, runs[0])[0], alone(after, runs[1])[0]]
    turns = Turns(runs, recorders, clock=Ticks(2))
    events = turns.train()
    for _ in range(20):
        next(events)
    events.close()
    last = list(turns.stopped())
    assert [event.reason for event in last if isinstance(event, Finished)] == ["stopped", "stopped"]
    for folder, single in zip(folders, expected, strict=True):
        run, recorder, differs, _ = resumed(folder)
        assert 0 < run.step < single.step
        assert not differs
        for event in run.train():
            recorder.take(event)
        assert same_weights(run, single)
        assert read_run(folder).record.ended.reason == "finished"


def test_where_one_breaks_off_the_other_goes_on():
    runs = twins(BEFORE, TWINS["optimizer"])

    def broken(*_, **__):
        raise RuntimeError("it broke")

    runs[1].model.trained.forward = broken
    events = list(Turns(runs).train())
    assert [type(event) for event in events if event.run == "B"][-1] is Failed
    assert next(event for event in events if isinstance(event, Finished)).run == "A"
