"""A run that is looked into makes the same numbers, bit for bit, and gives only a small share of its time."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from networks.graph.network import Network, Node
from networks.insight.live import HEALTH, VIEWS, Live, Wish
from networks.insight.looker import BATCH_BYTES, PASS_BYTES, Looker, first_looker, run_looker
from networks.insight.pictures import BESIDE, MOST_BYTES, pictures
from networks.insight.xrays import Wanted
from networks.layers.activation import ReLU
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d, GroupNorm
from networks.layers.regularization import Dropout
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped, Validated
from networks.runs.failure import explain
from networks.training.run import Run
from networks.xray.probe import DataPicture, OwnPicture


def project(**settings):
    layers = (
        Conv2d(4),
        BatchNorm2d(),
        ReLU(),
        GroupNorm(2),
        Dropout(0.3),
        Flatten(),
        Linear(CLASSES),
        Output(),
    )
    nodes = [Node("input", Input(1, (8, 8)))]
    for index, layer in enumerate(layers):
        nodes.append(Node(f"l{index}", layer, (nodes[-1].name,)))
    recipe = with_settings(Recipe(), **({"batch_size": 64, "threads": 1, "epochs": 2} | settings))
    return Project(Network(tuple(nodes)), recipe)


def words(error):
    return explain(error, "run").message


def trained(run, look=lambda run: None):
    values = []
    for event in run.train():
        if isinstance(event, Stepped | Validated):
            look(run)
            values.append(event.values)
    return values, run.save()


def impatient():
    """A Live that may look after each step, since for its clock no time passes."""
    return Live(words, clock=itertools.count(0.0, 0.0).__next__)


@pytest.mark.parametrize("mode", ["evaluation", "training"])
@pytest.mark.parametrize("settings", [{}, {"averaging": 0.9}], ids=str)
def test_looking_into_a_run_changes_no_bit_of_it(mode, settings):
    trial = project(**settings)
    calm, saved = trained(Run(trial))
    live, run = impatient(), Run(trial)
    wanted = Wanted(frozenset(node.name for node in trial.network.nodes), mode=mode)
    live.wish = Wish(run.id, pictures(trial, DataPicture(5)), wanted)
    steps = []

    def look(run):
        live.look(run)
        steps.append(live.seen.xray.step)

    watched, after = trained(run, look)
    assert live.problem is None
    assert len(set(steps)) > 10
    assert live.seen.measured is not None
    assert watched == calm
    assert after.tensors.keys() == saved.tensors.keys()
    assert all(torch.equal(after.tensors[name], saved.tensors[name]) for name in saved.tensors)
    strides = [weight.stride() for weight in run.module.parameters()]
    assert strides == [weight.stride() for weight in Run(trial).module.parameters()]


def test_looking_takes_no_more_than_its_share():
    trial = project()
    run = Run(trial)
    now = [0.0]

    def clock():
        now[0] += 0.01
        return now[0]

    live = Live(words, clock)
    live.wish = Wish(run.id, pictures(trial, DataPicture(5)), Wanted(frozenset({"l0", "l2"})))
    for _ in range(20_000):
        live.look(run)
    assert 0.01 < live.spent / now[0] <= VIEWS + HEALTH < 0.05


def test_the_newest_wish_wins_and_other_runs_are_left_alone():
    trial = project()
    run, live = Run(trial), impatient()
    ready = pictures(trial, DataPicture(5))
    live.wish = Wish("other", ready, Wanted(frozenset({"l0"})))
    live.look(run)
    assert live.seen is None
    for name in ("l0", "l2"):
        live.wish = Wish(run.id, ready, Wanted(frozenset({name})))
    live.look(run)
    assert live.seen.xray.views.keys() == {"l2"}


def test_what_goes_wrong_is_told_once_and_the_run_goes_on():
    trial = project()
    run, live = Run(trial), impatient()
    ready = pictures(trial, DataPicture(5))
    wrong = ready._replace(images=torch.zeros(3, 5, 8, 8))
    live.wish = Wish(run.id, wrong, Wanted(frozenset({"l0"})))
    values, _ = trained(run, live.look)
    assert values == trained(Run(trial))[0]
    assert live.problem is not None
    live.wish = Wish(run.id, ready, Wanted(frozenset({"l0"})))
    live.look(run)
    assert live.seen is not None


def test_the_first_weights_are_those_with_which_a_run_begins():
    trial = project(seed=3)
    state = torch.get_rng_state()
    looker = first_looker(trial)
    assert torch.equal(torch.get_rng_state(), state)
    begun = Run(trial).module.state_dict()
    first = looker._module.state_dict()
    assert all(torch.equal(begun[name], first[name]) for name in begun)


def test_each_kind_of_weights_of_a_run_gives_its_own_views():
    trial = project(epochs=3)
    run = Run(trial)
    list(run.train())
    ready, wanted = pictures(trial, DataPicture(5)), Wanted(frozenset({"l0", "l7"}))
    now, first, best = (run_looker(run, which).look(ready, wanted) for which in ("now", "first", "best"))
    assert (now.step, first.step, best.step) == (run.step, 0, run.best.step)
    fresh = Looker(Run(trial).module, trial).look(ready, wanted)
    assert np.array_equal(first.views["l0"].maps.values, fresh.views["l0"].maps.values)
    assert not np.array_equal(first.views["l0"].maps.values, now.views["l0"].maps.values)


def test_the_probe_is_seen_as_the_run_sees_it():
    trial = project()
    run = Run(trial)
    row = int(run.sides.images["validation"][7])
    ready = pictures(trial, DataPicture(row))
    images, labels = run.images.validation.cut(7, 8)
    assert torch.equal(ready.images[:1], images)
    assert ready.label == int(labels[0])
    assert len(ready.images) == 1 + BESIDE
    stored, _ = trial.recipe.data.dataset.load()
    large = np.kron(stored[row], np.ones((28, 28, 1), np.uint8))
    own = pictures(trial, OwnPicture(large))
    assert torch.allclose(own.images[0], ready.images[0], atol=1e-5)
    assert own.label is None


def test_the_pull_at_the_weights_is_that_of_the_loss():
    trial = project()
    run = Run(trial)
    ready = pictures(trial, DataPicture(5))
    found = Looker(run.module, trial).measure(ready, ["l2"])
    module = run.module.eval()
    loss = torch.nn.functional.cross_entropy(module(ready.images[:1]), torch.tensor([ready.label]))
    loss.backward()
    part = module.get_submodule("l6")
    squares = sum(float(weight.grad.double().square().sum()) for weight in part.parameters())
    assert found.pulls["l6"].gradient == pytest.approx(squares**0.5, rel=1e-5)
    assert found.units["l2"].pictures == 1 + BESIDE
    assert found.units["l2"].count == 4


def test_a_label_that_nobody_knows_pulls_at_nothing():
    trial = project()
    own = pictures(trial, OwnPicture(np.zeros((8, 8, 3), np.uint8)))
    assert Looker(Run(trial).module, trial).measure(own, []).pulls == {}


def test_a_dead_unit_is_counted():
    trial = project()
    run = Run(trial)
    with torch.no_grad():
        run.module.get_submodule("l1").weight[2] = 0
        run.module.get_submodule("l1").bias[2] = -1
    found = Looker(run.module, trial).measure(pictures(trial, DataPicture(5)), ["l2"])
    assert found.units["l2"].dead == 1
    assert found.units["l2"].zero.tolist() == [False, False, True, False]


def test_units_of_every_layer_may_be_dead():
    """Also those of a layer that does not rest at zero, and of the one that is seen from near."""
    trial = project()
    run = Run(trial)
    with torch.no_grad():
        for each in run.module.get_submodule("l1").parameters():
            each[1] = 0
    found = Looker(run.module, trial).measure(pictures(trial, DataPicture(5)), ["l6"], "l1")
    assert found.units["l1"].zero.tolist() == [False, True, False, False]
    assert found.units["l6"].dead == 0


@pytest.mark.slow
def test_large_pictures_go_a_few_at_a_time():
    small, large = project(), project()
    nodes = [replace(node) for node in large.network.nodes]
    nodes[0] = Node("input", Input(3, (224, 224)))
    large = replace(large, network=Network(tuple(nodes)))
    few, many = pictures(large, DataPicture(5)), pictures(small, DataPicture(5))
    assert few.images.nbytes <= MOST_BYTES < few.images.nbytes + few.images[0].nbytes
    looker = first_looker(large)
    # three outputs of the largest layer at a time
    taken = 3 * 4 * 4 * 224 * 224
    assert looker.at_once == PASS_BYTES // taken
    assert looker.images(few, "training") == min(len(few.images), BATCH_BYTES // taken)
    assert looker.images(few, "evaluation") == 1
    seen = looker.look(few, Wanted(frozenset(), mode="training"))
    assert seen.images == looker.images(few, "training")
    assert first_looker(small).images(many, "training") == len(many.images) == 1 + BESIDE
    assert {each.data_ptr() for each in looker.tensors()} > {
        each.data_ptr() for each in looker._module.parameters()
    }
