"""Classes are sorted and searched, pictures filtered and found, and only what is seen is made."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from networks.runs.judgement.mistakes import changes
from networks.runs.judgement.rates import rates
from tests.networks.runs.judgement.judgements import judgement
from tests.widgets.results.shown import results
from widgets.results import picture_grid
from widgets.results.class_table import COLUMNS, ClassTable
from widgets.results.pictures import Pictures
from widgets.results.probabilities import IN_ORDER, ProbabilityBars
from widgets.results.results import Earlier, Results


@pytest.fixture
def table(qtbot):
    table = ClassTable()
    qtbot.addWidget(table)
    table.resize(520, 240)
    return table


@pytest.fixture
def pictures(qtbot):
    pictures = Pictures()
    qtbot.addWidget(pictures)
    pictures.resize(520, 600)
    return pictures


def test_a_column_that_is_chosen_sorts_the_worst_first_and_then_as_the_classes_are(table):
    shown = results(classes=8)
    table.show_results(shown)
    assert table.order == tuple(range(8))
    found = rates(shown.judgement.matrix)
    for column in COLUMNS:
        table.worst_first = False
        table.choose_column(column)
        by = found.images if column == "images" else getattr(found, column).share
        assert [by[label] for label in table.order] == sorted(by)
        table.choose_column(column)
        assert table.order == tuple(range(8))


def test_a_class_of_which_nothing_is_known_comes_last(table):
    told = judgement([0, 0, 2], [[0.9, 0.1, 0], [0.1, 0.9, 0], [0, 0.2, 0.8]])
    table.show_results(Results(told, ("a", "b", "c"), np.zeros((3, 4, 4, 1), np.uint8).__getitem__, "a run"))
    table.choose_column("recall")
    assert table.order == (0, 2, 1)
    assert "no picture can tell" in table.words(1)
    table.grab()


def test_every_interval_is_in_words(table):
    shown = results()
    table.show_results(shown)
    found = rates(shown.judgement.matrix)
    words = table.words(2).replace("\u202f", " ")
    for rate in (found.recall, found.precision, found.f1):
        share, low, high = (f"{100 * each[2]:.1f} %" for each in rate)
        assert f"{share}, 95 % certain: {low} to {high}" in words


def test_the_column_in_front_is_explained_in_plain_words(table, qtbot):
    table.show_results(results())
    told = []
    table.column_changed.connect(lambda: told.append(table.meaning()))
    assert table.meaning().startswith("Recall: of the pictures that show a class")
    for column in COLUMNS:
        table.choose_column(column)
    assert [words.partition(":")[0] for words in told] == ["Recall", "Precision", "F1", "n"]


def test_classes_are_searched_by_name_and_chosen_by_keys_and_mouse(table, qtbot):
    names = tuple(f"{colour} {animal}" for colour in ("red", "grey") for animal in ("fox", "owl", "crab"))
    table.show_results(results(classes=6, names=names))
    table.search("OWL")
    assert [names[label] for label in table.order] == ["red owl", "grey owl"]
    QTest.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.chosen) as told:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert told.args == [4]
    table.search("nothing like it")
    assert table.order == ()
    QTest.keyClick(table, Qt.Key.Key_Return)
    table.grab()
    table.search("")
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert table.column == "precision"
    row = QPointF(20, table.extent().height() / 7 * 3.5)
    with qtbot.waitSignal(table.chosen) as told:
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row.toPoint())
    assert told.args == [table.order[table.row_at(row)]]


def test_the_surest_mistakes_come_first_with_all_their_probabilities(pictures):
    shown = results()
    pictures.show_results(shown)
    judged, places = shown.judgement, pictures.grid.places
    assert not judged.right[places].any()
    assert (np.diff(judged.sureness[places]) <= 0).all()
    first = int(places[0])
    assert pictures.bars._label == judged.labels[first]
    assert pictures.bars._shares == pytest.approx(judged.probabilities[first])
    assert f"#{judged.images[first]}" in pictures.loss.text()
    QTest.keyClick(pictures.grid, Qt.Key.Key_Right)
    assert f"#{judged.images[places[1]]}" in pictures.loss.text()
    assert f"it is {shown.names[judged.labels[places[1]]]}" in pictures.grid.accessibleDescription()


def test_pictures_of_a_cell_a_class_and_a_search(pictures):
    shown = results()
    pictures.show_results(shown)
    judged = shown.judgement
    pictures.show_cell(1, 1)
    assert len(pictures.grid.places) == judged.matrix[1, 1]
    assert pictures.cell == (1, 1)
    pictures.show_class(2)
    assert pictures.cell is None
    about = pictures.grid.places
    assert ((judged.labels[about] == 2) | (judged.answers[about] == 2)).all()
    assert len(about) == judged.matrix[2].sum() + judged.matrix[:, 2].sum() - 2 * judged.matrix[2, 2]
    pictures.filter.setCurrentIndex(pictures.filter.count() - 1)
    pictures.filter.activated.emit(pictures.filter.currentIndex())
    assert len(pictures.grid.places) == len(judged)
    pictures.search.setText("#17")
    assert {int(judged.images[place]) for place in pictures.grid.places} == {17, *range(170, 180)}
    pictures.search.setText("class 3")
    found = pictures.grid.places
    assert len(found)
    assert ((judged.labels[found] == 3) | (judged.answers[found] == 3)).all()
    pictures.search.setText("no such class")
    assert not len(pictures.grid.places)
    assert pictures.detail.isHidden()
    pictures.grid.grab()


def test_what_is_newly_wrong_or_right_can_be_shown(pictures):
    before = results(seed=1).judgement
    now = judgement(before.labels, results(seed=2).judgement.probabilities)
    changed = changes(before, now)
    drawn = results(seed=2)
    shown = Results(now, drawn.names, drawn.stored, "a run", (Earlier("epoch 1", changed),))
    pictures.show_results(shown)
    titles = [pictures.filter.itemText(index) for index in range(pictures.filter.count())]
    at = titles.index(f"Newly wrong since epoch 1: {len(changed.newly_wrong)}")
    pictures.filter.setCurrentIndex(at)
    pictures.filter.activated.emit(at)
    assert pictures.grid.places.tolist() == changed.newly_wrong.tolist()
    assert before.right[pictures.grid.places].all()
    # the next judgement keeps the choice
    pictures.show_results(Results(now, shown.names, shown.stored, "a run", shown.earlier))
    assert pictures.filter.currentIndex() == at


def test_only_pictures_that_are_seen_are_made(pictures, monkeypatch, qtbot):
    made = []
    make = picture_grid.to_image
    monkeypatch.setattr(picture_grid, "to_image", lambda pixels: made.append(1) or make(pixels))
    shown = results(images=10_000, classes=10)
    pictures.show()
    qtbot.waitExposed(pictures)
    pictures.show_results(shown)
    pictures.grid.grab()
    seen = len(made)
    assert 0 < seen < 60 < len(pictures.grid.places)
    pictures.grid.setFocus()
    QTest.keyClick(pictures.grid, Qt.Key.Key_End)
    last = pictures.grid.place(len(pictures.grid.places) - 1)
    assert last.bottom() - pictures.grid.offset().y() <= pictures.grid.viewport().height()
    pictures.grid.grab()
    assert len(made) < 3 * seen


def test_each_card_is_where_it_is_looked_for(pictures):
    shown = results(images=300)
    pictures.show_results(shown)
    pictures.grid.resize(500, 250)
    pictures.grid.grab()
    for index in range(len(pictures.grid.places)):
        pictures.grid.go(index)
        inside = pictures.grid.place(index).center() - QPointF(pictures.grid.offset())
        assert pictures.grid.index_at(inside) == index


def test_many_classes_have_the_likeliest_first_and_few_their_own_order(qtbot):
    bars = ProbabilityBars()
    qtbot.addWidget(bars)
    draw = np.random.default_rng(0)
    for classes in (IN_ORDER, IN_ORDER + 1, 1000):
        shares = draw.dirichlet(np.ones(classes))
        bars.show_probabilities(tuple(str(each) for each in range(classes)), shares, 3)
        ordered = list(range(classes)) if classes <= IN_ORDER else np.argsort(-shares).tolist()
        assert list(bars.order) == ordered
        assert str(int(shares.argmax())) in bars.accessibleDescription().split(",")[0]
        bars.grab()
    bars.show_probabilities(("a", "b"), np.array([np.nan, np.nan]))
    bars.grab()
