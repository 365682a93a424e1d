"""Values of a setting that suggest themselves for a sweep, as words that `sweeping` understands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from networks.blocks.base import Block
from networks.core.fields import Field
from networks.core.message import UserError
from networks.graph.folds import Repeat
from networks.project.project import Project
from networks.project.settings import (
    Setting,
    nodes_of,
    settings,
    shown_values,
    value_of,
    with_setting,
)
from networks.project.typed_values import usual, value_text
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.datasets.base import Dataset

_SMALL = 0.05
"""Below it a real number is tried in powers of ten, such as a learning rate."""


def suggested_values(project: Project, setting: Setting) -> tuple[str, ...]:
    """The present value among some others that are allowed, in their order."""
    field, now = setting.field, value_of(project, setting.path)
    found = dict.fromkeys(value_text(field, value) for value in _around(field, now))
    return tuple(text for text in found if text and _allowed(project, setting.path, text))


def setting_of(
    project: Project, values: tuple[msgspec.Struct, ...], name: str, layers: tuple[str, ...] = ()
) -> Setting | None:
    """The setting that a form shows as the field `name` of these values; None where no sweep can have it.

    A form shows a part of the recipe, or layers of these names or the blocks that hold them; swept is the
    field of all that it shows.
    """
    shown = {*layers}
    for each in settings(project, layers, types=True):
        if each.path.rpartition(".")[2] != name or shown_values(project, each) != values:
            continue
        # of a row of equal blocks the form changes all
        if isinstance(values[0], Block | Repeat) and {*nodes_of(project.network, each.layers)} != shown:
            continue
        return each
    return None


def _around(field: Field, now: Any) -> Iterator[Any]:
    match field.kind:
        case "flag":
            yield from (True, False)
        case "choice":
            yield from field.choices
        case "union" if isinstance(now, Dataset):
            # to fetch all the others takes gigabytes
            yield now
        case "union":
            # a loss that expects other scores would need another last layer
            kinds = [kind for kind in field.types if _expects(kind) == _expects(type(now))]
            yield from (now if kind is type(now) else usual(kind) for kind in kinds)
        case "pair":
            steps = (-2, 0, 2) if min(now) % 2 else (-1, 0, 1)
            yield from (tuple(max(0, size + step) for size in now) for step in steps)
        case "whole" if isinstance(now, int):
            yield from sorted({now // 2, now, 2 * now} if now > 3 else {now, now + 1, now + 2})
        case "numbers":
            yield from (tuple(max(1, round(times * number)) for number in now) for times in (0.5, 1, 2))
        case "list":
            yield from (now, *(preset.steps for preset in AUGMENTATION_PRESETS))
        case "real":
            yield from _real(now, field.high is not None and field.high <= 1)
        case _:
            yield now


def _expects(kind: type[msgspec.Struct]) -> object:
    return getattr(kind, "expects", None)


def _real(now: float, share: bool) -> Iterator[float]:
    """Some others on both sides; a `share` cannot be more than 1."""
    if now == 0:
        yield from (0.0, 0.0001, 0.001, 0.01, 0.1)
    elif now < _SMALL:
        yield from (float(f"{now * times:.1g}") if times != 1 else now for times in (0.1, 0.3, 1, 3, 10))
    elif share and 0.5 <= now < 1:
        # near 1 it is the distance to 1 that counts, as of a momentum
        yield from (float(f"{1 - (1 - now) * times:.4g}") for times in (2, 1, 0.5))
    else:
        yield from (now / 2, now, 2 * now)


def _allowed(project: Project, path: str, text: str) -> bool:
    try:
        with_setting(project, path, text)
    except UserError:
        return False
    return True
