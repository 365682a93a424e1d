"""How long several runs will take, by what an epoch or a step of their kind has taken on this machine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from networks.project.project import Project


class Timed(NamedTuple):
    """What an epoch of a project takes, in seconds, and whether that is an earlier run's whole epoch.

    Otherwise it follows from some steps that were measured, without validation and checkpoints.
    """

    project: Project
    seconds: float
    whole: bool = True


def of_one_kind(one: Project, other: Project) -> bool:
    """Whether an epoch of either project takes equally long."""
    ours, theirs = one.recipe.learning, other.recipe.learning
    return (
        one.network == other.network
        and one.classes == other.classes
        and one.recipe.data == other.recipe.data
        and one.recipe.machine == other.recipe.machine
        and ours.batch_size == theirs.batch_size
        and ours.accumulation == theirs.accumulation
        and type(ours.optimizer) is type(theirs.optimizer)
    )


def unmeasured(projects: Iterable[Project], known: Sequence[Timed]) -> tuple[Project, ...]:
    """One project of each kind of which nothing is known."""
    found: list[Project] = []
    for project in projects:
        if not any(of_one_kind(project, each) for each in (*(timed.project for timed in known), *found)):
            found.append(project)
    return tuple(found)


def seconds_of(projects: Iterable[Project], known: Sequence[Timed]) -> float | None:
    """What all epochs of these projects take together; None where one is of a kind of which nothing is known.

    Of what is known of a kind, whole epochs count before steps.
    """
    ordered = sorted(known, key=lambda timed: not timed.whole)
    seconds = []
    for project in projects:
        timed = next((each for each in ordered if of_one_kind(project, each.project)), None)
        if timed is None:
            return None
        seconds.append(timed.seconds * project.recipe.learning.epochs)
    return math.fsum(seconds)
