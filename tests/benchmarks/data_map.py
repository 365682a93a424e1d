"""What a map of the data costs: processor time of each method, for 898 and for 5,000 pictures.

`.venv/bin/python tests/benchmarks/data_map.py`. The pictures have 84 numbers each, around ten middles, as the
last hidden layer of LeNet-5 gives them. *Again* is a map that begins with the one of weights a little
earlier; *drawn* is one picture of all points in the window.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch
from PySide6.QtWidgets import QApplication

from networks.insight.embedding.mapping import mapped
from networks.xray.data_map import METHODS, DataMap, Outputs
from widgets.look import theme
from widgets.results.map_plot import MapPlot


def outputs(count: int, step: int) -> Outputs:
    draw = np.random.default_rng(0)
    middles, labels = draw.standard_normal((10, 84)), np.arange(count) % 10
    later = np.random.default_rng(step).standard_normal((count, 84))
    features = middles[labels] + 0.5 * draw.standard_normal((count, 84)) + 0.05 * later
    return Outputs(
        "fc",
        np.arange(count),
        labels,
        labels,
        np.ones(count, np.float32),
        np.tanh(features).astype(np.float32),
        84,
        averaged=False,
        projected=False,
        step=step,
    )


def timed(count: int, step: int, kind: type, before: DataMap | None) -> tuple[DataMap, float]:
    begun = time.process_time()
    found = mapped(outputs(count, step), kind(), before)
    assert found is not None
    return found, time.process_time() - begun


def main() -> None:
    application = QApplication([])
    theme.apply_theme(application, "light")
    torch.set_num_threads(1)
    plot = MapPlot()
    plot.resize(720, 560)
    names = tuple(map(str, range(10)))
    print("| method | pictures | s | again, s | drawn, ms |\n|---|---|---|---|---|")
    for count in (898, 5_000):
        for kind in METHODS:
            first, seconds = timed(count, 1, kind, None)
            again, later = timed(count, 2, kind, first)
            plot.show_map(again, names, lambda row: None)
            begun = time.process_time()
            plot.grab()
            drawn = 1000 * (time.process_time() - begun)
            print(f"| {kind.title} | {count:,} | {seconds:.2f} | {later:.2f} | {drawn:.0f} |", flush=True)


if __name__ == "__main__":
    main()
