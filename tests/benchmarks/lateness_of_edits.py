"""What a person repeats while a network grows: each edit, its undo and redo, selecting, folding, loading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.features.inside.xray import XRayCanvas
from app.training.trainer import State
from networks.graph.edits import set_layers
from networks.layers.activation import Tanh
from networks.layers.rectifiers import ReLU
from networks.presets.catalog import PRESETS
from networks.project.project import Project, blank_project, first_project
from networks.recipes.recipe import with_settings
from tests.app.window.opened import OpenedWindow
from tests.benchmarks.lateness_ticks import in_loop, wait
from tests.benchmarks.lateness_windows import Action, opened
from tests.widgets.gestures import LEFT, NO_KEYS, drag_over, drop, mime, receiver
from widgets.canvas.view import CanvasView

GROUP = "measured"


@contextmanager
def editing(project: Project, *, xray: bool = False, training: bool = False) -> Iterator[Action]:
    """Every edit of one card or a few, in the middle of the network, with what shows its inside or without.

    With `training` LeNet-5 is trained meanwhile: what is edited is the network of the next run.
    """
    first = first_project()
    trained = replace(first, recipe=with_settings(first.recipe, epochs=100_000, threads=1))
    with opened(trained if training else project) as window:
        if training:
            in_loop(window.runs.train, pause=2)
            in_loop(lambda: window.desk.edit_network(project.network, "Another network"), pause=2)
        in_loop(window.canvas.open_all, pause=1)
        if xray:
            in_loop(lambda: window.feature(XRayCanvas).switch(True), pause=6)
        yield lambda: _edit(window)
        if training:
            in_loop(window.trainer.stop)
            wait(30, lambda: window.trainer.state is State.IDLE)


def _edit(window: OpenedWindow) -> None:
    view, network = window.canvas, window.document.project.network
    cards = [node.name for node in network.nodes]
    middle = len(cards) // 2
    name = next(n for n in cards[middle:] if isinstance(network[n].layer, ReLU))
    several = tuple(cards[middle : middle + 6])
    in_loop(lambda: view.reveal(name), name="reveal")
    in_loop(*(partial(view.select, (each,)) for each in several), name="select")
    place = view.mapFromScene(view._scene.rect_of(name).center())
    for dy in range(-60, 61, 20):
        in_loop(partial(drag_over, view, place + QPoint(0, dy), mime("ReLU")), pause=0.1, name="drag")
    in_loop(lambda: drop(view, place + QPoint(0, 10), "ReLU"), name="drop")
    _back_and_forth(window, "drop")
    in_loop(lambda: view.reveal(name), name="reveal")
    _drag_card(view, name)
    _back_and_forth(window, "drag a card")
    for what, edit in (
        ("delete", view.editing.delete),
        ("duplicate", view.editing.duplicate),
        ("paste", lambda: (view.editing.copy(), view.editing.paste())),
        ("move", lambda: _press(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)),
        ("change", lambda: _change(window, name)),
    ):
        in_loop(lambda: view.select((name,)), name="select")
        in_loop(edit, name=what)
        _back_and_forth(window, what)
    in_loop(lambda: view.select(several), name="select")
    in_loop(lambda: view.editing.group(GROUP), name="group")
    in_loop(*[lambda: view.fold_toggled(GROUP)] * 4, name="fold, unfold")
    _back_and_forth(window, "group")
    in_loop(view.overview.fit, view.overview.fit, view.camera.zoom_reset, name="fit")


def _back_and_forth(window: OpenedWindow, what: str) -> None:
    document = window.document
    in_loop(document.undo, name=f"undo {what}")
    in_loop(document.redo, name=f"redo {what}")
    in_loop(document.undo, name=f"undo {what}")


def _drag_card(view: CanvasView, name: str) -> None:
    """Takes a card up, moves it over its neighbours and lets it go there."""
    rect = view._scene.rect_of(name)
    start, target = view.mapFromScene(rect.center() - QPoint(60, 0)), receiver(view)
    in_loop(lambda: QTest.mouseMove(target, start), lambda: QTest.mousePress(target, LEFT, NO_KEYS, start))
    for dy in range(0, 181, 12):
        at = start + QPoint(2, dy)
        in_loop(lambda at=at: QTest.mouseMove(target, at), pause=0.1, name="drag a card")
    in_loop(lambda: QTest.mouseRelease(target, LEFT, NO_KEYS, start + QPoint(2, 180)), name="drag a card")


def _press(view: CanvasView, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    QTest.keyClick(view, key, modifiers)


def _change(window: OpenedWindow, name: str) -> None:
    network = window.document.project.network
    window.desk.edit_network(set_layers(network, {name: Tanh()}), "Change")


@contextmanager
def choosing() -> Iterator[Action]:
    """The menu of backbones opened, and every preset loaded from it into the document."""
    with opened(blank_project()) as window:

        def round_() -> None:
            for each in PRESETS:
                load = partial(window.backbones.load, each, True)
                in_loop(load, name=f"load {each.name}")
            in_loop(*[window.document.undo] * 3, *[window.document.redo] * 3, name="undo, redo")

        yield round_
