"""Opening ResNet-152 in the whole window, from the file to the painted canvas, and then its blocks.

    QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.open_resnet152

Prints milliseconds, the median and the worst of several openings: reading and checking the file, laying out,
making the items, panels and the first frame. Then what it costs to open one block, all blocks, and to close
them, to the end of the first frame of the movement.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"]

from PySide6.QtWidgets import QApplication

from networks.graph.presentation import everything_open
from networks.presets.catalog import PRESETS
from networks.project.project import Project, blank_project, write_project
from networks.recipes.recipe import Recipe
from tests.app.window.opened import OpenedWindow

TIMES = 15
FOLDER = Path(os.environ["XDG_DATA_HOME"])


def milliseconds(do: Callable[[], object], app: QApplication, window: OpenedWindow) -> float:
    start = time.perf_counter()
    do()
    window.canvas.viewport().repaint()
    spent = (time.perf_counter() - start) * 1000
    end = time.perf_counter() + 0.3
    while time.perf_counter() < end:  # the movement, and what waits for it
        app.processEvents()
    gc.collect()
    return spent


def show(name: str, values: list[float]) -> None:
    print(f"  {name:40} median {statistics.median(values):6.1f}   worst {max(values):6.1f} ms")


def main() -> None:
    app = QApplication([])
    preset = next(preset for preset in PRESETS if preset.name == "ResNet-152")
    deep, blank = FOLDER / "resnet152.json", FOLDER / "blank.json"
    write_project(Project(preset.network(), Recipe()), deep)
    write_project(blank_project(), blank)
    window = OpenedWindow(everything=True)
    window.resize(1480, 920)
    window.show()
    app.processEvents()
    gc.disable()
    network = preset.network()
    everything = everything_open(network)
    print(f"ResNet-152: {len(network.nodes)} layers, {len(network.folds)} blocks")
    spans = []
    for _ in range(TIMES):
        milliseconds(lambda: window.open_path(blank), app, window)
        spans.append(milliseconds(lambda: window.open_path(deep), app, window))
    print(f"  {len(window.canvas.folding.shown.nodes)} cards")
    show("open the file", spans)
    for name, before, after in (
        ("open one block", frozenset[str](), frozenset({"layer2.0"})),
        ("open all blocks", frozenset[str](), everything),
        ("close all blocks", everything, frozenset[str]()),
    ):
        spans = []
        for _ in range(TIMES):
            milliseconds(lambda before=before: window.canvas.set_opened(before), app, window)
            spans.append(milliseconds(lambda after=after: window.canvas.set_opened(after), app, window))
        show(name, spans)
    window.close()


if __name__ == "__main__":
    main()
