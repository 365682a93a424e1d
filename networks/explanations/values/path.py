"""The way of a value through the network: the number that it owes most to, and the one that it goes into."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from networks.explanations.core.forms import (
    Copied,
    Curve,
    Explanation,
    Form,
    Joined,
    Largest,
    LossTerms,
    Normalized,
    Shares,
    WeightedSum,
    ranked,
)
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Numbers, Places, Position
from networks.explanations.values.value import explainer_of


class Origin(NamedTuple):
    """A number of one of a layer's inputs; `at` begins with the image."""

    which: int
    at: Position


def strongest_origin(explanation: Explanation) -> Origin | None:
    """The number of an input that counts most in a value; None where it begins here, as a padded zero."""
    for stage in reversed(explanation.stages):
        found = _strongest(stage.form)
        if found is not None:
            return found
    return None


def _strongest(form: Form) -> Origin | None:
    match form:
        case WeightedSum():
            return _at(form.value_places, np.nan_to_num(form.products), form.values.shape)
        case Largest():
            winner = np.unravel_index(form.winner, form.values.shape)
            return _origin(form.value_places, tuple(map(int, winner)), form.values.shape)
        case Joined():
            for index in ranked(np.nan_to_num(form.values)).tolist():
                if form.places[index].of == "input":
                    return _origin(form.places[index], (), ())
            return None
        case Copied():
            return None if form.place is None else _origin(form.place, (), ())
        case Curve() | Normalized():
            return _origin(form.place, (), ())
        case Shares():
            return _origin(form.value_places, (form.at,), form.values.shape)
        case LossTerms():
            return _at(form.output_places, np.nan_to_num(form.terms), form.terms.shape)


def _at(places: Places, sizes: Numbers, shape: tuple[int, ...]) -> Origin | None:
    for index in ranked(sizes)[:1].tolist():
        return _origin(places, tuple(map(int, np.unravel_index(index, shape))), shape)
    return None


def _origin(places: Places, term: tuple[int, ...], shape: tuple[int, ...]) -> Origin | None:
    at = places.position(term, shape) if places.of == "input" else None
    return None if at is None else Origin(int(places.which), at)


@np.errstate(all="ignore")
def goes_to(passed: LayerPass, which: int, at: Position) -> Position | None:
    """The output of a layer in which a number of its input counts most; None where the number is left out."""
    slopes = explainer_of(type(passed.layer)).input_slopes(passed, which, at)
    if not slopes.values.size:
        return None
    most = int(np.nan_to_num(np.abs(slopes.values)).argmax())
    term = tuple(map(int, np.unravel_index(most, slopes.values.shape)))
    return slopes.outputs.position(term, slopes.values.shape)
