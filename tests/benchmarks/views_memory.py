"""What everything that looks into a network takes: counted bytes, and how the process grows.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/views_memory.py [PRESET …]

Opens a window with ResNet-50 at 224×224, or other presets, shows one view after the other, and prints after
each how much all of them hold together, and by how much the process has grown since the window was there:
at rest, and at most in passing. Then a short run is trained, and its film is made beside the other views.
Target: 300 MB held, copies of the weights included. Takes some minutes. Linux only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

from msgspec.structs import replace
from PySide6.QtCore import QEventLoop, QTimer

from app.features.explaining.looks_at import LooksAt
from app.features.explaining.where_from import WhereFrom
from app.features.inside.inside import Inside
from app.features.inside.xray import XRayCanvas
from app.features.results.results import Results
from app.features.runs.training import Training
from app.start import start as startup
from app.start.garbage import GarbageCollector
from app.training.memory import give_back_memory
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from networks.xray.value_place import ValuePlace
from tests.app.window.opened import OpenedWindow
from widgets.look.theme import apply_theme


class Memory:
    """How much memory the process has, in MB, and how much it had at most since it was asked last."""

    def now(self) -> float:
        """What it has when what is free has been given back."""
        give_back_memory()
        return self._read("VmRSS:")

    def most(self) -> float:
        """The most since the last call."""
        found = self._read("VmHWM:")
        Path("/proc/self/clear_refs").write_text("5")
        return found

    def _read(self, name: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def wait(until: Callable[[], bool], seconds: float = 1200) -> None:
    """Lets the event loop run until a condition holds."""
    loop, watch = QEventLoop(), QTimer()
    watch.timeout.connect(lambda: loop.quit() if until() else None)
    watch.start(20)
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()
    assert until(), "it took too long"


def rest(seconds: float = 1.0) -> None:
    """Lets the event loop run for a while."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


def measure(name: str) -> None:
    """Prints all views of one preset."""
    network = next(each for each in PRESETS if each.name == name).network()
    recipe = with_settings(Recipe(), per_class=4, epochs=1, batch_size=8)
    window = OpenedWindow(Project(network, recipe), everything=True)
    window.resize(1480, 920)
    window.show()
    window.load_torch()
    desk, probing, memory = window.desk, window.desk.probing, Memory()
    wait(lambda: desk.shown.devices is not None)
    rest(3)
    before = memory.now()
    memory.most()
    print(
        f"{name}: {before:.0f} MB before, {4 * desk.shown.report.weights >> 20} MB of them one set of weights"
    )

    def tell(title: str) -> None:
        rest()
        grown = memory.now() - before
        most = memory.most() - before
        held = probing.budget.total >> 20
        names = ", ".join(f"{who} {probing.budget.held_by(who) >> 20}" for who in probing.budget.holders)
        print(
            f"  {title:50} held {held:4} MB ({names})   process +{grown:.0f}, at most +{most:.0f} MB",
            flush=True,
        )

    rested = []
    probing.rests.connect(lambda: rested.append(1))

    def done(step: Callable[[], object]) -> None:
        rested.clear()
        step()
        wait(lambda: bool(rested) and probing.seen is not None and probing.seen.measured is not None)

    xray = window.feature(XRayCanvas)
    done(lambda: xray.switch(True))
    tell("X-ray on")
    done(window.canvas.open_all)
    tell("all blocks open")
    done(lambda: probing.choose_options(replace(probing.options, range="network")))
    tell("one colour range for the whole network")
    middle = [each for each in network.order if network[each].layer.counts_in_depth][1]
    window.desk.reveal(middle)
    done(lambda: window.desk.open_panel("inside"))
    tell("Inside, a layer from near")
    room = window.feature(WhereFrom)

    def explained(place: ValuePlace) -> None:
        desk.explanation_wished.emit(place)
        wait(lambda: room.panel.page is not None and room.panel.page.place == place)

    deep = [each for each in network.order if len(desk.shown.report.nodes[each].output or ()) == 3][-1]
    explained(ValuePlace(deep, (5, 3, 3)))
    tell("where a number comes from")
    done(lambda: probing.choose_row(77))
    wait(lambda: room.panel.page is not None and room.panel.page.kept.picture is probing.ready.pictures.seen)
    tell("another picture")
    done(lambda: probing.choose_options(replace(probing.options, mode="training")))
    tell("BatchNorm as in training")
    done(lambda: probing.choose_options(replace(probing.options, mode="evaluation")))
    look_closer(window, tell)
    watch_a_run(window, tell)
    window.trainer.close()
    window.document.history.setClean()
    window.close()


def look_closer(window: OpenedWindow, tell: Callable[[str], None]) -> None:
    """What Inside looks for and computes, every heat map and a test of one, and the map of the data."""
    inside, heat, results = (window.feature(kind) for kind in (Inside, LooksAt, Results))
    window.desk.open_panel("inside")
    details = inside.panel.details
    wait(lambda: details.excited.isVisible())
    details.excited.search.click()
    wait(lambda: bool(details.excited.pictures.found))
    tell("pictures that excite a channel")
    details.maximized.steps.setCurrentIndex(0)
    details.maximized.begin.click()
    wait(lambda: inside.maximized._job is None)
    tell("a picture that would")
    heat.open()
    for method in ("gradient", "integrated", "grad_cam", "occlusion"):
        heat._choose(replace(heat._choice, method=method))
        wait(lambda: (found := heat.panel.found) is not None and found.asked.method == heat._choice.method)
        tell(f"heat map: {method}")
    heat._choose(replace(heat._choice, method="grad_cam"))
    wait(lambda: heat.panel.found is not None and heat.panel.found.asked.method == "grad_cam")
    heat.panel.trust.randomize.click()
    wait(lambda: heat.panel.trust.outcome is not None)
    tell("the same with random weights")
    window.desk.open_panel("results")
    wait(lambda: results.panel.isVisible())
    results.panel.parts.button(1).click()
    wait(lambda: results.maps._made is not None and results.maps._job is None)
    tell("map of the data")


def watch_a_run(window: OpenedWindow, tell: Callable[[str], None]) -> None:
    """A run with the cards in sight, and its film."""
    training = window.feature(Training)
    training.heavy_runs.may_begin = training.runs.may_begin = lambda *_: True
    window.desk.open_panel("curves")
    training.runs.train()
    wait(lambda: not window.trainer.busy)
    tell("after a run")
    time_machine = training.time
    wait(lambda: time_machine.timeline is not None and not time_machine.film.busy)
    tell("its film" if time_machine.film.refused is None else f"no film: {time_machine.film.refused}")


def main() -> None:
    """Measures the presets that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("presets", nargs="*", default=["ResNet-50"])
    options = parser.parse_args()
    application = startup.make_application()
    apply_theme(application, "light")
    GarbageCollector(application).freeze()
    for name in options.presets:
        measure(name)
    os._exit(0)


if __name__ == "__main__":
    main()
