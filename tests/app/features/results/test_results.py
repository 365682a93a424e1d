"""Results are those of the run, of any weights, on any side, and are compared with what came before."""

from __future__ import annotations

import threading

import numpy as np
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.training.judged_pictures import KEPT, JudgedPictures
from app.training.kept_judgements import MOST_BYTES, KeptJudgements
from networks.recipes.datasets.digits import Digits
from networks.recipes.datasets.shapes import Shapes
from networks.recipes.recipe import with_settings
from networks.runs.events import Validated
from networks.runs.judgement.rates import accuracy
from networks.training.evaluation import judging
from tests.app.features.trained import train
from tests.networks.runs.judgement.judgements import drawn
from tests.networks.training.held import held_after


def shown(results):
    return results.panel.results().judgement


def choose(results, weights, side):
    offer = results.panel._offer
    results.panel.weights.setCurrentIndex([each for each, _ in offer.weights].index(weights))
    results.panel.sides.setCurrentIndex([each for each, _ in offer.sides].index(side))
    results.panel.sides.activated.emit(0)


def test_before_a_run_the_tab_says_what_to_do(results):
    results.panel.show()
    results.look()
    assert "Train the network" in results.panel.hint.text()
    assert results.panel.body is None


def test_while_it_trains_the_tab_follows_each_epoch(results, training, desk, qtbot, monkeypatch):
    results.panel.show()
    epochs = []
    seen = held_after(monkeypatch, Validated)

    def look():
        if results.panel.results() is not None:
            epochs.append(shown(results).epoch)
            seen.set()

    desk.recorded.connect(look)
    choose_last = lambda: results._choose("", "last", "validation")  # noqa: E731
    choose_last()
    train(training, qtbot)
    results.look()
    run, record = desk.trainer.run, desk.shown.records[-1]
    assert shown(results) is run.judgements["last"]
    assert shown(results).epoch == 2
    assert accuracy(shown(results)).share == record.validations.values("validation accuracy")[-1]
    assert record.title in results.panel.about.text()
    assert results.panel.body.matrix._cells.tolist() == shown(results).matrix.tolist()
    titles = [each.title for each in results.panel.results().earlier]
    assert titles[0] == "epoch 1"
    assert epochs == sorted(epochs)


def test_nobody_who_does_not_look_pays(results, training, qtbot):
    train(training, qtbot)
    assert results.panel.body is None
    assert results.panel.results() is None
    results.panel.show()
    results._show_newest()
    assert shown(results).weights == "best"


def test_any_weights_are_judged_on_any_side_and_old_answers_can_be_judged_again(
    results, training, desk, qtbot
):
    results.panel.show()
    train(training, qtbot)
    results.look()
    run = desk.trainer.run
    for weights in ("best", "last", "averaged"):
        choose(results, weights, "training")
        qtbot.waitUntil(lambda weights=weights: shown_as(results, weights, "training"), timeout=30_000)
        assert len(shown(results)) == len(run.sides.images["training"]) == 100
        pixel = results.panel.results().picture(7)
        assert (pixel == Digits().load()[0][run.sides.images["training"][7]]).all()
    choose(results, "averaged", "validation")
    assert shown(results) is run.judgements["averaged"]
    assert len(results.panel._offer.sides) == 2


def shown_as(results, weights, side):
    found = results.panel.results()
    return found is not None and (found.judgement.weights, found.judgement.side) == (weights, side)


def test_a_run_is_compared_with_the_one_before_and_both_can_be_seen(results, training, desk, qtbot):
    results.panel.show()
    train(training, qtbot)
    first = desk.shown.records[-1]
    recipe = with_settings(desk.shown.recipe, seed=5)
    desk.edit_recipe(recipe, "Change the seed", "")
    training.show(None, desk.shown)
    train(training, qtbot)
    results.look()
    kept = [results.answered.kept.get(record.run, "best", "validation") for record in desk.shown.records]
    earlier = results.panel.results().earlier[0]
    assert first.title in earlier.title
    both = kept[1].right.astype(int) - kept[0].right.astype(int)
    assert len(earlier.changed.newly_right) == (both > 0).sum()
    assert len(earlier.changed.newly_wrong) == (both < 0).sum()
    results.panel.runs.setCurrentIndex(1)
    results.panel.runs.activated.emit(1)
    assert shown(results) is kept[0]
    # its weights lie in its folder
    assert [side for side, _ in results.panel._offer.sides] == ["validation", "training"]
    choose(results, "best", "training")
    qtbot.waitUntil(lambda: results.panel.results() is not None and shown(results).side == "training")
    choose(results, "best", "validation")
    del desk.runs.kept.folders[first.run]
    results.look()
    # weights that are gone cannot be judged on anything else
    results.answered.past.keep_only(())
    results.look()
    assert [side for side, _ in results.panel._offer.sides] == ["validation"]
    training.runs.every.delete((first.run,))
    results.look()
    assert shown(results) is kept[1]


