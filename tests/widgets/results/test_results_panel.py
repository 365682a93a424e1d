"""The tab says what to do before there is anything, makes its contents when needed, and hands them on."""

from __future__ import annotations

import csv
import io
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from networks.core.storage import write_atomically
from networks.runs.judgement.rates import accuracy
from tests.networks.runs.judgement.judgements import judgement
from tests.widgets.results.shown import results
from widgets.curves import export
from widgets.results.body import MANY, WIDE
from widgets.results.panel import ResultsPanel
from widgets.results.plots import CalibrationPlot, LossPlot, free_places
from widgets.results.results import Offer, Results

OFFER = Offer(
    [("run-2", "second"), ("run-1", "first")],
    [("best", "Best, epoch 3"), ("last", "Last, epoch 9")],
    [("validation", "On validation"), ("training", "On training")],
    "run-2",
    "best",
    "validation",
)


@pytest.fixture
def panel(qtbot):
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.resize(540, 800)
    return panel


def test_without_a_run_it_says_what_to_do_and_makes_nothing(panel):
    panel.show()
    assert panel.hint.isVisible()
    assert "Train the network" in panel.hint.text()
    assert panel.body is None
    assert panel.bar.isHidden()
    panel.show_offer(OFFER)
    panel.show_results(results())
    assert panel.body.isVisible()
    assert not panel.hint.isVisible()
    panel.show_offer(None)
    panel.show_results(None)
    assert panel.hint.isVisible()


def test_what_is_chosen_is_told(panel, qtbot):
    panel.show_offer(OFFER)
    assert panel.weights.currentText() == "Best, epoch 3"
    panel.sides.setCurrentIndex(1)
    with qtbot.waitSignal(panel.chosen) as told:
        panel.sides.activated.emit(1)
    assert told.args == ["run-2", "best", "training"]
    panel.show_offer(OFFER._replace(runs=OFFER.runs[:1]))
    assert panel.runs.isHidden()


def test_the_figures_are_those_of_the_judgement(panel):
    shown = results(images=400, classes=10)
    panel.show_offer(OFFER)
    panel.show_results(shown, "about it")
    told = panel.body.headline.accessibleName().replace("\u202f", " ")
    right = accuracy(shown.judgement)
    assert f"{100 * right.share:.2f} %" in told
    assert f"{100 * right.low:.1f} to {100 * right.high:.1f} %" in told
    assert f"Wrong: {(~shown.judgement.right).sum()} of 400" in told
    assert f"{shown.judgement.loss:#.4g}" in told
    assert panel.about.text() == "about it"


def test_a_cell_that_is_chosen_shows_its_pictures_and_is_framed(panel):
    shown = results()
    panel.show_offer(OFFER)
    panel.show_results(shown)
    body = panel.body
    body.matrix.chosen.emit(1, 2)
    assert len(body.pictures.grid.places) == shown.judgement.matrix[1, 2]
    assert body.matrix.marked == (1, 2)
    # it stays with the next epoch's answers
    later = results(seed=5)
    panel.show_results(later)
    assert len(body.pictures.grid.places) == later.judgement.matrix[1, 2]
    body.classes.chosen.emit(3)
    assert body.matrix.marked is None


@pytest.mark.parametrize("classes", [2, MANY, 150])
def test_it_fits_any_width_and_any_number_of_classes(panel, classes, qtbot):
    panel.show()
    panel.show_offer(OFFER)
    panel.show_results(results(images=600, classes=classes))
    for width in (340, 540, WIDE + 80, 1400):
        panel.resize(width, 700)
        qtbot.waitUntil(lambda: panel.area.viewport().width() == panel.body.width())
        assert panel.body.matrix.geometry().right() <= panel.body.width()
        panel.grab()
    assert panel.body.pairs.isHidden() is (classes < MANY)


def test_answers_that_are_no_numbers_are_shown_without_any(panel):
    told = judgement([0, 1], np.full((2, 3), np.nan), losses=[np.nan, np.inf])
    panel.show()
    panel.show_offer(OFFER)
    panel.show_results(Results(told, ("a", "b", "c"), np.zeros((2, 4, 4, 3), np.uint8).__getitem__, "a run"))
    panel.grab()
    assert "–" in panel.body.headline.accessibleName()
    assert "no probabilities" in panel.body.about_calibration.text()
    assert "No loss" in panel.body.about_losses.text()


def test_everything_right_is_fine_too(panel):
    told = judgement([0, 1], np.eye(2), losses=[0, 0])
    panel.show()
    panel.show_offer(OFFER)
    panel.show_results(Results(told, ("a", "b"), np.zeros((2, 4, 4, 3), np.uint8).__getitem__, "a run"))
    assert panel.body.pictures.detail.isHidden()
    assert panel.body.pictures.grid.accessibleDescription() == "No pictures."
    panel.grab()


def test_tables_and_pictures_go_out(panel, tmp_path, monkeypatch):
    shown = results(classes=4)
    panel.show()
    panel.show_offer(OFFER)
    assert not panel.export.isEnabled()
    panel.show_results(shown)
    assert panel.export.isEnabled()
    panel.save_wished.connect(lambda path, data, sentence: write_atomically(path, data))
    actions = {action.text(): action for action in panel.actions_of_export}
    actions["Copy the matrix as CSV"].trigger()
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text())))
    assert [[int(cell) for cell in row[1:]] for row in rows[1:]] == shown.judgement.matrix.tolist()
    QGuiApplication.clipboard().clear()
    for words, name in (
        ("Save the picture…", "results.png"),
        ("Save the picture…", "results.svg"),
        ("Save the matrix as CSV…", "matrix.csv"),
        ("Save the classes as CSV…", "classes.csv"),
        ("Save every answer as CSV…", "answers.csv"),
    ):
        path = tmp_path / name
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_, path=path: (str(path), f"(*{path.suffix})")
        )
        actions[words].trigger()
        assert path.stat().st_size > 100
    with panel.body.printed() as parts:
        picture = export.picture(parts)
    assert picture.height() > picture.width() / 2
    assert len((tmp_path / "answers.csv").read_text().splitlines()) == 201


SPOTS = st.tuples(st.floats(0, 300), st.floats(0, 200), st.floats(2.5, 6.5), st.floats(6, 40))


@given(st.lists(SPOTS, max_size=10))
def test_the_numbers_of_a_plot_never_lie_over_each_other_or_leave_it(spots):
    room = QRectF(0, 0, 300, 200)
    words = [(QSizeF(wide, 11), QPointF(x, y), size) for x, y, size, wide in spots]
    places = free_places(words, room)
    shown = [place for place in places if place is not None]
    assert all(room.contains(place) for place in shown)
    assert not any(one.intersects(other) for one, other in combinations(shown, 2))
    for place, (_, at, _) in zip(places, words, strict=True):
        assert place is None or not any(place.contains(other) for _, other, _ in words if other != at), (
            "a number covers another one's point"
        )
    assert free_places([(QSizeF(30, 11), QPointF(150, 100), 3.0)], room) != [None]


def test_the_plots_say_what_they_show(qtbot):
    shown = results(images=500)
    for kind in (CalibrationPlot, LossPlot):
        plot = kind()
        qtbot.addWidget(plot)
        plot.grab()
        plot.show_results(shown)
        plot.grab()
        assert plot.sentence()
        assert plot.accessibleName()
