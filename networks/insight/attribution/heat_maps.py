"""Makes heat maps, and tests whether they depend on what the network has learned."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from msgspec.structs import replace
from torch import Tensor, fx, nn

from networks.core.message import UserError
from networks.insight.attribution import METHODS
from networks.insight.attribution.examined import Examined
from networks.insight.attribution.method import Attributed, Method, Progress
from networks.insight.own_numbers import OwnNumbers
from networks.module.build import build, evaluation
from networks.xray.heat import (
    MOST_STAGES,
    Aim,
    Asked,
    HeatMap,
    Randomization,
    Reals,
    Stage,
    mean_of,
    rank_correlation,
)

LEAST_STAGES = 4
"""Deeper networks draw several layers anew in a stage."""
DRAWS = 3
"""By chance, a single draw may give a similar map, above all one of few numbers."""
MOST_WORK = 3 * 10**12
"""Multiplications that the test may take, which is about a minute on two cores."""

_Similar = tuple[float | None, float | None]
"""How similar two maps are, with their signs and without."""


class _Tried(NamedTuple):
    """A picture on which the test is made, and the map that is asked for of it."""

    subject: Examined
    asked: Asked


def method_of(name: str) -> Method:
    """The method with this id."""
    return next(kind for kind in METHODS if kind.description.id == name)()


def answered(subject: Examined, asked: Asked) -> Asked:
    """The same wish, for the class that the network answers where that is wished for."""
    if not asked.answer:
        return asked
    with torch.no_grad():
        best = int(subject.scores(subject.image)[0].nan_to_num(-torch.inf).argmax())
    other = None if asked.aim.other == best else asked.aim.other
    return replace(asked, aim=Aim(best, other))


def heat_map(
    subject: Examined, asked: Asked, report: Progress, method: Method | None = None
) -> HeatMap | None:
    """A heat map; None where it was given up. Raises UserError where the method cannot be used."""
    began = time.perf_counter()
    asked = answered(subject, asked)
    method = method or method_of(asked.method)
    found = _attributed(method, subject, asked, report)
    if found is None:
        return None
    with torch.no_grad():
        scores = subject.scores(subject.image)
        score = float(subject.aimed(subject.image, asked.aim)[0])
    return HeatMap(
        asked,
        _pixels(found.values),
        score,
        subject.answer(scores)[0].numpy(),
        found.layer,
        found.gap,
        None if found.cells is None else (found.cells.shape[0], found.cells.shape[1]),
        found.windows,
        found.patch,
        time.perf_counter() - began,
    )


def randomization(
    subject: Examined,
    asked: Asked,
    report: Progress,
    *,
    classes: int,
    seed: int,
    method: Method | None = None,
    others: Tensor | None = None,
) -> Randomization | None:
    """The map while the weights are drawn anew, from the top; None where it was given up.

    They are drawn as at the start of a training, from a seed that no run begins with; normalization forgets
    its statistics along with its weights. `others` are further pictures, n×channels×height×width, on which
    the same is done, as far as that does not take too long. Raises UserError where the method cannot be used.
    """
    method = method or method_of(asked.method)
    groups, draws, pictures = _plan(subject, asked, method, 1 if others is None else 1 + len(others))
    tried = [_Tried(subject, answered(subject, asked))]
    for image in () if others is None else torch.split(others[: pictures - 1], 1):
        other = subject.of_image(image)
        tried.append(_Tried(other, answered(other, asked)))
    owns = []
    for each in tried:
        own = _attributed(method, each.subject, each.asked, lambda _: report(0.0))
        if own is None:
            return None
        owns.append(own)
    shown: list[Reals] = []
    similar: list[list[list[_Similar]]] = [[[] for _ in tried] for _ in groups]
    for draw in range(draws):
        part = _part(report, draw, draws)
        made = _cascade(tried, method, groups, classes, _other_seed(seed, draw), part)
        for index, picture, found in made:
            if found is None:
                return None
            similar[index][picture].append(_compare(owns[picture], found))
            if draw == 0 and picture == 0:
                shown.append(_pixels(found.values))
    stages = [
        Stage(layers, values, *_means([each for told in of_stage for each in told]))
        for layers, values, of_stage in zip(groups, shown, similar, strict=True)
    ]
    each_alone = tuple(
        mean_of([one for of_stage in similar for one, _ in of_stage[picture]])
        for picture in range(len(tried))
    )
    return Randomization(tried[0].asked, _pixels(owns[0].values), tuple(stages), draws, each_alone)


def _means(told: Sequence[_Similar]) -> _Similar:
    signed, sizes = (mean_of(each) for each in zip(*told, strict=True))
    return signed, sizes


def _cascade(
    tried: Sequence[_Tried],
    method: Method,
    groups: Sequence[tuple[str, ...]],
    classes: int,
    seed: int,
    report: Progress,
) -> Iterator[tuple[int, int, Attributed | None]]:
    """The maps after each of these groups of layers, and all before it, got new weights.

    Each comes with the places of its group and of its picture; None where it is given up. In memory there is
    one set of weights more than before.
    """
    subject = tried[0].subject
    with OwnNumbers(seed):
        fresh = evaluation(build(subject.network, classes))
    fresh = fresh.to(subject.image.device, subject.image.dtype).eval()
    module = _sharing(subject.module)
    try:
        for index, layers in enumerate(groups):
            _take_over(module, fresh, layers)
            stage = _part(report, index, len(groups))
            for picture, each in enumerate(tried):
                part = _part(stage, picture, len(tried))
                yield index, picture, _attributed(method, each.subject.of_module(module), each.asked, part)
    finally:
        _empty(module)
        _empty(fresh)


def _empty(module: nn.Module) -> None:
    """Lets go of its numbers. The module itself is part of cycles, which are collected later, if at all."""
    for part in module.modules():
        for held in (part._parameters, part._buffers):
            held.update(dict.fromkeys(held))


def _sharing(module: fx.GraphModule) -> fx.GraphModule:
    """The same module with the same numbers in memory; other ones can be put in their place."""
    shared: dict[int, Any] = {
        id(each): nn.Parameter(each.detach(), requires_grad=False) for each in module.parameters()
    }
    shared |= {id(each): each.detach() for each in module.buffers()}
    found: fx.GraphModule = copy.deepcopy(module, shared)
    return found.eval()


def _part(report: Progress, index: int, count: int) -> Progress:
    """Reports the progress of one of several parts."""
    return lambda share: report((index + share) / count)


def _plan(
    subject: Examined, asked: Asked, method: Method, pictures: int
) -> tuple[tuple[tuple[str, ...], ...], int, int]:
    """The stages, how many draws, and on how many pictures: fewer of all where it would be too much work."""
    one = max(1, subject.report.multiply_adds * method.passes(subject, asked))
    groups = stages_of(subject, max(LEAST_STAGES, min(MOST_STAGES, MOST_WORK // one)))
    draws = DRAWS if DRAWS * len(groups) * one <= MOST_WORK else 1
    return groups, draws, max(1, min(pictures, MOST_WORK // (draws * len(groups) * one)))


def _compare(own: Attributed, drawn: Attributed) -> _Similar:
    """How similar they are, with signs and without."""
    one, other = _compared(own), _compared(drawn)
    return rank_correlation(one, other), rank_correlation(np.abs(one), np.abs(other))


def stages_of(subject: Examined, most: int = MOST_STAGES) -> tuple[tuple[str, ...], ...]:
    """Which layers are drawn anew one stage after the other, from the top.

    Each layer with filters or a matrix of weights has a stage of its own, together with the normalizations
    and the like right above it, which begin with the same numbers always.
    """
    tensors = {name.rpartition(".")[0] or name for name in subject.module.state_dict()}
    owners = {_owner(subject, path) for path in tensors}
    found: list[list[str]] = [[]]
    for name in reversed([name for name in subject.network.order if name in owners]):
        found[-1].append(name)
        if subject.network[name].layer.counts_in_depth:
            found.append([])
    if not found[-1]:
        found.pop()
    elif len(found) > 1:
        # below the first layer with filters
        found[-2].extend(found.pop())
    if len(found) > most:
        edges = np.linspace(0, len(found), most + 1).round().astype(int)
        found = [list(chain.from_iterable(found[low:high])) for low, high in pairwise(edges)]
    return tuple(map(tuple, found))


def _owner(subject: Examined, path: str) -> str:
    while path and path not in subject.network:
        path = path.rpartition(".")[0]
    return path


def _attributed(method: Method, subject: Examined, asked: Asked, report: Progress) -> Attributed | None:
    if (reason := method.hindrance(subject, asked)) is not None:
        raise UserError(reason)
    return method.attribute(subject, asked, report)


def _take_over(module: fx.GraphModule, fresh: fx.GraphModule, layers: tuple[str, ...]) -> None:
    wanted = fresh.state_dict()
    last = torch.channels_last
    for path, tensor in module.state_dict(keep_vars=True).items():
        if any(path == name or path.startswith(f"{name}.") for name in layers):
            found = wanted[path]
            ordered = tensor.ndim == 4 and tensor.is_contiguous(memory_format=last)
            tensor.data = found.contiguous(memory_format=last) if ordered else found


def _other_seed(seed: int, draw: int) -> int:
    return (seed + (draw + 1) * 0x9E37_79B9_7F4A) % 2**63


def _pixels(values: Tensor) -> Reals:
    found: Reals = values.detach().float().sum(0).cpu().contiguous().numpy()
    return found


def _compared(found: Attributed) -> Reals:
    """What is compared: of a coarse map its own numbers, as its pixels only repeat them."""
    if found.cells is None:
        return _pixels(found.values)
    cells: Reals = found.cells.detach().float().cpu().numpy()
    return cells
