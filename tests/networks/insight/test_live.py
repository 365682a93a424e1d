"""A run that is looked into makes the same numbers, bit for bit, and gives only a small share of its time."""

from __future__ import annotations

import itertools
from threading import Thread

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from networks.graph.network import Network, Node
from networks.insight.copies import first_looker, run_looker
from networks.insight.live import HEALTH, LATEST, SOONEST, TOGETHER, VIEWS, Live, Wish
from networks.insight.looker import BATCH_BYTES, PASS_BYTES, Looker, Measured
from networks.insight.pictures import BESIDE, MOST_BYTES, pictures
from networks.insight.xrays import Wanted
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d, GroupNorm
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped, Validated
from networks.runs.failure import explain
from networks.training.engine.run import Run
from networks.xray.probe import DataPicture, OwnPicture
from networks.xray.view import XRay


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


def units(measured):
    return {name: (each.zero.tolist(), each.pictures) for name, each in measured.units.items()}


def same(one, other):
    """Whether the same was measured, to the bit."""
    told = [(units(each), each.pulls, each.names, each.near, each.weighed is None) for each in (one, other)]
    if told[0] != told[1] or one.weighed is None:
        return told[0] == told[1]
    spreads = [(each.weighed.weights, each.weighed.gradients) for each in (one, other)]
    return all(np.array_equal(a.counts, b.counts) and a.low == b.low for a, b in zip(*spreads, strict=True))


def trained(run, look=lambda run: None):
    values = []
    for event in run.train():
        if isinstance(event, Stepped | Validated):
            look(run)
            values.append(event.values)
    return values, run.save()


def impatient():
    """A Live that may look after each step, since for its clock no time passes."""
    return Live(words, clock=itertools.count(0.0, 0.0).__next__, soonest=0)


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


@pytest.fixture
def timed(monkeypatch):
    """A Live whose looks take as long as one says, on a clock that stands still meanwhile."""

    class Timed:
        def __init__(self):
            self.trial, self.now, self.cost, self.looks = project(), 0.0, 0.01, []
            self.run, self.live = Run(self.trial), Live(words, lambda: self.now)
            ready = pictures(self.trial, DataPicture(5))
            self.wish = self.live.wish = Wish(self.run.id, ready, Wanted(frozenset({"l0"})))

        def look(self, *_):
            self.looks.append(self.now)
            self.now += self.cost
            return XRay({}, 0, "evaluation", None, self.cost)

        def train(self, seconds, step):
            """So many seconds; gives the looks in each of them."""
            began, before = self.now, len(self.looks)
            while self.now < began + seconds:
                self.now += step
                self.live.look(self.run)
            return (len(self.looks) - before) / seconds

    timed = Timed()
    monkeypatch.setattr(Looker, "look", lambda *_: timed.look())
    monkeypatch.setattr(Looker, "measure", lambda *_, **__: Measured({}, {}))
    return timed


@pytest.mark.parametrize("step", [0.02, 0.09, 0.21, 0.5])
@pytest.mark.parametrize("cost", [0.001, 0.005, 0.01, 0.02, 0.05])
def test_looks_come_as_often_as_their_share_allows_however_long_a_step_is(step, cost, timed):
    timed.cost = cost
    rate = timed.train(100, step)
    apart = max(SOONEST, min(cost / TOGETHER, LATEST))
    # between steps alone, and not sooner than views are taken
    soonest = step * np.ceil((SOONEST - cost) / step) + cost
    most = min(1 / apart, VIEWS / cost, 1 / soonest)
    assert 0.95 * most <= rate <= 1.02 * most
    assert min(np.diff(timed.looks)) >= SOONEST
    # nothing is saved up while nobody looks
    timed.live.wish = None
    timed.train(100, step)
    timed.live.wish = timed.wish
    assert timed.train(10, step) <= 1.02 * most + 0.2


def test_what_showing_takes_counts_with_looking_but_three_views_come_in_a_second(timed):
    timed.cost = 0.004
    alone = timed.train(100, 0.05)
    timed.live.waits = 0.002
    beside = timed.train(100, 0.05)
    assert beside == pytest.approx(TOGETHER / 0.006, rel=0.05)
    assert beside < alone
    # however long it takes to show them
    timed.live.waits = 5.0
    assert 3 <= timed.train(100, 0.05) <= 1.05 / LATEST
    # and with twins that train turn about, since the time of both counts
    other = Run(timed.trial)
    other.id = "other"
    count, began = len(timed.looks), timed.now
    while timed.now < began + 100:
        timed.now += 0.05
        timed.live.look(other)
        timed.now += 0.05
        timed.live.look(timed.run)
    assert len(timed.looks) - count >= 300


def test_time_in_which_nothing_is_wished_for_saves_nothing(timed):
    timed.cost = 0.5
    timed.train(1, 0.05)
    assert len(timed.looks) == 1
    timed.live.wish = None
    timed.train(100, 0.05)
    timed.live.wish = timed.wish
    before = timed.now
    while len(timed.looks) == 1:
        timed.train(0.05, 0.05)
    assert timed.now - before == pytest.approx(timed.cost / VIEWS - 1, abs=0.7)


