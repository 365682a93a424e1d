"""The work of the room beside the window: the page of a number or gradient, of the probe or of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.background.job import Task
from app.feature.probed import Probed
from app.probing.budget import Counted
from app.probing.sources import Source
from app.training.memory import lean_memory
from networks.core.message import Message, UserError, message
from networks.explanations.pages.gradient_page import gradient_page, largest_gradient
from networks.explanations.pages.page import Page, page
from networks.explanations.traces.kept import Kept, bytes_of_outputs
from networks.explanations.traces.step import SeenStep
from networks.explanations.traces.trace import Trace, bytes_of_trace
from networks.graph.check import Report, check
from networks.layers.ends import Output
from networks.xray.silenced import NOTHING_OFF, Silenced
from networks.xray.value_place import GradientPlace, ValuePlace
from networks.xray.view import Mode

if TYPE_CHECKING:
    from networks.insight.looker import Looker
    from networks.insight.pictures import Pictures
    from networks.xray.probe import Which

HOLDER = "where from"
"""The name under which the room holds memory."""
ANY = ""
"""In place of a layer's name: any layer that is good to begin with."""


Key = tuple[int, Source, Mode]
"""What tells numbers from others: the identity of the pictures, which must be held; the weights; the mode."""


class Known(NamedTuple):
    """What is kept of the picture, for which probe, with whose weights, and by whom it was made."""

    key: Key
    pictures: Pictures
    kept: Kept
    looker: Looker
    counted: Counted | None = None
    """The memory of its numbers, if that was counted where they were made."""


class Wish(NamedTuple):
    """What is to be shown of a layer: one of its numbers or gradients, or with no position the largest."""

    layer: str
    at: tuple[int, ...] | None = None
    back: bool = False
    weight: str | None = None

    @classmethod
    def of(cls, place: ValuePlace) -> Wish:
        """What stands at this place."""
        if isinstance(place, GradientPlace):
            return cls(place.layer, place.at, back=True, weight=place.weight)
        return cls(place.layer, place.at)


def key_of(source: Source, pictures: Pictures, mode: Mode) -> Key:
    """The key of what is made of these pictures with these weights in this mode."""
    return id(pictures), source._replace(which="now"), mode


def explained(
    probed: Probed,
    known: Known | None,
    key: Key,
    which: Which | None,
    wish: Wish,
    classes: tuple[str, ...],
    whole: bool,
    _: Task,
) -> tuple[Known, Page]:
    """In the job's thread. `which` asks for other weights of the run than those that are looked at.

    `whole` says whether all numbers of the network may be kept.
    """
    from networks.insight.keeping import keep, keep_gradients

    layer = wish.layer or _first_that_learns(probed)
    if known is None or not _holds(known.kept, layer, back=wish.back):
        looker = known.looker if known is not None else _looker(probed, which)
        made = keep_gradients if wish.back else keep
        with lean_memory():
            made_now = made(looker, probed.pictures, probed.mode, layer, whole=whole)
        known = Known(key, probed.pictures, made_now, looker)
    kept = known.kept
    if not _holds(kept, layer, back=wish.back):
        raise UserError(
            message("“{name}” takes no part in what the network says: no number leaves it.", name=layer)
        )
    if wish.back:
        assert kept.trace is not None
        return known, gradient_page(kept, _place(kept.trace, layer, wish, 0), classes)
    place = ValuePlace(layer, _largest(kept, layer) if wish.at is None else wish.at)
    return known, page(kept, place, classes)


def kept_ahead(probed: Probed, key: Key, layer: str, _: Task) -> Known:
    """In the job's thread: what a page about any number of the probe needs."""
    from networks.insight.keeping import keep

    looker = _looker(probed, None)
    with lean_memory():
        return Known(key, probed.pictures, keep(looker, probed.pictures, probed.mode, layer), looker)


