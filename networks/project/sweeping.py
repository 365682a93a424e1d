"""The runs of a sweep: a project with each combination of values of one or two settings, and each seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from networks.core.message import UserError, message
from networks.project.comparing import seeds_from
from networks.project.difference import run_name
from networks.project.project import Project
from networks.project.run_titles import OWN
from networks.project.settings import entry_of, layers_of, nodes_of, settings, with_setting
from networks.recipes.recipe import with_settings
from networks.runs.kept.legs import now
from networks.runs.measures import Measure
from networks.runs.sweeps.queue import MOST_CELLS, Axis, Cell, Plan

MOST_AXES = 2


def planned_sweep(
    project: Project, swept: Sequence[tuple[str, Sequence[str]]], seeds: int, measure: Measure
) -> tuple[Plan, str, list[tuple[Cell, Project]]]:
    """The plan of a sweep, what it is called, and of each run its cell and its project.

    `swept` holds settings and their values as they were typed. Raises UserError where a setting is unknown or
    a value is not allowed. Whether the projects can be trained is not looked at.
    """
    if not 1 <= len(swept) <= MOST_AXES:
        raise UserError(message("Expected one or two settings to sweep, got {count}.", count=len(swept)))
    paths = [path_of(project, name) for name, _ in swept]
    if len({*paths}) < len(paths):
        raise UserError(message("Expected two different settings, got “{path}” twice.", path=paths[0]))
    axes = [_axis(project, path, values) for path, (_, values) in zip(paths, swept, strict=True)]
    drawn = seeds_from(project.recipe.learning.seed, seeds)
    plan = Plan(tuple(axes), drawn, measure.name, project.recipe.learning.stopping.keep, now())
    count = len(drawn)
    for axis in axes:
        count *= len(axis.values)
    if count > MOST_CELLS:
        raise UserError(
            message("Expected at most {most} runs in a sweep, got {count}.", most=MOST_CELLS, count=count)
        )
    return plan, " × ".join(axis.title for axis in axes), [*_cells(project, plan)]


def with_values(project: Project, plan: Plan, at: Sequence[int]) -> Project:
    """The project with one combination of a sweep's values. Raises UserError where it has no such setting."""
    for axis, place in sorted(zip(plan.axes, at, strict=True), key=_turn):
        _, project = with_setting(project, axis.path, axis.values[place])
    return project


def _turn(each: tuple[Axis, int]) -> tuple[bool, int]:
    """A type comes before its own parameters, which it would set anew, and how often a block is repeated at
    the end, since others of the row may be gone then.
    """
    path = each[0].path
    return path.startswith("network.") and path.endswith(".times"), path.count(".")


def _axis(project: Project, path: str, typed: Sequence[str]) -> Axis:
    """A setting with its values, each of them once. Raises UserError."""
    found: dict[str, Project] = {}
    field = None
    for value in filter(None, (value.strip() for value in typed)):
        field, trained = with_setting(project, path, value)
        if trained not in found.values():
            found[value] = trained
    if field is None:
        raise UserError(message("Expected values for “{path}”, such as {path}=1,2.", path=path))
    return Axis(path, _title(project, path, field.title), tuple(found))


def path_of(project: Project, name: str) -> str:
    """The path of a setting that is addressed by its path, by layer and field, or by its name on screen.

    `learning.optimizer.lr`, `conv1.filters`, `conv1+conv2.filters`, `rotation.degrees` and `learning rate`
    are such words. Raises UserError.
    """
    wanted = name.strip()
    layer = wanted.removeprefix("network.").rpartition(".")[0]
    layers = layers_of(f"network.{wanted.removeprefix('network.')}")
    network = project.network
    there = bool(layers) and all(each in network or each in network.by_fold for each in layers)
    known = settings(project, nodes_of(network, layers) if there else (), types=True)
    by_path = {each.path for each in known}
    for path in (wanted, f"network.{wanted}"):
        if path in by_path:
            return path
    ends = [path for path in by_path if path.casefold().endswith(f".{wanted.casefold()}")]
    if "." in wanted and len(ends) == 1:
        return ends[0]
    if there:
        fields = [each.path.removeprefix("network.") for each in known if each.path.startswith("network.")]
        if not fields:
            raise UserError(message("“{layer}” has no settings.", layer=layer))
        raise UserError(
            message(
                "“{layer}” has no setting “{name}”: choose one of {fields}.",
                layer=layer,
                name=wanted.rpartition(".")[2],
                fields=", ".join(fields),
            )
        )
    words = " ".join(wanted.replace(".", " ").replace("_", " ").casefold().split())
    called = [
        each.path
        for each in known
        if words in (each.field.title.casefold(), each.field.name.replace("_", " "))
    ]
    if len(called) == 1:
        return called[0]
    raise UserError(
        message(
            "Expected a setting, got “{name}”: choose LAYER.FIELD, such as conv1.filters, or one of {known}.",
            name=wanted,
            known=", ".join(called or [each.path for each in known if not each.path.startswith("network.")]),
        )
    )


def _cells(project: Project, plan: Plan) -> Iterator[tuple[Cell, Project]]:
    called, _ = run_name(project)
    network = OWN if called is None else message(called)
    for at in itertools.product(*(range(len(axis.values)) for axis in plan.axes)):
        trained = with_values(project, plan, at)
        words = ", ".join(
            f"{axis.title} {axis.values[place]}" for axis, place in zip(plan.axes, at, strict=True)
        )
        for seed in plan.seeds:
            short = f"{words}, seed {seed}" if len(plan.seeds) > 1 else words
            of_seed = replace(trained, recipe=with_settings(trained.recipe, seed=seed))
            yield Cell(at, seed, f"{network} · {short}", short), of_seed


def _title(project: Project, path: str, title: str) -> str:
    """What an axis is called: with the name of the layer, or of the step of the augmentation, that has it."""
    whose = joined(layers_of(path)) or entry_of(project, path)
    return f"{whose} {title.lower()}" if whose else title


def joined(layers: Sequence[str]) -> str:
    """`conv1`, `conv1 + conv2`, or `conv1 + 7 more` where there are more; empty for none."""
    return " + ".join(layers) if len(layers) < 3 else f"{layers[0]} + {len(layers) - 1} more"
