"""A map of the data to show in tests: pictures of each class lie around a corner of their own."""

from __future__ import annotations

import numpy as np

from networks.xray.data_map import TSNE, DataMap, Outputs

NAMES = ("cat", "dog", "bird")


def data_map(n=60, wrong=(3, 31), method=None, seed=0, rows=None, classes=3):
    draw = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    answers = labels.copy()
    answers[list(wrong)] = (answers[list(wrong)] + 1) % classes
    angle = 2 * np.pi * labels / classes
    positions = 10 * np.stack([np.cos(angle), np.sin(angle)], 1) + draw.standard_normal((n, 2))
    outputs = Outputs(
        "fc",
        100 + np.arange(n) if rows is None else rows,
        labels,
        answers,
        np.linspace(0.5, 1, n).astype(np.float32),
        draw.standard_normal((n, 8)).astype(np.float32),
        8,
        averaged=False,
        projected=False,
        step=7,
    )
    return DataMap(method or TSNE(), outputs, positions.astype(np.float32), (), 0.5, 0.9)


def stored(row):
    return np.full((6, 6, 1), row % 256, np.uint8)
