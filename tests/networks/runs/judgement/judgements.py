"""Judgements to test with: drawn ones, and ones of given answers."""

from __future__ import annotations

import numpy as np

from networks.runs.judgement.judgement import Judgement


def judgement(labels, probabilities, losses=None, **fields):
    """A judgement whose answers and ranks follow from the probabilities."""
    labels = np.asarray(labels, np.int64)
    probabilities = np.asarray(probabilities, np.float32).reshape(len(labels), -1)
    own = probabilities[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(probabilities.shape[1]) < labels[:, None]
    ranks = ((probabilities > own) | ((probabilities == own) & earlier)).sum(1)
    values = {
        "run": "run",
        "weights": "last",
        "side": "validation",
        "step": 1,
        "epoch": 1.0,
        "images": np.arange(len(labels)),
        "labels": labels,
        "answers": probabilities.argmax(1),
        "ranks": ranks,
        "probabilities": probabilities,
        "losses": -np.log(np.maximum(own[:, 0], 1e-30)) if losses is None else np.asarray(losses, np.float32),
    }
    return Judgement(**(values | fields))


def drawn(seed, images=200, classes=5, sharp=2.0, **fields):
    """A network that is right more often than not."""
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, classes, images)
    scores = draw.normal(size=(images, classes)) * sharp
    scores[np.arange(images), labels] += sharp
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return judgement(labels, powers / powers.sum(1, keepdims=True), **fields)