def explained_of_step(seen: SeenStep, image: int, wish: Wish, classes: tuple[str, ...], _: Task) -> Page:
    """In the job's thread: a gradient of a step's batch, or a number of one of its pictures."""
    trace = seen.trace
    scores = next(iter(trace.losses.values())).outputs
    kept = Kept(
        network=trace.network,
        report=check(trace.network, scores.shape[1]),
        captures=trace.captures,
        step=seen.step,
        mode="training",
        picture=np.ascontiguousarray(seen.pictures[image]),
        label=int(seen.labels[image]),
        whole=True,
        end=next(node.name for node in trace.network.nodes if isinstance(node.layer, Output)),
        losses=next(iter(trace.losses.values())),
        loss=trace.loss if wish.back else float(seen.losses[image]),
        trace=trace,
        image=image,
    )
    if not wish.back:
        at = _largest(kept, wish.layer) if wish.at is None else wish.at
        return page(kept, ValuePlace(wish.layer, at), classes)
    place = _place(trace, wish.layer, wish, image)
    return gradient_page(kept, place, classes, image=image, of_batch=len(scores) > 1)


def suits(known: Known, wish: Wish) -> bool:
    """Whether the page can be made of what is kept."""
    return bool(wish.layer) and _holds(known.kept, wish.layer, back=wish.back)


def _place(trace: Trace, layer: str, wish: Wish, image: int) -> GradientPlace:
    if wish.at is None:
        return largest_gradient(trace, layer, wish.weight, image)
    return GradientPlace(layer, wish.at, wish.weight)


def too_large(needed: int, most: int) -> Message:
    """Why only the numbers of one layer are kept; both in bytes."""
    return message(
        "All numbers of this network would take {needed} MB, and all views together may take {most} MB: only "
        "those of this layer are kept, and the way there has no values. Choose a smaller network, or smaller "
        "pictures, to follow a number all the way.",
        needed=-(-needed >> 20),
        most=most >> 20,
    )


def too_large_briefly(needed: int, most: int) -> Message:
    """The same where there is little room."""
    return message(
        "Only the numbers of this layer are kept: all would take {needed} MB, and {most} MB is the limit.",
        needed=-(-needed >> 20),
        most=most >> 20,
    )


def weights_words(probed: Probed, step: int, off: Silenced) -> str:
    """With which weights a number was made; what is `off` on the cards is on here."""
    mode = _tr(", BatchNorm as in training") if probed.mode == "training" else ""
    if off.within(probed.project.network) != NOTHING_OFF:
        mode += _tr(", with nothing switched off")
    if not step:
        return _tr("weights: before the training") + mode
    if probed.looker is None:
        return _tr("weights: step {step}").format(step=step) + mode
    return _tr("weights: {words}").format(words=probed.weights) + mode


def bytes_of_all(probed: Probed, report: Report, *, start: bool, back: bool) -> int:
    """What all numbers of the network take for the probe, with weights of their own.

    `start` says that the weights are those from before the training, `back` that gradients are kept, too.
    """
    network, images = probed.project.network, probed.xray.images
    # while a run goes on, and for the start, the network is a copy
    copied = 4 * report.weights if probed.looker is None or start else 0
    if back:
        # the weights themselves are those of the network
        return bytes_of_trace(network, report, images) - 4 * report.weights + copied
    return bytes_of_outputs(report, images) + copied


def _holds(kept: Kept, layer: str, *, back: bool) -> bool:
    """Whether all is at hand that a page about this layer needs."""
    if layer not in kept.captures:
        return False
    trace = kept.trace
    if not back:
        return True
    return trace is not None and all(
        name in trace.captures and name in trace.gradients for name in (layer, *trace.targets(layer))
    )


def _looker(probed: Probed, which: Which | None) -> Looker:
    from networks.insight.copies import run_looker

    run = probed.source.run
    if which is None and probed.looker is not None:
        return probed.looker
    assert run is not None, "without a run, the start is looked at"
    return run_looker(run, which or "now")


def _first_that_learns(probed: Probed) -> str:
    """The first layer with filters, or else the first at all."""
    network = probed.project.network
    learning = [name for name in network.order if network[name].layer.counts_in_depth]
    return learning[0] if learning else network.order[0]


def _largest(kept: Kept, layer: str) -> tuple[int, ...]:
    output = kept.captures[layer].output[kept.image]
    return tuple(int(each) for each in np.unravel_index(int(np.nan_to_num(output).argmax()), output.shape))


def way_of(page: Page) -> frozenset[str]:
    """The layers that a number depends on, or those behind it by which its gradient comes; with its own."""
    network, layer = page.kept.network, page.place.layer
    if page.place.is_loss:
        return frozenset(network.order)
    return network.downstream((layer,)) if page.backwards else network.upstream((layer,))


def _tr(text: str) -> str:
    return QCoreApplication.translate("WhereFrom", text)
