"""The map in Results is that of the weights and pictures that are chosen there, and only while it is seen."""

from __future__ import annotations

import numpy as np
import pytest

from app.features.results import data_map
from app.features.results.data_map_work import bytes_of, last_hidden, layers_of, rows_of
from networks.core.after_step import AfterStep
from networks.xray.data_map import PCA, TSNE
from tests.app.features.trained import train


@pytest.fixture(autouse=True)
def wide(results):
    """So wide that the chosen pictures have room."""
    results.panel.resize(700, 800)


def made(results):
    page = results.panel.map
    return page.shown is not None and np.isfinite(page.shown.kept) and results.maps._job is None


def see_map(results, qtbot):
    results.panel.show()
    results.look()
    results.panel.parts.button(1).click()
    qtbot.waitUntil(lambda: made(results), timeout=60_000)
    return results.panel.map.shown


@pytest.fixture
def trained(results, training, qtbot):
    results.maps._method = PCA()
    train(training, qtbot)
    return results


def test_the_map_is_of_the_judged_pictures_and_has_their_answers(trained, desk, qtbot):
    found = see_map(trained, qtbot)
    judged = desk.trainer.run.judgements["best"]
    assert (found.outputs.rows == judged.images).all()
    assert (found.outputs.labels == judged.labels).all()
    assert (found.outputs.answers == judged.answers).all()
    assert found.outputs.step == judged.step
    assert found.outputs.layer == "tanh4"
    page = trained.panel.map
    assert "360 of 360 validation pictures" in page.about.text() or "359 of 359" in page.about.text()
    assert desk.probing.budget.held_by(data_map.HOLDER) >= found.outputs.features.nbytes


def test_nothing_is_mapped_as_long_as_nobody_looks(trained):
    trained.panel.show()
    trained.look()
    assert trained.maps._job is None
    assert trained.maps._made is None


def test_another_method_takes_the_same_outputs_and_another_layer_new_ones(trained, qtbot):
    page = trained.panel.map
    first = see_map(trained, qtbot)
    page.method_chosen.emit(TSNE(perplexity=5.0))
    qtbot.waitUntil(lambda: made(trained) and page.shown.method == TSNE(perplexity=5.0), timeout=60_000)
    assert page.shown.outputs is first.outputs
    page.method_chosen.emit(PCA())
    page.layer_chosen.emit("conv2")
    qtbot.waitUntil(lambda: made(trained) and page.shown.outputs.layer == "conv2", timeout=60_000)
    assert page.shown.outputs.averaged
    assert page.shown.outputs.features.shape[1] == 16
    page.form_chosen.emit("whole")
    qtbot.waitUntil(lambda: made(trained) and not page.shown.outputs.averaged, timeout=60_000)
    assert page.shown.outputs.features.shape[1] == page.shown.outputs.size


def test_other_pictures_are_mapped_when_results_are_about_them(trained, desk, qtbot):
    see_map(trained, qtbot)
    trained._choose("", "last", "training")
    page = trained.panel.map
    run = desk.trainer.run
    qtbot.waitUntil(lambda: made(trained) and len(page.shown.outputs) == 100, timeout=60_000)
    assert (page.shown.outputs.rows == run.sides.images["training"]).all()
    assert page.shown.outputs.step == run.step


def test_a_selected_card_is_the_layer(trained, desk, qtbot):
    see_map(trained, qtbot)
    old = desk.shown
    desk.show_canvas(old.folding, ("fc1",))
    trained.show(old, desk.shown)
    page = trained.panel.map
    qtbot.waitUntil(lambda: made(trained) and page.shown.outputs.layer == "fc1", timeout=60_000)
    assert page.layers.currentText().startswith("fc1")


def test_the_small_card_of_its_layer_stands_out(trained, desk, qtbot):
    lit = []
    desk.way_shown.connect(lit.append)
    see_map(trained, qtbot)
    assert lit == [frozenset({"tanh4"})]
    trained.panel.map.layer_chosen.emit("conv2")
    assert lit[-1] == frozenset({"conv2"})
    trained.panel.parts.button(0).click()
    assert lit[-1] is None
    qtbot.waitUntil(lambda: trained.maps._job is None, timeout=60_000)


def test_while_it_trains_the_map_follows_and_rests_in_between(results, training, desk, qtbot, monkeypatch):
    monkeypatch.setattr(data_map, "REST", 0.0)
    results.maps._method = PCA()
    results._choose("", "last", "validation")
    results.panel.show()
    results.panel.parts.button(1).click()
    page, steps = results.panel.map, []
    show = page.show_map

    def follow(found, *told):
        show(found, *told)
        if found is not None:
            steps.append(found.outputs.step)

    monkeypatch.setattr(page, "show_map", follow)
    train(training, qtbot)
    results.look()
    run = desk.trainer.run
    qtbot.waitUntil(lambda: made(results) and page.shown.outputs.step == run.step, timeout=60_000)
    assert steps == sorted(steps)


