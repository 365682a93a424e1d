"""What is drawn is answered with the newest best weights, in the background and only where somebody looks."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF

from app.features.results.bench import Bench
from networks.recipes.datasets.digits import Digits
from tests.app.features.results.test_results import train


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
    first = bench._network
    assert first[:2] == (desk.trainer.run, desk.trainer.run.judgements["best"].step)
    bench.panel.kinds.button(2).click()
    qtbot.waitUntil(lambda: bench.panel.plot._held.kind == "noise")
    # another run: the same drawing, answered by it
    train(training, qtbot)
    bench._look()
    qtbot.waitUntil(lambda: bench._network is not None and bench._network[0] is desk.trainer.run)
    assert first[0] is not desk.trainer.run
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


def test_nobody_who_does_not_look_pays(bench, training, qtbot):
    train(training, qtbot)
    assert bench._network is None
    assert not bench._answering.busy
