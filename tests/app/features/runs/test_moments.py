"""Kept epochs are weights like others: X-ray looks at the network as it was then."""

from __future__ import annotations

import pytest

from app.probing.moments import offered_epochs, timeline
from networks.core.after_step import AfterStep
from networks.insight.copies import run_looker
from networks.runs.kept.moments import moment_path
from networks.training.keeping.moments import read_moment
from tests.app.features.results.test_results import train

pytestmark = pytest.mark.usefixtures("collector_at_rest")


@pytest.fixture
def trained(xray, training, desk, qtbot):
    """A run of two epochs that is shown in X-ray."""
    train(training, qtbot)
    with qtbot.waitSignal(xray.rests):
        xray.switch(True)
    qtbot.waitUntil(lambda: desk.probed is not None)
    return desk.trainer.run


def until_step(desk, qtbot, step):
    qtbot.waitUntil(lambda: desk.probed is not None and desk.probed.source.step == step)
    qtbot.waitUntil(lambda: desk.probed.xray.step == step)
    return desk.probed


def test_every_kept_epoch_is_looked_at_with_the_weights_of_then(trained, xray, desk, qtbot):
    probing, step = xray.probing, trained.steps_per_epoch
    moments = timeline(probing.sources, desk.shown.project, probing.options)
    assert [each.step for each in moments.moments] == [0, step, 2 * step]
    assert moments.epochs == (0, 1, 2)
    assert moments.at is None
    now = desk.probed.xray.answer
    probing.go_to(trained.id, AfterStep(step))
    probed = until_step(desk, qtbot, step)
    folder = desk.runs.kept.folders[trained.id]
    for name, weights in read_moment(folder, step).items():
        assert (probed.looker._module.state_dict()[name] == weights).all()
    assert (probed.xray.answer != now).any()
    assert "epoch 1" in probed.weights
    assert "epoch 1" in xray.bar.weights.text()
    assert timeline(probing.sources, desk.shown.project, probing.options).at == 1
    # the start is the same however one comes there, and so is the end
    probing.go_to(trained.id, AfterStep(0))
    start = until_step(desk, qtbot, 0).xray.answer
    ready = probing.ready.pictures
    from networks.insight.xrays import Wanted

    wanted = Wanted(frozenset({"output"}), (8, 8))
    assert (run_looker(trained, "first").look(ready, wanted).answer == start).all()
    probing.go_to(trained.id, AfterStep(2 * step))
    assert (until_step(desk, qtbot, 2 * step).xray.answer == now).all()


def test_the_bar_offers_the_kept_epochs_and_goes_there(trained, xray, desk, qtbot):
    offered = offered_epochs(xray.probing.sources, desk.shown.project, xray.probing.options)
    assert [each.words for each in offered] == ["epoch 0", "epoch 1", "epoch 2"]
    action = xray.bar._weights_actions[trained.id, AfterStep(trained.steps_per_epoch)]
    action.trigger()
    until_step(desk, qtbot, trained.steps_per_epoch)
    assert action.isChecked()


def test_a_moment_that_is_gone_gives_way_to_the_weights_of_now(trained, xray, desk, qtbot):
    probing = xray.probing
    probing.go_to(trained.id, AfterStep(7777))
    assert probing.sources.source(desk.shown.project, probing.options).which == "now"
    # one that was deleted behind the window's back is told in words
    moment_path(desk.runs.kept.folders[trained.id], trained.steps_per_epoch).unlink()
    probing.go_to(trained.id, AfterStep(trained.steps_per_epoch))
    qtbot.waitUntil(lambda: "kept no more" in xray.bar.words.text())


def test_another_network_has_no_moments(trained, xray, desk):
    network = desk.shown.network
    desk.edit_network(network.with_nodes(network.nodes[:-1]), "cut")
    assert timeline(xray.probing.sources, desk.shown.project, xray.probing.options) is None


def test_averaged_weights_are_offered_beside_those_of_the_moment(trained, xray, desk, qtbot):
    probing, step = xray.probing, trained.steps_per_epoch
    offered = offered_epochs(probing.sources, desk.shown.project, probing.options)
    assert [each.averaged for each in offered] == [False, True, True]
    probing.go_to(trained.id, AfterStep(step))
    plain = until_step(desk, qtbot, step).xray.answer
    action = xray.bar._weights_actions[trained.id, AfterStep(step, averaged=True)]
    action.trigger()
    qtbot.waitUntil(
        lambda: desk.probed is not None and desk.probed.source.which == AfterStep(step, averaged=True)
    )
    qtbot.waitUntil(lambda: "averaged" in xray.bar.weights.text())
    assert action.isChecked()
    folder, seen = desk.runs.kept.folders[trained.id], desk.probed
    for name, weights in read_moment(folder, step, averaged=True).items():
        assert (seen.looker._module.state_dict()[name] == weights).all()
    assert (seen.xray.answer != plain).any()
    assert timeline(probing.sources, desk.shown.project, probing.options).at == 1


@pytest.mark.parametrize("desk", [{"averaging": 0.0}], indirect=True)
def test_a_run_that_does_not_average_offers_none(trained, xray, desk):
    offered = offered_epochs(xray.probing.sources, desk.shown.project, xray.probing.options)
    assert not any(each.averaged for each in offered)
    assert not any(getattr(which, "averaged", False) for _, which in xray.bar._weights_actions)
