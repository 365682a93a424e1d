"""The work of Inside beside the window: start weights, exciting pictures, the count of right ones."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from app.background.job import Task
from app.probing.sources import Source
from app.probing.work import looker_of
from networks.core.message import Message, UserError
from networks.explanations.values.receptive_field import ReceptiveField, receptive_field
from networks.graph.check import Report
from networks.layers.ends import Input
from networks.project.project import Project
from networks.recipes.data_section import Data
from networks.xray.closeup import Spread
from networks.xray.silenced import Silenced
from networks.xray.survey import Counted, Excited, evenly
from widgets.inside.near.excited_row import Exciting

if TYPE_CHECKING:
    from networks.insight.looker import Looker

MOST_TRAINING, MOST_VALIDATION = 1_000, 5_000
"""Pictures that are looked through, evenly from all of them."""


class Start(NamedTuple):
    """How the weights of a layer were spread at the start, or why that is not known."""

    spread: Spread | None
    reason: Message | None = None


def start_of(project: Project, source: Source, name: str, _: Task) -> Start:
    """In the job's thread: how the weights of this layer were spread before the training."""
    # imported late: torch takes a second
    from networks.insight.closeups import spread

    try:
        looker = looker_of(project, source._replace(which="first", step=0))
    except UserError as error:
        return Start(None, error.reason)
    weights = looker.weights_of(name)
    return Start(spread([each.detach() for each in weights.values()]) if weights else None)


def excited_by(
    project: Project, source: Source, known: Looker | None, name: str, task: Task
) -> Excited | None:
    """`known` looks into a network with these weights already, where there is one: it need not be copied."""
    from networks.insight.surveys import excited

    rows = evenly(project.recipe.data.split()[0], MOST_TRAINING)
    return excited(known or looker_of(project, source), project, name, rows, task.report)


def counted_right(
    project: Project, source: Source, known: Looker | None, off: Silenced, task: Task
) -> Counted | None:
    """How many are recognized; `known` as above."""
    from networks.insight.surveys import counted

    rows = evenly(project.recipe.data.split()[1], MOST_VALIDATION)
    return counted(known or looker_of(project, source), project, off, rows, task.report)


def exciting(
    project: Project, report: Report, name: str, found: Excited, channel: int, _: Task
) -> tuple[Exciting, ...]:
    """The pictures of one channel, with the parts that its largest numbers saw."""
    from networks.insight.surveys import pictures_of

    rows = found.rows[channel]
    pixels = pictures_of(project, rows)
    labels = project.recipe.data.dataset.labels()
    names = project.recipe.data.dataset.classes
    field = partial(_field, project, report, name, channel)
    fields = [field(int(place)) for place in found.places[channel]]
    return tuple(
        Exciting(
            int(row),
            names[int(labels[row])],
            picture,
            None if seen is None else seen.box,
            float(value),
            None if seen is None else seen.gaps,
        )
        for row, picture, seen, value in zip(rows, pixels, fields, found.values[channel], strict=True)
    )


def _field(project: Project, report: Report, name: str, channel: int, place: int) -> ReceptiveField | None:
    """The part of the picture that a number saw; None where it is a plain vector's, which sees all of it."""
    shape = report.nodes[name].output
    entries = project.network.of_type(Input)
    if shape is None or not entries:
        return None
    at = (channel, *divmod(place, shape[2])) if len(shape) == 3 else (channel,)
    fields = receptive_field(project.network, report, name, at)
    return fields.get(entries[0].name)


def pictures_there_are(data: Data) -> tuple[int, int]:
    """How many training and validation pictures would be looked through."""
    training, validation = data.sizes()
    return min(training, MOST_TRAINING), min(validation, MOST_VALIDATION)