def test_judging_can_be_cancelled_and_a_failure_is_told(results, training, desk, qtbot, monkeypatch):
    results.panel.show()
    train(training, qtbot)
    results.look()
    going, stop = threading.Event(), []

    def endless(run, weights, side, report):
        going.set()
        while report(0.5):
            pass
        stop.append(True)

    monkeypatch.setattr(judging, "judge_weights", endless)
    choose(results, "best", "training")
    qtbot.waitUntil(going.is_set)
    assert results.panel.results() is None
    assert results.panel.progress.isVisible()
    results.panel.cancel.click()
    qtbot.waitUntil(lambda: bool(stop))
    assert shown_as(results, "best", "validation")
    assert not results.panel.progress.isVisible()

    def broken(run, weights, side, report):
        raise RuntimeError("not enough memory")

    monkeypatch.setattr(judging, "judge_weights", broken)
    choose(results, "best", "training")
    qtbot.waitUntil(lambda: "not enough memory" in results.panel.hint.text())
    assert results.panel.results() is None
    choose(results, "best", "validation")
    assert shown_as(results, "best", "validation")
    assert "memory" not in results.panel.about.text()


def test_the_judgements_of_old_runs_give_way_and_another_data_set_takes_their_place():
    kept = KeptJudgements()
    many = drawn(0, 200, 5)
    huge = replace(many, probabilities=np.zeros((200, MOST_BYTES // 200 // 4 + 1), np.float32))
    for number in range(4):
        run = f"run-{number}"
        kept.take(run, {"last": replace(many if number < 3 else huge, run=run)}, Digits())
    assert kept.runs == ("run-3",)
    kept.take("run-4", {"last": replace(many, run="run-4")}, Digits())
    kept.take("run-4", {"last": replace(many, run="run-4", step=2)}, Digits())
    assert kept.previous("run-4").step == 1
    kept.take("run-5", {"best": replace(many, run="run-5", weights="best")}, Shapes())
    assert kept.runs == ("run-5",)
    assert kept.of("run-5") == (("best",), ("validation",))
    assert kept.names == Shapes().classes


class _Slow(Shapes, frozen=True):
    """A set whose pictures are decoded when they are asked for."""

    def images_at(self, rows):
        assert threading.current_thread() is not threading.main_thread()
        return np.stack([np.full((8, 8, 3), row % 256, np.uint8) for row in rows])


def test_pictures_that_are_not_in_memory_are_decoded_beside_the_window(qtbot):
    owner = QWidget()
    qtbot.addWidget(owner)
    pictures = JudgedPictures(owner)
    pictures.show_dataset(_Slow(), None)
    with qtbot.waitSignal(pictures.arrived):
        assert pictures.get(7) is None
        assert pictures.get(9) is None
    assert (pictures.get(7) == 7).all()
    assert (pictures.get(9) == 9).all()
    for row in range(KEPT + 50):
        pictures.get(row)
    qtbot.waitUntil(lambda: pictures.get(KEPT + 49) is not None)
    assert len(pictures._decoded) == KEPT
    pictures.show_dataset(Digits(), Digits().load()[0])
    assert pictures.get(3).shape == (8, 8, 1)
    pictures.close()


def test_a_run_of_a_former_day_is_judged_by_its_folder(results, training, desk, qtbot):
    train(training, qtbot)
    wanted = desk.trainer.run.judgements["last"]
    folder = desk.trainer.folder
    # another day
    training._forget_run()
    qtbot.waitUntil(lambda: len(desk.shown.records) == 1)
    assert desk.trainer.run is None
    results.panel.show()
    results.look()
    qtbot.waitUntil(lambda: results.panel.results() is not None, timeout=20_000)
    choose(results, "last", "validation")
    qtbot.waitUntil(lambda: results.panel.results() is not None and shown(results).weights == "last")
    assert np.array_equal(shown(results).probabilities, wanted.probabilities)
    for path in folder.glob("*.safetensors"):
        path.unlink()
    choose(results, "last", "training")
    qtbot.waitUntil(lambda: "no weights" in results.panel.hint.text(), timeout=20_000)


def test_two_runs_are_judged_and_what_changed_between_them_is_shown(results, training, desk, qtbot):
    train(training, qtbot)
    desk.edit_recipe(with_settings(desk.shown.recipe, seed=5), "Change the seed", "")
    training.show(None, desk.shown)
    train(training, qtbot)
    training._forget_run()
    qtbot.waitUntil(lambda: len(desk.shown.records) == 2)
    first, second = desk.shown.records
    results.panel.show()
    # the wrong way round, which nobody would be shown unasked
    desk.changes_wished.emit(first.run, second.run)
    qtbot.waitUntil(
        lambda: results.panel.results() is not None and len(results.panel.results().earlier) > 0,
        timeout=20_000,
    )
    assert shown(results).run == first.run
    assert second.title in results.panel.results().earlier[0].title
    # that is what was asked for
    assert results.panel.body.pictures.filter.currentText().startswith("Newly ")
