"""Which lines the chart of the gradient draws: epochs of one run, or one epoch of several runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.runs.gradient_flow import FlowLayer, GradientFlow, values_of
from networks.runs.record import Record

MOST_LINES = 24
"""How many epochs are drawn at once, evenly spread over the run."""


class FlowRun(NamedTuple):
    """A run that is drawn, and the number that gives it its colour."""

    record: Record
    number: int


class Wish(NamedTuple):
    """How the gradient is to be drawn. `epoch` is emphasized; None stands for the newest."""

    several: bool = False
    over_weights: bool = False
    all_layers: bool = False
    epoch: int | None = None


class FlowLine(NamedTuple):
    """A line: a run in an epoch. `values` are positive numbers, 0, or no number; one for each layer.

    `share` says how late the epoch is, from 0 to 1, where there are several; `strong` is the one that words
    and keys are about at first.
    """

    run: FlowRun
    flow: GradientFlow
    layers: tuple[FlowLayer, ...]
    values: NDArray[np.float64]
    share: float
    strong: bool


Live = Mapping[str, GradientFlow]
"""By the ids of runs what the epoch has found that goes on in them."""


def flows_of(record: Record, live: Live) -> list[GradientFlow]:
    """Of each epoch what was measured; also of the last one, if it is not over."""
    now = live.get(record.run)
    ended = record.flows[-1].epoch if record.flows else 0
    return [*record.flows, now] if now is not None and now.epoch > ended else list(record.flows)


def lines_of(runs: Sequence[FlowRun], wish: Wish, live: Live = MappingProxyType({})) -> tuple[FlowLine, ...]:
    """The lines, those that are drawn on top last; none where nothing was measured.

    With one run, `runs` has that run only.
    """
    runs = [run for run in runs if flows_of(run.record, live)]
    if wish.several:
        return tuple(
            _line(run, nearest(flows_of(run.record, live), wish.epoch), wish, 1.0, index == len(runs) - 1)
            for index, run in enumerate(runs)
        )
    if not runs:
        return ()
    run = runs[-1]
    flows = flows_of(run.record, live)
    chosen = nearest(flows, wish.epoch)
    places = sorted({*np.linspace(0, len(flows) - 1, min(len(flows), MOST_LINES)).astype(int).tolist()})
    last = max(1, flows[-1].epoch)
    drawn = [flows[place] for place in places if flows[place] is not chosen]
    return tuple(_line(run, flow, wish, flow.epoch / last, flow is chosen) for flow in (*drawn, chosen))


def nearest(flows: Sequence[GradientFlow], epoch: int | None) -> GradientFlow:
    """The last epoch up to this one, or the first where all are later."""
    if epoch is None:
        return flows[-1]
    before = [flow for flow in flows if flow.epoch <= epoch]
    return before[-1] if before else flows[0]


def shared_names(lines: Sequence[FlowLine]) -> tuple[str, ...]:
    """The layers' names where they are the same in all lines; else none."""
    names = {tuple(layer.name for layer in line.layers) for line in lines}
    return names.pop() if len(names) == 1 else ()


def _line(run: FlowRun, flow: GradientFlow, wish: Wish, share: float, strong: bool) -> FlowLine:
    layers = flow.layers if wish.all_layers else flow.deep
    return FlowLine(run, flow, layers, values_of(layers, over_weights=wish.over_weights), share, strong)
