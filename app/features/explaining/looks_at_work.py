"""The work of “What it looks at” beside the window: heat maps, a patch by hand, weights drawn anew."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

from app.background.job import Task
from app.feature.probed import Probed
from networks.core.message import Message, message, plural
from networks.xray.heat import TRIED, Aim, Asked, Covered, Ground, HeatMap, Randomization
from widgets.inside.heat.choice import Scene

if TYPE_CHECKING:
    from networks.insight.attribution.examined import Examined
    from networks.insight.pictures import Pictures


Key = tuple[int, tuple[Hashable, ...]]
"""What tells maps from others: the identity of the pictures, which must be held, and the weights."""


class Known(NamedTuple):
    """The network and the picture that maps are made of, and for which weights that is."""

    key: Key
    pictures: Pictures
    subject: Examined


class Made(NamedTuple):
    """A map, None where it was given up, and how long all of it took."""

    known: Known
    found: HeatMap | None
    seconds: float


def made(probed: Probed, known: Known | None, key: Key, asked: Asked, task: Task) -> Made:
    """In the job's thread: a heat map, with what is `known` or else the weights that are looked at."""
    from networks.insight.attribution.heat_maps import heat_map

    began = time.perf_counter()
    known = known or Known(key, probed.pictures, _subject(probed))
    found = heat_map(known.subject, asked, task.report)
    return Made(known, found, time.perf_counter() - began)


def tested(probed: Probed, known: Known, asked: Asked, task: Task) -> Randomization | None:
    """In the job's thread: the same map with weights drawn anew. None once the job is cancelled."""
    from networks.insight.attribution.heat_maps import randomization

    project = probed.project
    seed = project.recipe.learning.seed
    # those that lie beside the probe are training pictures, evenly from all of them
    others = probed.pictures.images[1:TRIED]
    return randomization(known.subject, asked, task.report, classes=project.classes, seed=seed, others=others)


def tested_on(found: Randomization, scene: Scene) -> Message:
    """On which pictures a map was tested, and with which weights."""
    if found.pictures == 1:
        return message("Tested on: {probe}, {weights}", probe=scene.probe, weights=scene.weights)
    return plural(
        "Tested on: {probe}, and one training picture, {weights}",
        "Tested on: {probe}, and {count} training pictures, {weights}",
        count=found.pictures - 1,
        probe=scene.probe,
        weights=scene.weights,
    )


def covered(known: Known, aim: Aim, ground: Ground, top: int, left: int, side: int, _: Task) -> Covered:
    """In the job's thread: the answer while a patch covers the picture; `side` is in pixels."""
    from networks.insight.attribution.occlusion import by_hand

    return by_hand(known.subject, aim, ground, top, left, side)


def bytes_of_map(probed: Probed) -> int:
    """About what the picture and a map of it take: for each pixel a number, and one for each colour."""
    seen = probed.pictures.seen
    return 4 * (seen.size + seen[..., 0].size)


def _subject(probed: Probed) -> Examined:
    # imported late: torch takes a second
    from networks.insight.attribution.examined import examined
    from networks.insight.copies import run_looker

    looker = probed.looker
    if looker is None:
        run = probed.source.run
        assert run is not None, "without a looker, a run goes on"
        looker = run_looker(run, "now")
    project, pictures = probed.project, probed.pictures
    darkest = tuple(
        -mean / deviation for mean, deviation in zip(pictures.mean, pictures.deviation, strict=True)
    )
    loss = project.recipe.learning.loss
    return examined(looker.borrowed(), project.network, project.classes, pictures.images, darkest, loss)
