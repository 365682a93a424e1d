"""Validation keeps its answers, any weights can be judged on any side, and no run takes notice."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from networks.graph.network import Network, Node
from networks.layers.activation import LogSoftmax, Softmax
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm1d
from networks.layers.regularization import Dropout
from networks.project.project import Project
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.datasets.digits import Digits
from networks.recipes.losses import LOSSES, CrossEntropy
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped, Validated
from networks.runs.judgement.rates import accuracy
from networks.training.engine.answers import probabilities, ranks
from networks.training.engine.run import Run
from networks.training.evaluation.judging import judge_weights
from tests.networks.runs.judgement.judgements import judgement


def project(loss=None, layers=(), **settings):
    loss = loss or CrossEntropy()
    end = {"scores": (), "log-probabilities": (LogSoftmax(),), "probabilities": (Softmax(),)}[loss.expects]
    nodes = [Node("input", Input(1, (8, 8)))]
    for index, layer in enumerate((Flatten(), *layers, Linear(CLASSES), *end, Output())):
        nodes.append(Node(f"l{index}", layer, (nodes[-1].name,)))
    recipe = with_settings(Recipe(), loss=loss, batch_size=64, threads=1, **({"epochs": 3} | settings))
    return Project(Network(tuple(nodes)), recipe)


def same(one, other):
    arrays = ("images", "labels", "answers", "ranks", "probabilities", "losses")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
def test_each_validation_leaves_its_answers(kind):
    run = Run(project(kind(), averaging=0.9))
    seen = []
    for event in run.train():
        if isinstance(event, Validated):
            last, averaged = run.judgements["last"], run.judgements["averaged"]
            seen.append(last)
            assert accuracy(last).share == event.values["validation accuracy"]
            assert last.loss == pytest.approx(event.values["validation loss"], rel=1e-4, abs=1e-6)
            assert accuracy(averaged).share == event.values["averaged validation accuracy"]
            assert (last.step, last.epoch) == (event.step, event.epoch)
            assert last.matrix.sum() == len(last) == len(run.sides.images["validation"])
    best = run.judgements["best"]
    assert (best.weights, best.epoch) == ("best", run.best.epoch)
    assert same(best, seen[run.best.epoch - 1])
    _, labels = run.project.recipe.data.dataset.load()
    assert (labels[best.images] == best.labels).all()
    if kind().expects == "scores" and not kind().per_class:
        assert np.allclose(best.probabilities.sum(1), 1, atol=1e-5)


def test_judging_anew_gives_what_validation_gave():
    run = Run(project(averaging=0.9, epochs=4))
    list(run.train())
    for weights in ("best", "last", "averaged"):
        assert same(judge_weights(run, weights, "validation"), run.judgements[weights])


def test_the_training_and_the_test_images_are_seen_as_the_run_sees_them():
    by_share = project()
    run = Run(by_share)
    list(run.train())
    learned = judge_weights(run, "last", "training")
    assert set(learned.images).isdisjoint(run.sides.images["validation"])
    # the same weights, told by the module itself
    batch, labels = run.sides.batches("training").cut(0, 100)
    with torch.inference_mode():
        answers = run.module.eval()(batch).argmax(1)
    assert (learned.answers[:100] == answers.numpy()).all()
    assert (learned.labels[:100] == labels.numpy()).all()
    with pytest.raises(KeyError):
        judge_weights(run, "last", "test")


def test_the_sets_own_test_images_are_normalized_by_the_training_images(monkeypatch):
    images, labels = Digits().load()
    aside = np.bincount(labels[-300:], minlength=10)
    monkeypatch.setattr(Digits, "counts", tuple((np.bincount(labels, minlength=10) - aside).tolist()))
    monkeypatch.setattr(Digits, "test_counts", tuple(aside.tolist()))
    run = Run(project())
    assert run.sides.images["test"].tolist() == list(range(len(labels) - 300, len(labels)))
    list(run.train(1))
    told = judge_weights(run, "last", "test")
    assert (told.labels == labels[-300:]).all()
    batch, _ = run.sides.batches("test").cut(0, 300)
    learned, _ = run.sides.batches("training").cut(0, 1)
    place = run.sides.images["training"][0]
    scale = images[place].astype(np.float32) / 255
    # the same grey becomes the same number on both sides
    slope = np.polyfit(scale.ravel(), learned[0].permute(1, 2, 0).numpy().ravel(), 1)
    expected = np.polyval(slope, images[-300:].astype(np.float64).transpose(0, 3, 1, 2) / 255)
    assert np.allclose(batch.numpy(), expected, atol=1e-4)
    assert "test" not in Run(project(judged_by="test")).sides.images


def _told(run, beside):
    events = []
    for event in run.train():
        if isinstance(event, Stepped | Validated):
            values = (event.step, tuple(event.values.items()))
            events.append(values)
            if beside is not None:
                beside(run, event)
    return events, run.weights(), run.weights("best"), run.weights("averaged")


def test_a_run_that_is_judged_meanwhile_is_the_same_to_the_bit():
    layers = (Dropout(0.3), Linear(16), BatchNorm1d())
    steps = (Rotation(),)
    what = project(layers=layers, epochs=4, averaging=0.9, augmentation=steps)
    calm = _told(Run(what), None)
    found, threads = [], []

    def judge_in_a_thread(run, event):
        weights = ("best", "last", "averaged")[event.step % 3]
        side = ("validation", "training")[event.step % 2]
        thread = threading.Thread(target=lambda: found.append(judge_weights(run, weights, side)))
        thread.start()
        threads.append(thread)
        if event.step % 7 == 0:
            thread.join()

    judged = _told(Run(what), judge_in_a_thread)
    for thread in threads:
        thread.join()
    assert len(found) == len(threads) > 20
    assert calm[0] == judged[0]
    for one, other in zip(calm[1:], judged[1:], strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_weights_are_copied_whole_while_they_change():
    # after each step all weights of this copy are of one step: a torn copy would answer otherwise
    run = Run(project(epochs=2))
    by_step, found = {}, []
    stop = threading.Event()

    def copy_all_the_time():
        while not stop.is_set():
            module, step = run.state.copied("last")
            found.append((step, {name: each.clone() for name, each in module.state_dict().items()}))

    thread = threading.Thread(target=copy_all_the_time)
    by_step[0] = run.weights()
    thread.start()
    for event in run.train():
        if isinstance(event, Stepped):
            by_step[event.step] = run.weights()
    stop.set()
    thread.join()
    assert found
    for step, weights in found:
        assert all(torch.equal(by_step[step][name], each) for name, each in weights.items())


def test_whoever_has_seen_enough_gets_nothing():
    run = Run(project())
    shares = []
    assert judge_weights(run, "last", "training", lambda share: shares.append(share) or False) is None
    assert len(shares) == 1


def test_a_restored_run_has_no_answers_of_weights_that_it_no_longer_has():
    run = Run(project())
    list(run.train(1))
    saved = run.save()
    list(run.train(2))
    run.restore(saved)
    assert not run.judgements
    assert judge_weights(run, "best", "validation").epoch == 1


def test_ranks_are_those_of_the_probabilities_and_of_argmax():
    outputs = torch.tensor([[1.0, 3.0, 3.0], [0.0, 0.0, 0.0], [float("nan"), 1.0, 0.0], [5.0, 1.0, 0.0]])
    labels = torch.tensor([2, 0, 1, 0])
    assert ranks(outputs, labels).tolist() == [1, 0, 3, 0]
    drawn = torch.randn(200, 6, generator=torch.Generator().manual_seed(0))
    right = torch.arange(200) % 6
    told = judgement(right.numpy(), probabilities(drawn, CrossEntropy()).numpy())
    assert (ranks(drawn, right).numpy() == told.ranks).all()
    assert ((ranks(drawn, right) == 0) == (drawn.argmax(1) == right)).all()


def test_a_network_that_has_burst_is_judged_too():
    # its outputs are no numbers any more
    run = Run(project())
    with torch.no_grad():
        next(run.module.parameters()).fill_(float("inf"))
    told = judge_weights(run, "last", "validation")
    assert not np.isfinite(told.sureness).any()
    assert told.matrix.sum() == len(told)
