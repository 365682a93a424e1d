"""What it costs to keep every answer and to show it, beside the forward pass over 10,000 pictures.

Run alone, on a quiet machine: `.venv/bin/python tests/benchmarks/judging.py`. Both are measured in turn; the
aim is a ratio of at most 1.1.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch
from PySide6.QtWidgets import QApplication

from networks.module.build import build, evaluation
from networks.module.overwriting import overwriting
from networks.project.project import first_project
from networks.recipes.losses import CrossEntropy
from networks.training.engine.answers import Answers
from networks.training.machine.devices import default_threads
from networks.training.setup.make_loss import make_loss
from widgets.look import theme
from widgets.results.panel import ResultsPanel
from widgets.results.results import Offer, Results

PICTURES, AT_ONCE, ROUNDS = 10_000, 1_000, 7


def main() -> None:
    application = QApplication([])
    theme.apply_theme(application, "light")
    torch.set_num_threads(default_threads())
    project = first_project()
    network = overwriting(evaluation(build(project.network, project.classes))).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (PICTURES, 28, 28, 1), np.uint8)
    images = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255).to(
        memory_format=torch.channels_last
    )
    labels = torch.arange(PICTURES) % 10
    names = tuple(str(each) for each in range(10))
    panel = ResultsPanel()
    panel.resize(540, 900)
    panel.show_offer(
        Offer(
            [("run", "run")],
            [("last", "Last")],
            [("validation", "On validation")],
            "run",
            "last",
            "validation",
        )
    )
    panel.show()
    loss = make_loss(CrossEntropy(), torch.device("cpu"))

    def forward(answers: Answers | None) -> None:
        with torch.inference_mode():
            for start in range(0, PICTURES, AT_ONCE):
                scores = network(images[start : start + AT_ONCE])
                aims = labels[start : start + AT_ONCE]
                loss(scores, aims).item() if answers is None else answers(scores, aims).item()

    def shown() -> None:
        answers = Answers(loss, CrossEntropy(), PICTURES)
        forward(answers)
        judged = answers.judgement("run", "last", "validation", 1, 1.0, np.arange(PICTURES))
        panel.show_results(Results(judged, names, pixels.__getitem__, "run"))
        application.processEvents()

    forward(None)
    shown()
    plain, whole = [], []
    for _ in range(ROUNDS):
        for what, times in ((lambda: forward(None), plain), (shown, whole)):
            began = time.perf_counter()
            what()
            times.append(time.perf_counter() - began)
    one, other = statistics.median(plain), statistics.median(whole)
    print(f"forward pass over {PICTURES} pictures: {1e3 * one:.0f} ms")
    print(f"with every answer kept and shown: {1e3 * other:.0f} ms, {other / one:.3f} of it")


if __name__ == "__main__":
    main()
