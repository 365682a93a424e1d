"""Goes through many pictures: which of them excite a channel most, and how many are recognized."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.data.views import Views, views
from networks.insight.looker import Looker
from networks.insight.pictures import input_of
from networks.layers.ends import Output
from networks.project.project import Project
from networks.xray.silenced import NOTHING_OFF, Silenced
from networks.xray.survey import TOP, Counted, Excited

Report = Callable[[float], bool]

_AT_ONCE = 256
"""Pictures that go into the network at a time, at most."""


def excited(
    looker: Looker, project: Project, name: str, rows: NDArray[np.int64], report: Report
) -> Excited | None:
    """The pictures among these rows that excite the channels of a layer most; None where it is given up.

    They go through the network as they do in validation, with nothing switched off.
    """
    kept: list[tuple[Tensor, Tensor, Tensor]] = []

    def look(images: Tensor, some: NDArray[np.int64]) -> None:
        def take(_: str, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            strongest, places = (
                output.float().flatten(2).max(2) if output.ndim > 2 else (output.float(), None)
            )
            if places is None:
                places = torch.zeros_like(strongest, dtype=torch.int64)
            own = torch.from_numpy(some)[:, None].expand_as(places)
            found = [strongest.cpu(), own, places.cpu()]
            if kept:
                found = [torch.cat([old, new]) for old, new in zip(kept.pop(), found, strict=True)]
            best, order = found[0].nan_to_num(-torch.inf).topk(min(TOP, len(found[0])), dim=0)
            kept.append((best, found[1].gather(0, order), found[2].gather(0, order)))

        looker.run(images, {name}, take)

    if not walk(looker, project, rows, look, report) or not kept:
        return None
    values, own, places = (each.T.contiguous().numpy() for each in kept[0])
    return Excited(values, own, places, len(rows))


def counted(
    looker: Looker, project: Project, off: Silenced, rows: NDArray[np.int64], report: Report
) -> Counted | None:
    """How many of these pictures the network gets right, with and without; None where it is given up."""
    labels = project.recipe.data.dataset.labels()
    (end,) = [node.name for node in project.network.of_type(Output)][:1]
    right = [0, 0]

    def look(images: Tensor, some: NDArray[np.int64]) -> None:
        for which, silenced in enumerate((NOTHING_OFF, off)):

            def take(_: str, inputs: tuple[Tensor, ...], output: Tensor, which: int = which) -> None:
                right[which] += int((output.argmax(1).cpu().numpy() == labels[some]).sum())

            looker.run(images, {end}, take, silenced)

    if not walk(looker, project, rows, look, report):
        return None
    return Counted(len(rows), right[0], right[1])


def pictures_of(project: Project, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """These pictures as the network sees them, n×height×width×channels, 0 for black."""
    made = _views(project)
    found: NDArray[np.uint8] = (255 * made.picture(made.seen(rows))).round().astype(np.uint8)
    return found


def walk(
    looker: Looker,
    project: Project,
    rows: NDArray[np.int64],
    look: Callable[[Tensor, NDArray[np.int64]], None],
    report: Report,
) -> bool:
    """Has all pictures looked at, some at a time. False where it was given up."""
    made = _views(project)
    size = min(_AT_ONCE, looker.at_once)
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        look(torch.from_numpy(made.seen(some)).permute(0, 3, 1, 2), some)
        if not report(min(1.0, (start + size) / len(rows))):
            return False
    return True


def _views(project: Project) -> Views:
    entry = input_of(project.network)
    assert entry is not None, "networks that fit have an Input"
    return views(project.recipe.data, entry, project.recipe.learning.seed)