def test_views_are_shown_before_it_is_measured_how_layers_fare(monkeypatch):
    trial, shown = project(), []
    run, live = Run(trial), impatient()
    measure = Looker.measure

    def measured(*given, **named):
        shown.append(live.seen)
        return measure(*given, **named)

    monkeypatch.setattr(Looker, "measure", measured)
    wanted = Wanted(frozenset(node.name for node in trial.network.nodes))
    live.wish = Wish(run.id, pictures(trial, DataPicture(5)), wanted)
    live.look(run)
    ((wish, xray, before),) = shown
    assert wish is live.wish
    assert xray is live.seen.xray
    assert before is None
    assert live.seen.measured is not None
    # other layers come into sight: what is known of these is told with them
    live.wish = Wish(run.id, live.wish.pictures, Wanted(frozenset({"l0"})))
    live.look(run)
    assert live.seen.measured is not None
    assert len(shown) == 1


def test_a_newer_wish_does_not_wait_until_it_is_measured_how_layers_fare(monkeypatch):
    trial, measured = project(), []
    run, live = Run(trial), impatient()
    ready, measure = pictures(trial, DataPicture(5)), Looker.measure
    newer = Wish(run.id, ready, Wanted(frozenset({"l2"})))

    def interrupted(looker, *given, goes_on, **named):
        def asked():
            live.wish = newer
            return goes_on()

        measured.append(measure(looker, *given, goes_on=asked, **named))
        return measured[-1]

    monkeypatch.setattr(Looker, "measure", interrupted)
    live.wish = Wish(run.id, ready, Wanted(frozenset({"l0"})))
    live.look(run)
    assert measured == [None]
    assert live.problem is None
    assert live.seen.measured is None
    live.look(run)
    assert live.seen.wish is newer
    assert all(weight.grad is None and not weight._backward_hooks for weight in run.module.parameters())


@pytest.mark.parametrize("mode", ["evaluation", "training"])
def test_what_is_seen_is_of_one_step_and_stays_so_while_the_run_goes_on(mode):
    trial = project()
    run, live = Run(trial), impatient()
    ready = pictures(trial, DataPicture(5))
    wanted = Wanted(frozenset(node.name for node in trial.network.nodes), mode=mode)
    live.wish = Wish(run.id, ready, wanted)
    seen, copies = [], []

    def look(run):
        copied, step = run.state.copied("last")
        live.look(run)
        seen.append(live.seen.xray)
        copies.append((step, Looker(copied, trial, step).look(ready, wanted)))

    for _, event in zip(range(12), run.train(), strict=False):
        if isinstance(event, Stepped):
            look(run)
    assert live.problem is None
    assert len({each.step for each in seen}) == len(seen) > 8
    for found, (step, calm) in zip(seen, copies, strict=True):
        assert found.step == calm.step == step
        assert np.array_equal(found.answer, calm.answer)
        for name, view in found.views.items():
            other = calm.views[name]
            assert (view.low, view.high, view.mean) == (other.low, other.high, other.mean)
            if view.maps is None:
                assert np.array_equal(view.bars, other.bars)
            else:
                assert view.maps.channels == other.maps.channels
                assert np.array_equal(view.maps.values, other.maps.values)
    assert not np.array_equal(seen[0].answer, seen[-1].answer)


def test_who_looks_does_not_wait_for_who_measures_and_neither_disturbs_the_other():
    trial = project()
    looker, ready = Looker(Run(trial).module, trial), pictures(trial, DataPicture(5))
    names = frozenset(node.name for node in trial.network.nodes)
    calm = looker.measure(ready, names, "l0")
    views = {mode: looker.look(ready, Wanted(names, mode=mode)) for mode in ("evaluation", "training")}
    found, looks = [], []

    def look():
        training = looker.look(ready, Wanted(names, mode="training"))
        found.append((training, looker.trace(ready, "evaluation"), looker.look(ready, Wanted(names))))

    def goes_on():
        # before each layer and each gradient, and once all of it in between
        if len(looks) < 40:
            looks.append(Thread(target=look))
            looks[-1].start()
            while not looker._looking._waiting:
                pass
        return True

    assert same(looker.measure(ready, names, "l0", goes_on=goes_on), calm)
    for each in looks:
        each.join()
    assert len(found) == len(looks) > 10
    trial_trace = looker.trace(ready, "evaluation")
    for training, trace, evaluation in found:
        assert trace.loss == trial_trace.loss
        assert trace.norms == trial_trace.norms
        for xray in (training, evaluation):
            assert np.array_equal(xray.answer, views[xray.mode].answer)


def test_what_is_known_is_not_measured_again(monkeypatch):
    trial = project()
    looker, ready = Looker(Run(trial).module, trial), pictures(trial, DataPicture(5))
    names = frozenset(node.name for node in trial.network.nodes)
    whole = looker.measure(ready, names)
    few = looker.measure(ready, {"l0"})
    assert few.pulls == whole.pulls
    assert few.units.keys() == {"l0"}
    assert not few.tells(names, "")
    gradients, made = Looker._gradients, []
    monkeypatch.setattr(Looker, "_gradients", lambda *given: made.append(1) or gradients(*given))
    rest = looker.measure(ready, names, known=few)
    assert same(rest, whole)
    assert not made
    near = looker.measure(ready, names, "l6", known=rest)
    assert made
    assert near.tells(names, "l6")
    assert near.weighed is not None
    assert near.beside("l0").weighed is None
    assert units(near) == units(whole)


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
    weights = {each.data_ptr(): each.untyped_storage().nbytes() for each in looker._module.parameters()}
    assert looker.memory().items() > weights.items()
    assert many.images.data_ptr() not in looker.memory()
    assert few.images.data_ptr() in looker.memory()
