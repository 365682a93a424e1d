"""How late the window's event loop is while things are done in it: themes, undo, drags, rooms, training.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/event_loop_lateness.py [--steps] [--profile] [ACTION …]

A precise timer ticks every 5 ms. For each action it prints by how many milliseconds ticks came late, the
worst and the 99th percentile, and the most processor time that the window's thread used between two ticks,
which other programs on the machine hardly change. Targets: 100 ms for everything, 33 ms for what repeats.
Behind each action stands the yardstick: what a fixed sum takes on the computer at the moment. `--steps` also
prints each step of an action that has a name, `--profile` what the worst tick of an action did.
"""

from __future__ import annotations

import argparse
import os
import pstats
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.features.explaining.where_from import WhereFrom
from app.features.inside.xray import XRayCanvas
from app.start import start as startup
from app.start.garbage import GarbageCollector
from app.training.trainer import State
from networks.graph.edits import set_layers
from networks.graph.network import Network
from networks.layers.activation import Tanh
from networks.layers.rectifiers import ReLU
from networks.presets.catalog import PRESETS
from networks.presets.resnet import cifar_resnet
from networks.project.project import Project, blank_project, first_project, write_project
from networks.recipes.recipe import Recipe, with_settings
from tests.app.window.opened import OpenedWindow
from tests.benchmarks.lateness_of_edits import choosing, editing
from tests.benchmarks.lateness_ticks import Ticks, in_loop, wait, yardstick
from tests.benchmarks.lateness_windows import Action, opened, preset
from tests.widgets.canvas.canvas_networks import chain
from tests.widgets.gestures import drag_over, drop, mime
from widgets.look.theme import apply_theme

FOLDER = Path(os.environ["XDG_DATA_HOME"])


