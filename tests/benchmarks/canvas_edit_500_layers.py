"""One edit of a 500-layer network, from drop to repainted canvas with all shapes checked; run by hand.

    QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.canvas_edit_500_layers

Prints milliseconds, the median and the worst of many edits: from the drop to the end of the first frame, and
of that the check, the reconciling and the frame; at zoom 1 and with the whole network in sight, animated as in
the program. Then what a frame costs while panning and zooming.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from networks.check import check
from networks.network import Network, Wire
from tests.widgets.canvas_networks import chain, resnet
from tests.widgets.gestures import drag_over, drop, mime, wheel
from widgets.canvas.layout import arrange
from widgets.canvas.view import CanvasView
from widgets.theme import apply_theme

EDITS = 30
Parts = dict[str, list[float]]


def milliseconds(since: float) -> float:
    return (time.perf_counter() - since) * 1000


class Host:
    """Takes the canvas's edits as the window does, and notes what each part costs."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.parts: Parts = {"check": [], "show": []}
        self.view = CanvasView()
        self.view.resize(900, 860)
        self.view.edited.connect(self.take)
        self.view.show_network(network, check(network))
        self.view.show()

    def take(self, network: Network, text: str) -> None:
        start = time.perf_counter()
        report = check(network)
        self.parts["check"].append(milliseconds(start))
        start = time.perf_counter()
        self.view.show_network(network, report)
        self.parts["show"].append(milliseconds(start))
        self.network = network


def measure_edits(app: QApplication, title: str, whole: bool) -> None:
    host = Host(chain(498))
    view = host.view
    view.fit() if whole else view.zoom_reset()
    app.processEvents()
    total: list[float] = []
    frames: list[float] = []
    for index in range(EDITS):
        wire = host.network.wires[3 + index] if not whole else host.network.wires[17 * index]
        at = middle(view, wire)
        drag_over(view, at, mime("ReLU"))
        view.viewport().repaint()
        before = host.network
        start = time.perf_counter()
        drop(view, at, "ReLU")
        painting = time.perf_counter()
        view.viewport().repaint()
        frames.append(milliseconds(painting))
        total.append(milliseconds(start))
        assert host.network is not before, "the drop was not taken"
        finish_animation(app)
    print(f"{title}: {len(host.network.nodes)} layers, {EDITS} drops")
    rows: Parts = {"drop to repainted": total, **host.parts, "first frame": frames}
    for name, values in rows.items():
        print(f"  {name:20} median {statistics.median(values):6.1f} ms   worst {max(values):6.1f} ms")
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
    for name, zoom in (("zoom 1", 1.0), ("zoom 0.4", 0.4), ("zoom 0.2", 0.2), ("everything", 0.0)):
        view.fit()
        if zoom:
            view.zoom_at(view.rect().center().toPointF(), zoom / view.zoom())
        view.viewport().repaint()
        pans, zooms = [], []
        for index in range(40):
            start = time.perf_counter()
            view.pan(3 if index % 2 else -3, -7)
            view.viewport().repaint()
            pans.append(milliseconds(start))
            start = time.perf_counter()
            wheel(
                view,
                QPoint(450, 430),
                12 if index % 2 else -12,
                modifiers=Qt.KeyboardModifier.ControlModifier,
            )
            view.viewport().repaint()
            zooms.append(milliseconds(start))
        print(f"  {name:20} pan {statistics.median(pans):5.1f} ms   zoom {statistics.median(zooms):5.1f} ms")
    best = min(_timed(lambda: arrange(network)) for _ in range(20))
    print(f"  layout               {best:5.1f} ms")
    view.close()


def _timed(call) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    call()
    return milliseconds(start)


def main() -> None:
    app = QApplication([])
    apply_theme(app, "light")
    measure_edits(app, "zoom 1", whole=False)
    measure_edits(app, "whole network in sight", whole=True)
    measure_frames(app)


if __name__ == "__main__":
    main()
