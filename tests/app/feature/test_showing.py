"""Features are shown every state once, in their order, and all of them end up with the same one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.showing import Showing
from networks.graph.check import check
from networks.graph.edits import remove
from networks.graph.presentation import Folding
from networks.project.project import first_project
from networks.recipes.recipe import with_settings

PROJECT = first_project()


class Listening(Feature):
    """Keeps what it is shown."""

    def __init__(self, desk):
        super().__init__(desk)
        self.heard = []

    def show(self, old, new):
        assert old is not new
        assert old is (self.heard[-1] if self.heard else None)
        self.heard.append(new)


class Wishing(Listening):
    """Asks for `epochs` when it is shown fewer."""

    epochs = 0

    def show(self, old, new):
        super().show(old, new)
        epochs = new.recipe.learning.epochs
        if epochs < self.epochs:
            self.desk.edit_recipe(with_settings(new.recipe, epochs=epochs + 1), f"{epochs + 1} epochs")


class Folds(Listening):
    """Stands for the canvas."""

    def show(self, old, new):
        super().show(old, new)
        if new.news(old, "network"):
            self.desk.show_canvas(Folding(new.network, new.report), (new.network.nodes[0].name,))


@pytest.fixture
def desk(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    return Desk(replace(PROJECT, recipe=with_settings(PROJECT.recipe, epochs=1)), window)


def removed(desk, name):
    desk.edit_network(remove(desk.shown.network, {name}), f"Remove {name}")


def test_those_behind_the_canvas_see_a_network_with_its_own_folding(desk):
    before, canvas, behind = Listening(desk), Folds(desk), Listening(desk)
    Showing(desk, (before, canvas, behind)).show()
    for name in ("tanh1", "tanh2"):
        removed(desk, name)
    desk.document.undo()
    assert all(shown.folding.network is shown.network for shown in behind.heard)
    assert all(shown.folding.whole is shown.report for shown in behind.heard)
    assert len({id(shown.project) for shown in behind.heard}) == 3
    # those before it see the network first, and then how it is folded
    assert any(shown.folding.network is not shown.network for shown in before.heard)
    assert before.heard[-1] is canvas.heard[-1] is behind.heard[-1] is desk.shown


@given(wishes=st.lists(st.integers(0, 6), min_size=1, max_size=5), steps=st.lists(st.booleans(), max_size=5))
def test_all_end_up_with_the_same_state_whatever_they_ask_for(qapp, wishes, steps):
    desk = Desk(replace(PROJECT, recipe=with_settings(PROJECT.recipe, epochs=1)), QWidget())
    features = []
    for wish in wishes:
        features.append(Wishing(desk))
        features[-1].epochs = wish
    Showing(desk, features).show()
    for undo in steps:
        if undo:
            desk.document.undo()
        else:
            removed(desk, desk.shown.network.nodes[-2].name)
    assert {id(feature.heard[-1]) for feature in features} == {id(desk.shown)}
    assert desk.shown.project is desk.document.project
    assert desk.shown.recipe.learning.epochs >= max(wishes)
    assert desk.shown.report == check(desk.shown.network, desk.shown.classes)
    assert desk.shown.undo == desk.document.history.undoText()
    desk.window.deleteLater()


def test_a_feature_that_fails_does_not_stop_the_next_showing(desk, qtbot):
    class Broken(Listening):
        def show(self, old, new):
            super().show(old, new)
            if len(self.heard) == 2:
                raise ValueError("broken")

    broken, behind = Broken(desk), Listening(desk)
    Showing(desk, (broken, behind)).show()
    with qtbot.captureExceptions() as raised:
        removed(desk, "tanh1")
    assert len(raised) == 1
    removed(desk, "tanh2")
    assert behind.heard[-1] is desk.shown


def test_news_is_what_differs(desk):
    old = desk.shown
    removed(desk, "tanh1")
    new = desk.shown
    assert new.news(None, "devices")
    assert new.news(old, "network")
    assert new.news(old, "devices", "project")
    assert not new.news(old, "devices", "recipe", "classes")
    assert not new.news(replace(new, project=replace(new.project)), "project", "network")