@contextmanager
def theme(name: str) -> Iterator[Action]:
    """The theme, from light to dark and back, with LeNet-5 or ResNet-152 on the canvas."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    with opened(first_project() if name == "LeNet-5" else preset(name)) as window:

        def round_() -> None:
            for mode in ("dark", "light"):
                in_loop(partial(apply_theme, app, mode, soon=True), pause=0.1)
                # the window is painted again when all in it has changed
                wait(30, window.updatesEnabled)
                wait(1)

        yield round_


@contextmanager
def undo(network: Network) -> Iterator[Action]:
    """Undo and redo: a layer inserted, every activation changed, half of the network deleted and pasted."""
    with opened(Project(network, Recipe())) as window:
        canvas, document = window.canvas, window.document
        names = [node.name for node in network.nodes]
        middle = names[len(names) // 2]
        half = names[len(names) // 4 : 3 * len(names) // 4]
        in_loop(
            canvas.open_all,
            lambda: (canvas.select((middle,)), canvas.editing.add(ReLU())),
            lambda: change_all(window),
            lambda: (canvas.select(half), canvas.editing.delete()),
            pause=1,
        )

        def round_() -> None:
            in_loop(*[document.undo] * 3, *[document.redo] * 3)

        yield round_


def with_epochs(project: Project, epochs: int = 1) -> Project:
    """The project with so many epochs."""
    return replace(project, recipe=with_settings(project.recipe, epochs=epochs))


def change_all(window: OpenedWindow) -> None:
    network = window.document.project.network
    changed = {node.name: Tanh() for node in network.nodes if isinstance(node.layer, ReLU)}
    window.desk.edit_network(set_layers(network, changed), "Change the activation")


def deep(blocks: int) -> Network:
    """A residual network of three stages with this many blocks each; every block has about seven layers."""
    return cifar_resnet(6 * blocks + 2)


@contextmanager
def blocks() -> Iterator[Action]:
    """All blocks of ResNet-152 opened and closed."""
    with opened(preset("ResNet-152")) as window:
        yield lambda: in_loop(window.canvas.open_all, window.canvas.close_all)


@contextmanager
def presets() -> Iterator[Action]:
    """Every preset loaded from a file, one after the other."""
    files = []
    for each in PRESETS:
        path = FOLDER / f"{len(files)}.json"
        write_project(Project(each.network(), Recipe()), path)
        files.append(path)
    with opened(blank_project()) as window:
        yield lambda: in_loop(*(lambda path=path: window.open_path(path) for path in files), pause=0.3)


@contextmanager
def dragging(cards: int) -> Iterator[Action]:
    """The pointer over the canvas, then a layer dragged over it and dropped, then undone."""
    with opened(Project(chain(cards - 2), Recipe())) as window:
        view = window.canvas

        def move(x: int, y: int) -> None:
            at = QPointF(x, y)
            button = Qt.MouseButton.NoButton
            event = QMouseEvent(
                QMouseEvent.Type.MouseMove,
                at,
                QPointF(view.viewport().mapToGlobal(at.toPoint())),
                button,
                button,
                Qt.KeyboardModifier.NoModifier,
            )
            QGuiApplication.sendEvent(view.viewport(), event)

        def round_() -> None:
            for index in range(40):
                in_loop(lambda index=index: move(200 + 3 * index, 100 + 9 * index), pause=0.03)
            for index in range(40):
                at = QPoint(300, 100 + 9 * index)
                in_loop(lambda at=at: drag_over(view, at, mime("ReLU")), pause=0.03)
            in_loop(lambda: drop(view, QPoint(300, 460), "ReLU"), window.document.undo)

        yield round_


@contextmanager
def training() -> Iterator[Action]:
    """LeNet-5 trained on digits for four seconds with live curves, then stopped."""
    project = first_project()
    with opened(replace(project, recipe=with_settings(project.recipe, epochs=1000, threads=1))) as window:

        def round_() -> None:
            in_loop(window.runs.train, pause=4)
            in_loop(window.trainer.stop)
            wait(30, lambda: window.trainer.state is State.IDLE)

        yield round_


@contextmanager
def saving(cards: int) -> Iterator[Action]:
    """An edit that is written for recovery a second later, and saved to a file."""
    with opened(Project(chain(cards - 2), Recipe())) as window:
        path = FOLDER / "saved.json"
        window.document.mark_saved(path)
        recipes = iter(range(1, 100_000))

        def edit() -> None:
            recipe = with_settings(window.document.project.recipe, epochs=next(recipes))
            window.desk.edit_recipe(recipe, "Epochs")

        def save() -> None:
            write_project(window.document.project, path)
            window.document.mark_saved(path)

        def round_() -> None:
            in_loop(edit, pause=1.5)
            in_loop(save)

        yield round_


@contextmanager
def switching(project: Project, *, trained: bool = False) -> Iterator[Action]:
    """Every tab and section brought to the front, one after the other: at first they are made, then shown."""
    with opened(project, everything=False) as window:
        if trained:
            in_loop(window.runs.train)
            wait(120, lambda: window.trainer.state is State.IDLE)
        seats = window.zones.seats

        def round_() -> None:
            for name, seat in seats.items():
                in_loop(seat.bring, pause=0.7, name=name)

        yield round_


@contextmanager
def making_ahead() -> Iterator[Action]:
    """What the window does by itself after its start: torch loads, files are imported, panels are made.

    Only the first round imports.
    """

    def round_() -> None:
        with opened(first_project(), everything=False):
            pass

    yield round_


@contextmanager
def looking_inside(project: Project) -> Iterator[Action]:
    """X-ray on, a number explained, one batch told, the layers walked through: with nothing going on."""
    with opened(project) as window:
        desk, canvas = window.desk, window.canvas
        names = [node.name for node in project.network.nodes][1:7]

        def round_() -> None:
            in_loop(lambda: window.feature(XRayCanvas).switch(True), pause=2, name="x-ray")
            in_loop(window.feature(WhereFrom).explain_selected, pause=2, name="explain")
            in_loop(lambda: desk.open_panel("inside"), pause=1, name="inside")
            in_loop(*(partial(canvas.select, (name,)) for name in names), pause=0.5, name="walk")
            in_loop(window.zones.seats["curves"].bring, name="curves")
            in_loop(lambda: window.feature(XRayCanvas).switch(False), name="x-ray off")

        yield round_


@contextmanager
def stepping(project: Project) -> Iterator[Action]:
    """The room of one step: a batch trained and told, then a second one."""
    with opened(project) as window:

        def step() -> None:
            window.desk.open_panel("one_step")
            window.desk.step_wished.emit()

        yield lambda: in_loop(step, step, pause=4)


@contextmanager
def watched_training(room: str) -> Iterator[Action]:
    """LeNet-5 trained on digits for four seconds while a room, or the cards, follow the probe."""
    project = first_project()
    with opened(replace(project, recipe=with_settings(project.recipe, epochs=1000, threads=1))) as window:
        if room == "xray":
            in_loop(lambda: window.feature(XRayCanvas).switch(True), pause=2)
        else:
            in_loop(lambda: window.desk.open_panel(room), pause=2)
        in_loop(window.runs.train, pause=2)

        yield lambda: wait(4)
        in_loop(window.trainer.stop)
        wait(30, lambda: window.trainer.state is State.IDLE)


@contextmanager
def warmed(first: AbstractContextManager[Action]) -> Iterator[Action]:
    """An action that has been done once: what is made when it is first needed is there."""
    with first as act:
        act()
        yield act


ACTIONS = {
    "start": making_ahead,
    "theme": lambda: theme("LeNet-5"),
    "theme-152": lambda: theme("ResNet-152"),
    "undo-1000": lambda: undo(chain(998)),
    "undo-2400": lambda: undo(chain(2398)),
    "undo-deep-1000": lambda: undo(deep(47)),
    "undo-deep-2400": lambda: undo(deep(114)),
    "blocks": blocks,
    "presets": presets,
    "drag-1000": lambda: dragging(1000),
    "edits-1000": lambda: editing(Project(chain(998), Recipe())),
    "edits-deep-1000": lambda: editing(Project(deep(47), Recipe())),
    "edits-xray-1000": lambda: editing(Project(deep(47), Recipe()), xray=True),
    "edits-training-1000": lambda: editing(Project(chain(998), Recipe()), training=True),
    "choosing": choosing,
    "training": training,
    "saving-2400": lambda: saving(2400),
    "tabs": lambda: switching(with_epochs(first_project()), trained=True),
    "tabs-again": lambda: warmed(switching(with_epochs(first_project()), trained=True)),
    "tabs-resnet-20": lambda: switching(preset("ResNet-20")),
    "inside": lambda: looking_inside(first_project()),
    "inside-again": lambda: warmed(looking_inside(first_project())),
    "inside-resnet-20": lambda: looking_inside(preset("ResNet-20")),
    "step": lambda: stepping(first_project()),
    "step-again": lambda: warmed(stepping(first_project())),
    "step-resnet-20": lambda: stepping(preset("ResNet-20")),
    "xray-training": lambda: watched_training("xray"),
    "inside-training": lambda: watched_training("inside"),
}


def measure(name: str, options: argparse.Namespace) -> None:
    """Prints one action."""
    with ACTIONS[name]() as act:
        speed, ticks = yardstick(), Ticks(profiled=options.profile)
        for _ in range(options.rounds):
            act()
        ticks.end()
    late, busy = numpy.array(ticks.late), numpy.array(ticks.busy)
    # idle ticks would hide what is seldom: the percentile is of those in which something was done
    working = busy[busy > 1.0] if (busy > 1.0).any() else busy
    print(
        f"{name:15} late: worst {late.max():6.0f}  p99 {numpy.percentile(late, 99):6.1f} ms    "
        f"thread: worst {busy.max():6.0f}  p99 of busy ticks {numpy.percentile(working, 99):6.1f} ms    "
        f"yardstick {min(speed, yardstick()):.0f} ms",
        flush=True,
    )
    for step, found in ticks.steps.items() if options.steps else ():
        print(f"    {step or 'else':20} thread: worst {max(found):6.0f} ms", flush=True)
    if ticks.worst is not None:
        pstats.Stats(ticks.worst).sort_stats("cumulative").print_stats(60)


def main() -> None:
    """Measures the actions that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("actions", nargs="*", metavar="ACTION", help=", ".join(ACTIONS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    application = startup.make_application()
    apply_theme(application, "light")
    GarbageCollector(application)
    for name in options.actions or ACTIONS:
        measure(name, options)
    os._exit(0)


if __name__ == "__main__":
    main()
