"""Whoever looks at a batch sees what the loss saw, and the run takes no notice."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
import torch

from networks.graph.network import Network, Node
from networks.layers.activation import LogSoftmax, Softmax
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.project.project import Project
from networks.recipes.losses import LOSSES, CrossEntropy
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped, Validated
from networks.training.engine.run import Run
from networks.training.watching.watch import Watch


def project(loss=None, auxiliary=False, **settings):
    loss = loss or CrossEntropy()
    nodes = [Node("input", Input(1, (8, 8)))]
    end = {"scores": (), "log-probabilities": (LogSoftmax(),), "probabilities": (Softmax(),)}[loss.expects]
    for index, layer in enumerate((Flatten(), Linear(CLASSES), *end, Output())):
        nodes.append(Node(f"l{index}", layer, (nodes[-1].name,)))
    network = Network(tuple(nodes))
    if auxiliary:
        network = network.with_nodes(
            (*nodes, Node("fc", Linear(CLASSES), ("l0",)), Node("aux", AuxiliaryOutput(), ("fc",)))
        )
    return Project(
        network, with_settings(Recipe(), loss=loss, epochs=2, batch_size=64, threads=1, **settings)
    )


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
def test_a_glance_holds_what_the_loss_saw(kind):
    loss = kind()
    run = Run(project(loss))
    images, labels = run.project.recipe.data.dataset.load()
    seen = []
    for event in run.train():
        if isinstance(event, Stepped):
            if (seen and run.watch.glance is not seen[-1][0]) or (not seen and run.watch.glance is not None):
                seen.append((run.watch.glance, event))
            run.watch.wished = event.step % 5 == 0
    assert len(seen) > 3
    for glance, event in seen:
        assert glance.step == event.step
        each = loss.of_each(glance.outputs, glance.targets)
        assert each.mean() == pytest.approx(event.values["training loss"], rel=1e-4, abs=1e-5)
        assert (glance.labels == labels[glance.images]).all()
        assert glance.pictures.shape == (len(glance.labels), 8, 8, 1)
        first = images[glance.images[0], ..., 0].astype(float)
        assert np.corrcoef(glance.pictures[0, ..., 0].ravel(), first.ravel())[0, 1] > 0.999


def test_nobody_who_does_not_ask_gets_one_and_asking_changes_nothing():
    plain, watched = Run(project()), Run(project())
    calm = [event.values for event in plain.train() if isinstance(event, Stepped | Validated)]
    events = []
    for event in watched.train():
        watched.watch.wished = True
        if isinstance(event, Stepped | Validated):
            events.append(event.values)
    assert events == calm
    assert plain.watch.glance is None
    assert watched.watch.glance.step == watched.step
    assert plain.watch.look().step == plain.step
    assert (plain.watch.look().outputs == watched.watch.glance.outputs).all()


def test_the_main_scores_are_kept_where_there_are_auxiliary_ones():
    run = Run(project(auxiliary=True))
    (*_, last) = [event for event in run.train(1) if isinstance(event, Stepped)]
    glance = run.watch.look()
    assert (glance.outputs.argmax(1) == glance.labels).mean() == pytest.approx(
        last.values["training accuracy"]
    )


def test_before_the_first_step_there_is_nothing_to_see():
    assert Run(project()).watch.look() is None


@pytest.mark.parametrize("auxiliary", [False, True])
def test_a_glance_at_a_batch_in_parts_holds_all_of_it(auxiliary):
    whole, parts = (Run(project(auxiliary=auxiliary, accumulation=parts)) for parts in (1, 3))
    glances = []
    for run in (whole, parts):
        for event in run.train():
            if isinstance(event, Stepped):
                glances.append(run.watch.look())
                break
    one, other = glances
    assert len(other.outputs) == len(other.pictures) == len(other.images) == 64
    assert (one.images == other.images).all()
    assert (one.labels == other.labels).all()
    assert np.allclose(one.outputs, other.outputs, atol=1e-5)


def test_what_belongs_to_no_step_that_was_begun_is_not_kept():
    watch = Watch(torch.nn.functional.cross_entropy, np.arange(9))
    targets = torch.zeros(4, dtype=torch.long)
    watch(torch.zeros(4, 3), targets)
    held = weakref.ref(targets)
    del targets
    assert held() is None
    assert watch.batch is None
