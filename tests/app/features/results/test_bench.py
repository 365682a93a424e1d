"""What is drawn is answered with the newest best weights, in the background and only where somebody looks."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF

from app.features.results.bench import Bench
from networks.core.after_step import AfterStep
from networks.insight.copies import run_looker
from networks.recipes.datasets.digits import Digits
from networks.training.evaluation.bench import Bench as Network
from tests.app.features.trained import train
from widgets.inside.probe.options import Options


@pytest.fixture
def bench(desk, training, qtbot):
    bench = Bench(desk)
    qtbot.addWidget(bench.panel)
    bench.panel.resize(300, 800)
    yield bench
    bench.close()


def draw(bench):
    bench.panel.pad.stroke(QPointF(112, 40), QPointF(112, 190))


def test_without_a_run_it_says_what_to_do(bench):
    bench.panel.show()
    bench._look()
    draw(bench)
    assert bench.panel.hint.isVisible()
    assert not bench.panel.bars.isVisible()
    assert not bench._answering.busy


def test_a_drawing_is_answered_and_the_answer_follows_the_weights(bench, training, desk, qtbot):
    train(training, qtbot)
    bench.panel.show()
    bench._look()
    draw(bench)
    qtbot.waitUntil(lambda: bench.panel.plot._held is not None, timeout=20_000)
    assert bench.panel.bars._shares.sum() == pytest.approx(1, abs=1e-5)
    assert bench.panel.plot._held.kind == "turn"
    run, first = desk.trainer.run, bench._network
    assert first[0] == (run.id, "best", run.judgements["best"].step, (), None)
    assert desk.shown.records[-1].title in bench.panel.asked.text()
    bench.panel.kinds.button(2).click()
    qtbot.waitUntil(lambda: bench.panel.plot._held.kind == "noise")
    # another run: the same drawing, answered by it
    train(training, qtbot)
    bench._look()
    qtbot.waitUntil(lambda: bench._network is not None and bench._network[0][0] == desk.trainer.run.id)
    assert first[0][0] != desk.trainer.run.id
    bench.panel.pad.clear()
    assert not bench.panel.bars.isVisible()


def test_pictures_come_from_the_data_from_files_and_from_the_results(bench, training, desk, qtbot, tmp_path):
    train(training, qtbot)
    bench.panel.show()
    bench._look()
    images = Digits().load()[0]
    with qtbot.waitSignal(bench.panel.pad.changed):
        bench.panel.data.click()
    shown = bench.panel.pad.pixels()[::28, ::28, :1]
    rows = desk.trainer.run.sides.images["validation"]
    assert any((images[row] == shown).all() for row in rows)
    Image.new("RGB", (40, 40), (9, 200, 30)).save(tmp_path / "green.png")
    with qtbot.waitSignal(bench.panel.pad.changed):
        bench.panel.pad.file_dropped.emit(str(tmp_path / "green.png"))
    assert (bench.panel.pad.pixels() == [9, 200, 30]).all()
    (tmp_path / "text.png").write_text("no picture")
    with qtbot.waitSignal(desk.told):
        bench.panel.pad.file_dropped.emit(str(tmp_path / "text.png"))
    with qtbot.waitSignal(desk.panel_wished) as told:
        desk.picture_tried.emit(images[3])
    assert told.args == ["bench"]
    assert (bench.panel.pad.pixels()[::28, ::28, :1] == images[3]).all()
    qtbot.waitUntil(lambda: bench.panel.bars.isVisible())
    assert np.argmax(bench.panel.bars._shares) >= 0


def test_a_run_of_a_former_day_answers_by_its_folder(bench, training, desk, qtbot):
    train(training, qtbot)
    picture = Digits().load()[0][3]
    known = Network(desk.trainer.run.state.copied("best")[0], desk.shown.project)
    wanted = known.answer(picture.repeat(28, 0).repeat(28, 1)).probabilities
    folder, best = desk.trainer.folder, desk.trainer.run.judgements["best"].epoch
    # another day
    training._forget_run()
    qtbot.waitUntil(lambda: len(desk.shown.records) == 1)
    assert desk.trainer.run is None
    bench.panel.show()
    bench._look()
    assert not bench.panel.hint.isVisible()
    assert bench.panel.asked.text().endswith(f"best, epoch {best:g}")
    bench.panel.pad.show_pixels(picture)
    qtbot.waitUntil(lambda: bench.panel.bars.isVisible(), timeout=90_000)
    assert bench.panel.bars._shares == pytest.approx(wanted, abs=1e-5)
    with qtbot.waitSignal(bench.panel.pad.changed, timeout=90_000):
        bench.panel.data.click()
    qtbot.waitUntil(lambda: bench.panel.plot._held is not None, timeout=90_000)
    # where its weights are gone, that is said
    for path in folder.glob("*.safetensors"):
        path.unlink()
    bench._network = None
    with qtbot.waitSignal(desk.told, timeout=90_000) as told:
        bench._answer()
    assert "no weights" in told.args[0]


def test_the_moment_that_is_looked_at_answers(bench, training, desk, qtbot):
    train(training, qtbot)
    bench.panel.show()
    bench._look()
    bench.panel.pad.show_pixels(Digits().load()[0][3])
    qtbot.waitUntil(lambda: bench._network is not None, timeout=90_000)
    run = desk.trainer.run
    qtbot.waitUntil(lambda: run.id in desk.runs.kept.folders)
    desk.probing.choose_options(Options(weights=AfterStep(0), run=run.id))
    assert bench.panel.asked.text().endswith("epoch 0")
    qtbot.waitUntil(lambda: bench._network[0][2] == 0, timeout=90_000)
    first = Network(run_looker(run, "first").borrowed(), desk.shown.project)
    wanted = first.answer(bench.panel.pad.pixels()).probabilities
    qtbot.waitUntil(lambda: bench.panel.bars._shares == pytest.approx(wanted, abs=1e-5), timeout=90_000)
    desk.probing.choose_options(Options())
    assert "best" in bench.panel.asked.text()


def test_nobody_who_does_not_look_pays(bench, training, qtbot):
    train(training, qtbot)
    assert bench._network is None
    assert not bench._answering.busy
