"""Trains the desk's project to its end."""

from __future__ import annotations


def train(training, qtbot):
    training.runs.train()
    qtbot.waitUntil(lambda: not training.desk.trainer.busy, timeout=60_000)