def test_beside_a_run_the_next_map_waits(trained, desk, qtbot, monkeypatch):
    see_map(trained, qtbot)
    monkeypatch.setattr(type(desk.trainer), "busy", property(lambda self: True))
    trained.maps._rests_until = data_map.time.monotonic() + 1000
    before = trained.maps._made
    trained.maps._layer = "fc1"
    trained.maps.look()
    assert trained.maps._job is None
    assert trained.maps._later.isActive()
    assert "only now and then" in trained.panel.map.hint.text()
    # who chooses something does not wait
    trained.panel.map.layer_chosen.emit("fc1")
    qtbot.waitUntil(lambda: made(trained) and trained.maps._made is not before, timeout=60_000)


def test_points_stay_where_they_were_from_one_map_to_the_next(trained, qtbot, training):
    before = see_map(trained, qtbot)
    trained._choose("", "last", "validation")
    page = trained.panel.map
    qtbot.waitUntil(lambda: made(trained) and page.shown is not before, timeout=60_000)
    moved = np.linalg.norm(page.shown.positions - before.positions, axis=1)
    assert np.median(moved) < np.median(np.linalg.norm(before.positions, axis=1)) / 2


def test_it_can_be_cancelled_and_begun_anew(trained, qtbot):
    see_map(trained, qtbot)
    page = trained.panel.map
    page.method_chosen.emit(TSNE(perplexity=9.0))
    page.cancelled.emit()
    qtbot.waitUntil(lambda: trained.maps._job is None)
    trained.maps.look()
    assert trained.maps._job is None
    assert "Given up" in page.hint.text()
    page.method_chosen.emit(PCA())
    qtbot.waitUntil(lambda: made(trained) and page.shown.method == PCA(), timeout=60_000)


def test_a_picked_picture_becomes_the_probe(trained, desk, qtbot):
    see_map(trained, qtbot)
    with qtbot.waitSignal(desk.picture_chosen) as told:
        trained.panel.map.picked.emit(77)
    assert told.args == [77]


def test_why_there_is_no_map_is_said(trained, desk, qtbot):
    import torch

    with torch.no_grad():
        for weight in desk.trainer.run.state.module.parameters():
            weight.fill_(torch.nan)
    trained._choose("", "last", "training")
    trained.panel.show()
    trained.panel.parts.button(1).click()
    qtbot.waitUntil(lambda: "not a number" in trained.panel.map.hint.text(), timeout=60_000)
    assert trained.panel.map.shown is None


def test_layers_and_pictures_are_those_of_the_project(desk):
    project = desk.shown.project
    names = [choice.name for choice in layers_of(project)]
    assert names[0] == "input"
    assert "output" not in names
    assert last_hidden(project) == "tanh4"
    assert (rows_of(project, "validation") == project.recipe.data.split()[1]).all()


def test_before_any_training_the_map_is_that_of_the_random_start(results, desk, qtbot):
    desk.show_devices(("cpu",))
    results.maps._method = PCA()
    found = see_map(results, qtbot)
    assert found.outputs.step == 0
    assert (found.outputs.rows == desk.shown.recipe.data.split()[1]).all()
    assert "before the training" in results.panel.map.about.text()
    # most are mistakes, and the nearest picture is often of another class
    assert found.outputs.wrong.mean() > 0.5


def test_a_moment_that_is_looked_at_is_mapped(trained, desk, qtbot):
    see_map(trained, qtbot)
    record = desk.shown.records[-1]
    moments = desk.probing.sources.moments(record.run)
    assert moments
    page = trained.panel.map
    desk.probing.go_to(record.run, AfterStep(moments[0].step))
    qtbot.waitUntil(lambda: made(trained) and page.shown.outputs.step == moments[0].step, timeout=60_000)
    assert page.shown.outputs.wrong.mean() > 0.5
    desk.probing.go_to(record.run, "now")
    qtbot.waitUntil(lambda: made(trained) and page.shown.outputs.step != moments[0].step, timeout=60_000)


def test_where_memory_is_short_fewer_pictures_are_mapped_and_it_is_said(trained, desk, qtbot, monkeypatch):
    count = len(see_map(trained, qtbot).outputs)
    page, budget = trained.panel.map, desk.probing.budget
    half = bytes_of(trained.maps._made.wanted, count // 2, copied=True)
    assert half > 4 * desk.shown.report.weights + 4 * 84 * (count // 2)
    monkeypatch.setattr(budget, "most", half)
    page.form_chosen.emit("whole")
    qtbot.waitUntil(lambda: made(trained) and len(page.shown.outputs) == count // 2, timeout=60_000)
    assert f"{count // 2} of them are mapped" in page.hint.text()
    assert f"{count // 2} of {count} validation pictures" in page.about.text()
    monkeypatch.setattr(budget, "most", 1)
    page.layer_chosen.emit("fc1")
    assert "all views together" in page.hint.text()
    assert trained.maps._job is None


def test_a_map_that_nobody_sees_gives_its_memory_to_others(trained, desk, qtbot):
    see_map(trained, qtbot)
    page, budget = trained.panel.map, desk.probing.budget
    assert not budget.ask("another", budget.most)
    assert page.shown is not None
    trained.panel.hide()
    assert budget.ask("another", budget.most)
    assert page.shown is None
    budget.free("another")
    trained.panel.show()
    qtbot.waitUntil(lambda: made(trained), timeout=60_000)
