"""One edit of a 500-layer network, from drop to repainted canvas with all shapes checked; run by hand.

    QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.canvas_edit_500_layers

Prints milliseconds, the median and the worst of many edits: from the drop to the end of the first frame, and
of that the check, the reconciling and the frame; at zoom 1 and with the whole network in sight, animated as
in the program. Then what a frame costs while panning and zooming. The last column is the processor time of
this thread, which other programs on the machine do not change much.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from networks.graph.check import check
from networks.graph.network import Network, Wire
from tests.widgets.canvas.canvas_networks import chain, resnet
from tests.widgets.gestures import drag_over, drop, mime, wheel
from widgets.canvas.placement.layout import arrange
from widgets.canvas.view import CanvasView
from widgets.look.theme import apply_theme

EDITS = 30


Span = tuple[float, float]


def now() -> Span:
    return time.perf_counter(), time.thread_time()


def since(start: Span) -> Span:
    """Milliseconds on the clock and of this thread."""
    return (time.perf_counter() - start[0]) * 1000, (time.thread_time() - start[1]) * 1000


def row(name: str, spans: list[Span]) -> str:
    walls, busy = [wall for wall, _ in spans], [cpu for _, cpu in spans]
    middle = statistics.median
    return (
        f"  {name:20} median {middle(walls):6.1f}   worst {max(walls):6.1f}   thread {middle(busy):6.1f} ms"
    )


class Host:
    """Takes the canvas's edits as the window does, and notes what each part costs."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.parts: dict[str, list[Span]] = {"check": [], "show": []}
        self.view = CanvasView()
        self.view.resize(900, 860)
        self.view.editing.edited.connect(self.take)
        self.view.show_network(network, check(network))
        self.view.show()

    def take(self, network: Network, text: str) -> None:
        start = now()
        report = check(network)
        self.parts["check"].append(since(start))
        start = now()
        self.view.show_network(network, report)
        self.parts["show"].append(since(start))
        self.network = network


def measure_edits(app: QApplication, title: str, whole: bool) -> None:
    host = Host(chain(498))
    view = host.view
    view.camera.fit() if whole else view.camera.zoom_reset()
    app.processEvents()
    total: list[Span] = []
    frames: list[Span] = []
    for index in range(EDITS):
        wire = host.network.wires[3 + index] if not whole else host.network.wires[17 * index]
        at = middle(view, wire)
        drag_over(view, at, mime("ReLU"))
        view.viewport().repaint()
        before = host.network
        start = now()
        drop(view, at, "ReLU")
        painting = now()
        view.viewport().repaint()
        frames.append(since(painting))
        total.append(since(start))
        assert host.network is not before, "the drop was not taken"
        finish_animation(app)
    print(f"{title}: {len(host.network.nodes)} layers, {EDITS} drops")
    rows = {"drop to repainted": total, **host.parts, "first frame": frames}
    for name, values in rows.items():
        print(row(name, values))
    view.close()


def middle(view: CanvasView, wire: Wire) -> QPoint:
    points = view.scene().layout_of_network.routes[wire]  # type: ignore[attr-defined]
    (a, b), (c, d) = points[0], points[-1]
    return view.mapFromScene((a + c) / 2, (b + d) / 2)


def finish_animation(app: QApplication) -> None:
    end = time.perf_counter() + 0.25
    while time.perf_counter() < end:
        app.processEvents()


def measure_frames(app: QApplication) -> None:
    network = resnet()
    view = CanvasView()
    view.resize(900, 860)
    view.show_network(network, check(network))
    view.show()
    app.processEvents()
    print(f"frames: {len(network.nodes)} layers, {len(network.wires)} wires")
    for name, zoom in (("1", 1.0), ("0.4", 0.4), ("0.2", 0.2), ("everything", 0.0)):
        view.camera.fit()
        if zoom:
            view.camera.zoom_at(view.rect().center().toPointF(), zoom / view.camera.zoom())
        view.viewport().repaint()
        pans, zooms = [], []
        for index in range(40):
            start = now()
            view.camera.pan(3 if index % 2 else -3, -7)
            view.viewport().repaint()
            pans.append(since(start))
            start = now()
            turn = 12 if index % 2 else -12
            wheel(view, QPoint(450, 430), turn, modifiers=Qt.KeyboardModifier.ControlModifier)
            view.viewport().repaint()
            zooms.append(since(start))
        print(row(f"pan at {name}", pans))
        print(row(f"zoom at {name}", zooms))
    layouts = []
    for _ in range(20):
        start = now()
        arrange(network)
        layouts.append(since(start))
    print(row("layout", layouts))
    view.close()


def main() -> None:
    app = QApplication([])
    apply_theme(app, "light")
    gc.collect()
    gc.freeze()
    gc.disable()  # as in the program, whose timer collects between events
    measure_edits(app, "zoom 1", whole=False)
    measure_edits(app, "whole network in sight", whole=True)
    measure_frames(app)


if __name__ == "__main__":
    main()
