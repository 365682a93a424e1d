"""The word “Explain”: on the card under the pointer and on selected ones, where there is a meaning in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from networks.graph import edits
from networks.presets.lenet import lenet5
from networks.presets.resnet import cifar_resnet
from networks.xray.value_place import ValuePlace
from tests.widgets.canvas.canvas_document import Document
from tests.widgets.gestures import click
from widgets.canvas.input.interpreter import ExplainLayer
from widgets.canvas.items.card import beside_title


@pytest.fixture
def lenet(qtbot):
    return Document(qtbot, lenet5())


def point_at(document, name, qtbot):
    """Brings the pointer over a card's left part, and waits until it is painted so."""
    view = document.view
    card = view.scene().cards[name]
    place = view.mapFromScene(card.pos()) - QPoint(40, -12)
    QTest.mouseMove(view.viewport(), place)
    qtbot.waitUntil(lambda: card.hovered)
    view.viewport().repaint()
    return card


def word_of(document, card) -> QPoint | None:
    place = card.explain_place
    return None if place is None else document.view.mapFromScene(card.pos() + place.center())


def test_a_click_on_the_word_explains_the_layer_and_one_beside_it_does_not(lenet, qtbot):
    wished = []
    lenet.view.explanation_wished.connect(wished.append)
    card = point_at(lenet, "conv1", qtbot)
    word = word_of(lenet, card)
    click(lenet.view, word - QPoint(80, 0))
    assert not wished
    click(lenet.view, word)
    assert wished == [ExplainLayer("conv1")]
    assert not isinstance(wished[0], ValuePlace)
    assert lenet.view.selected() == ("conv1",)
    # the pointer has the cursor of what can be pressed
    QTest.mouseMove(lenet.view.viewport(), word)
    qtbot.waitUntil(lambda: lenet.view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor)


def test_it_stands_only_where_the_pointer_is_or_what_is_selected(lenet, qtbot):
    conv, tanh = (lenet.view.scene().cards[name] for name in ("conv1", "tanh1"))
    assert conv.explain_place is tanh.explain_place is None
    point_at(lenet, "conv1", qtbot)
    assert conv.explain_place is not None
    assert tanh.explain_place is None
    lenet.view.select(["tanh1"])
    point_at(lenet, "flatten1", qtbot)
    assert conv.explain_place is None
    assert tanh.explain_place is not None


def test_of_a_folded_block_what_leaves_it_is_explained(qtbot):
    document = Document(qtbot, cifar_resnet(20))
    document.view.close_all()
    wished = []
    document.view.explanation_wished.connect(wished.append)
    name = next(name for name, card in document.view.scene().cards.items() if card.content.folded)
    card = point_at(document, name, qtbot)
    click(document.view, word_of(document, card))
    assert wished == [ExplainLayer(document.view.folding.leaf(name))]
    assert wished[0].name in document.network


def test_what_does_not_fit_is_not_explained(lenet, qtbot):
    lenet.show(edits.remove(lenet.network, {"flatten1"}))
    wrong = next(name for name, card in lenet.view.scene().cards.items() if card.content.problem)
    assert point_at(lenet, wrong, qtbot).explain_place is None
    idle = [name for name, card in lenet.view.scene().cards.items() if card.content.idle]
    for name in idle:
        card = point_at(lenet, name, qtbot)
        assert card.explain_place is None
        assert beside_title(card.content)
