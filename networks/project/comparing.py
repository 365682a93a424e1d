"""The runs of a comparison, planned before the first begins: a round for each seed, a run for each side."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from networks.core.message import Message, message, plural
from networks.project.difference import run_name
from networks.project.fine_tuning import weight_shapes
from networks.project.project import Project
from networks.project.run_titles import OWN
from networks.project.twins import Twin
from networks.recipes.recipe import with_settings
from networks.runs.kept.files import Part
from networks.runs.kept.legs import now
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS, Measure

AS_IT_IS = message("as it is")
_NAMED = 4
"""How many layers are named; a sentence counts the others."""


class Planned(msgspec.Struct, frozen=True):
    """A run to be made: its id, what it trains, how it is called, and its part in the comparison."""

    id: str
    project: Project
    title: Message
    short: Message
    part: Part
    folder: Path | None = None
    """Where it was begun and cut off, if it goes on from there."""

    @property
    def seed(self) -> int:
        """The seed that it trains with."""
        return self.project.recipe.learning.seed


Round = tuple[Planned, ...]
"""The runs with one seed, which train turn about."""


def comparable(project: Project, twin: Project | None = None) -> tuple[Measure, ...]:
    """The measures by which two projects can be compared: their losses only where both are the same one."""
    if twin is not None and twin.recipe.learning.loss != project.recipe.learning.loss:
        return (VALIDATION_ACCURACY,)
    return (VALIDATION_ACCURACY, VALIDATION_LOSS)


def seeds_from(first: int, count: int) -> tuple[int, ...]:
    """This many seeds: the project's own, and those that follow it."""
    return tuple((first + index) % 2**31 for index in range(count))


def planned_rounds(
    project: Project,
    twin: Twin | None,
    seeds: Sequence[int],
    measure: Measure = VALIDATION_ACCURACY,
    id: str = "run",
) -> tuple[Round, ...]:
    """The rounds of a comparison, one for each seed; `id` begins the ids of its runs."""
    comparison = f"{now()} {secrets.token_hex(4)}"
    sides = [("A", AS_IT_IS, project)] + ([("B", twin.words, twin.project)] if twin is not None else [])
    parts = [
        (
            Part(
                comparison,
                side,
                str(words),
                len(seeds),
                measure.name,
                trained.recipe.learning.stopping.keep,
            ),
            trained,
        )
        for side, words, trained in sides
    ]
    return _rounds(parts, seeds, id)


CutOff = Mapping[tuple[str, int], Path]
"""By side and seed the folders of runs that were cut off and can go on."""


def rest_of(
    runs: Sequence[tuple[Part, Project]],
    settled: Collection[int],
    id: str = "run",
    cut_off: CutOff = MappingProxyType({}),
) -> tuple[Round, ...]:
    """The rounds that are still missing of a comparison, by its runs so far, the first one first.

    Those with a seed that is `settled` are not trained again. Where all sides of a seed were `cut_off`, they
    go on; others are trained from their beginning. Either way they come out as they would have without the
    interruption.
    """
    sides = {part.side: (part, project) for part, project in reversed(runs)}
    first, planned = runs[0][1].recipe.learning.seed, runs[0][0].seeds
    seeds = [seed for seed in seeds_from(first, planned) if seed not in settled]
    rounds = _rounds([sides[side] for side in sorted(sides)], seeds, id)
    return tuple(
        tuple(replace(run, folder=cut_off[run.part.side, run.seed]) for run in each)
        if all((run.part.side, run.seed) in cut_off for run in each)
        else each
        for each in rounds
    )


def _rounds(sides: Sequence[tuple[Part, Project]], seeds: Sequence[int], id: str) -> tuple[Round, ...]:
    called, _ = run_name(sides[0][1])
    network = OWN if called is None else message(called)
    return tuple(tuple(_planned(part, given, seed, network, id) for part, given in sides) for seed in seeds)


def _planned(part: Part, project: Project, seed: int, network: Message, id: str) -> Planned:
    short = message("{words}, seed {seed}", words=part.words, seed=seed)
    return Planned(
        f"{id}-{part.side}-{seed}",
        replace(project, recipe=with_settings(project.recipe, seed=seed)),
        message("{network} · {short}", network=network, short=short),
        short,
        part,
    )


def pairing_notes(project: Project, twin: Project) -> tuple[Message, ...]:
    """What twins cannot have in common because of what was changed: the order or the choice of images."""
    ours, theirs = (replace(each.recipe.data, augmentation=()) for each in (project, twin))
    judged = [(each.dataset, each.validation, each.split_seed, each.judged_by) for each in (ours, theirs)]
    if judged[0] != judged[1]:
        return (message("The twins are judged by different images: part of the difference is due to these."),)
    if ours != theirs:
        return (message("The twins learn from different images, or in a different order."),)
    return ()


def weights_note(project: Project, twin: Project) -> Message | None:
    """Which layers of a twin begin with weights of their own; None where it shares all first weights."""
    if project.recipe.learning.start != twin.recipe.learning.start:
        return message("The twins begin with different weights, as their recipes say.")
    ours, theirs = (weight_shapes(each.network, each.classes) for each in (project, twin))
    own = [name for name, shapes in theirs.items() if ours.get(name) != shapes]
    if not own:
        return None
    return plural(
        "In the twin, {names} begins with weights of its own; all other layers begin alike.",
        "In the twin, {names} begin with weights of their own; all other layers begin alike."
        if len(own) <= _NAMED
        else "In the twin, {names} and {more} more begin with weights of their own; the others begin alike.",
        count=len(own),
        names=", ".join(own[:_NAMED]),
        more=len(own) - _NAMED,
    )
