"""Keeps what a picture did in all layers of a network, or in one of them where all would be too much."""

from __future__ import annotations

import numpy as np

from networks.explanations.kept import MOST_BYTES, Kept, bytes_of_outputs
from networks.explanations.losses import LossPass
from networks.explanations.page import with_pixels
from networks.graph.check import check
from networks.insight.looker import Looker
from networks.insight.pictures import Pictures
from networks.layers.ends import Output
from networks.xray.view import Mode


def keep(looker: Looker, pictures: Pictures, mode: Mode, name: str, most: int = MOST_BYTES) -> Kept:
    """What the probe did in every layer; only in this one where all outputs take more than `most` bytes.

    The captures share the weights of the looker's module.
    """
    project = looker.project
    network, classes = project.network, project.classes
    report = check(network, classes)
    images = len(pictures.images) if mode == "training" else 1
    whole = bytes_of_outputs(report, images) <= most
    names = set(network.order) if whole else {name}
    captures = looker.captures(pictures, names, mode)
    end = next((node.name for node in network.nodes if isinstance(node.layer, Output)), None)
    losses, loss = None, None
    if end in captures and pictures.label is not None:
        scores = captures[end].output[:1]
        aims = np.eye(classes)[[pictures.label]]
        losses = LossPass(project.recipe.learning.loss, scores, aims)
        loss = looker.loss(scores[0], pictures.label)
    kept = Kept(
        network,
        report,
        captures,
        looker.step,
        mode,
        pictures.seen,
        pictures.label,
        whole,
        end,
        losses,
        loss,
    )
    return with_pixels(kept, pictures.mean, pictures.deviation)
