"""Keeps what a picture did in all layers of a network, or in one of them where all would be too much."""

from __future__ import annotations

import numpy as np

from networks.core.message import UserError, message
from networks.explanations.pages.page import with_pixels
from networks.explanations.traces.kept import Kept
from networks.explanations.traces.trace import Trace
from networks.explanations.values.losses import LossPass
from networks.graph.check import Report, check
from networks.graph.network import Network
from networks.insight.looker import Looker
from networks.insight.pictures import Pictures
from networks.insight.xrays import Wanted
from networks.layers.ends import Output
from networks.xray.capture import Capture
from networks.xray.view import Mode, XRay


def keep(looker: Looker, pictures: Pictures, mode: Mode, name: str, *, whole: bool = True) -> Kept:
    """What the probe did in every layer, or only in this one: all outputs of a network may take much memory.

    The captures share the weights of the looker's module.
    """
    network = looker.project.network
    names = set(network.order) if whole else {name}
    return _kept(looker, pictures, mode, looker.captures(pictures, names, mode), whole=whole)


def look_and_keep(looker: Looker, pictures: Pictures, wanted: Wanted) -> tuple[XRay, Kept]:
    """The views that are wanted, and all numbers of the pass that they are made from.

    Nothing may be switched off. The captures share the weights of the looker's module.
    """
    held: dict[str, Capture] = {}
    seen = looker.look(pictures, wanted, held)
    return seen, _kept(looker, pictures, wanted.mode, held, whole=True)


def _kept(
    looker: Looker, pictures: Pictures, mode: Mode, captures: dict[str, Capture], *, whole: bool
) -> Kept:
    project = looker.project
    network, classes = project.network, project.classes
    report = check(network, classes)
    end = _end(network)
    losses, loss = None, None
    if end in captures and pictures.label is not None:
        scores = captures[end].output[:1]
        aims = np.eye(classes)[[pictures.label]]
        losses = LossPass(project.recipe.learning.loss, scores, aims)
        loss = looker.loss(scores[0], pictures.label)
    kept = Kept(
        network=network,
        report=report,
        captures=captures,
        step=looker.step,
        mode=mode,
        picture=pictures.seen,
        label=pictures.label,
        whole=whole,
        end=end,
        losses=losses,
        loss=loss,
    )
    return with_pixels(kept, pictures.mean, pictures.deviation)


def keep_gradients(looker: Looker, pictures: Pictures, mode: Mode, name: str, *, whole: bool = True) -> Kept:
    """The same with the gradients of the probe's loss, which is that of the recipe for its label.

    Unless the `whole` is wanted, arrays are held for this layer, for those that take its output and for those
    that it takes its input from. Raises UserError where nobody knows the label.
    """
    if pictures.label is None:
        raise UserError(
            message(
                "This picture has no label, so there is no loss whose gradient could come back: "
                "choose a picture of the data set."
            )
        )
    network = looker.project.network
    report = check(network, looker.project.classes)
    trace = looker.trace(pictures, mode, None if whole else _around(network, name))
    return kept_of(trace, report, looker.step, mode, pictures, whole)


def kept_of(trace: Trace, report: Report, step: int, mode: Mode, pictures: Pictures, whole: bool) -> Kept:
    """What a trace holds of the probe, for pages of values as well as of gradients."""
    end = _end(trace.network)
    kept = Kept(
        network=trace.network,
        report=report,
        captures=trace.captures,
        step=step,
        mode=mode,
        picture=pictures.seen,
        label=pictures.label,
        whole=whole,
        end=end,
        losses=trace.losses.get(end or ""),
        loss=trace.loss if len(trace.losses) == 1 else None,
        trace=trace,
    )
    return with_pixels(kept, pictures.mean, pictures.deviation)


def _end(network: Network) -> str | None:
    return next((node.name for node in network.nodes if isinstance(node.layer, Output)), None)


def _around(network: Network, name: str) -> frozenset[str]:
    """The layer, those that take its output, and those that it takes its input from."""
    after = (wire.target for wire in network.consumers[name])
    return frozenset((name, *after, *network[name].inputs))
