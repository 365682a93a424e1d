"""All that is shown of one number at once: its arithmetic, where it stands, what it sees, where it goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, message, plural
from networks.explanations.core.forms import (
    Copied,
    Explanation,
    Form,
    Joined,
    Largest,
    LossTerms,
    Shares,
    WeightedSum,
)
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Array
from networks.explanations.layers.pixels import with_picture
from networks.explanations.traces.kept import Kept
from networks.explanations.values.path import goes_to, strongest_origin
from networks.explanations.values.receptive_field import ReceptiveField, receptive_field
from networks.explanations.words.figures import figure
from networks.explanations.words.seen import seen
from networks.graph.network import Wire
from networks.graph.shortcuts import around_shortcuts
from networks.layers.base import Layer
from networks.layers.ends import Input
from networks.xray.value_place import ValuePlace


class Crumb(msgspec.Struct, frozen=True):
    """One step of a value's way. `value` is None where the layer was not kept."""

    layer: str
    kind: type[Layer] | None
    """None for the loss."""
    place: ValuePlace | None
    value: float | None


class Page(msgspec.Struct, frozen=True, eq=False):
    """One number and all that is shown of it.

    `passed` is None for the loss. `crumbs` lead from the picture to the layer, which is the one at `here`,
    and on to the next one: each is the number that the one behind it owes most to. `fields` says for each
    layer before what is seen of it, `entry` which of them is the picture.
    """

    place: ValuePlace
    kept: Kept
    explanation: Explanation
    passed: LayerPass | None
    crumbs: tuple[Crumb, ...]
    here: int
    fields: Mapping[str, ReceptiveField]
    entry: str
    sentences: tuple[Message, ...]
    bound: float = 1.0
    """The number of the output furthest from zero: what the strongest colour stands for."""
    classes: tuple[str, ...] = ()
    direct: ReceptiveField | None = None
    """What it sees of the picture through shortcuts alone; None where there is none, or it is the same."""

    @property
    def layer(self) -> Layer:
        """The layer whose number it is."""
        return self.kept.report.nodes[self.place.layer].layer

    @property
    def output(self) -> Array | None:
        """What leaves the layer for the picture; None for the loss."""
        return None if self.passed is None else self.passed.output[self.kept.image]

    @property
    def backwards(self) -> bool:
        """Whether it is about a gradient."""
        return False

    @property
    def cells(self) -> Array | None:
        """The numbers among which this one stands, channels×height×width or a vector; None for the loss."""
        return self.output

    @property
    def cell(self) -> tuple[int, ...]:
        """Where it stands among them."""
        return self.place.at

    def place_of(self, cell: tuple[int, ...]) -> ValuePlace:
        """The place of another one of them."""
        return ValuePlace(self.place.layer, cell)

    @property
    def map(self) -> NDArray[np.float32] | None:
        """The map that the number lies in, height×width; None where it is one of a vector."""
        cells = self.cells
        return cells[self.cell[0]] if cells is not None and cells.ndim == 3 else None

    @property
    def verdict(self) -> Message:
        """How many terms there are, and how far their result is from what torch computed."""
        terms = self.terms
        difference = self.explanation.difference
        if not np.isfinite(difference):
            return message("The network gave {value}.", value=figure(self.explanation.value))
        if terms == 1:
            return message(
                "This gives the network’s own value, {value}, within {difference}.",
                value=figure(self.explanation.value),
                difference=figure(difference),
            )
        return plural(
            "{count} term: it gives the network’s own value, {value}, within {difference}.",
            "{count} terms: together they give the network’s own value, {value}, within {difference}.",
            count=terms,
            value=figure(self.explanation.value),
            difference=figure(difference),
        )

    @property
    def terms(self) -> int:
        """How many terms there are in all stages."""
        return sum(_terms(stage.form) for stage in self.explanation.stages)

    @property
    def before(self) -> Crumb | None:
        """The layer before, at the number that this one owes most to."""
        return self.crumbs[self.here - 1] if self.here else None

    @property
    def next(self) -> Crumb | None:
        """The next layer, at the number in which this one counts most."""
        return self.crumbs[self.here + 1] if self.here + 1 < len(self.crumbs) else None


def _terms(form: Form) -> int:
    match form:
        case WeightedSum():
            return int(form.values.size) + (form.bias is not None)
        case Largest() | Joined() | Shares():
            return int(form.values.size)
        case LossTerms():
            return int(form.terms.size)
        case _:
            return 1


def page(kept: Kept, place: ValuePlace, classes: Sequence[str] = ()) -> Page:
    """All of one number. Raises what `Kept.value` raises."""
    explanation = kept.value(place)
    passed = None if place.is_loss else kept.passed(place.layer)
    behind = _behind(kept, place, explanation)
    crumbs = [*behind, _crumb(kept, place), *_ahead(kept, place)]
    fields = {} if place.is_loss else _fields(kept, place)
    direct = None if place.is_loss else _direct(kept, place, fields)
    entry = next(node.name for node in kept.network.nodes if isinstance(node.layer, Input))
    words = seen(explanation, passed, classes)
    bound = 1.0 if passed is None else bound_of(passed.output[kept.image])
    return Page(
        place,
        kept,
        explanation,
        passed,
        tuple(crumbs),
        len(behind),
        fields,
        entry,
        words,
        bound,
        tuple(classes),
        direct,
    )


def bound_of(output: Array) -> float:
    """The size of the number furthest from zero; 1 where all are 0."""
    low, high = float(output.min()), float(output.max())
    if not np.isfinite([low, high]).all():
        finite = output[np.isfinite(output)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return max(-low, high) or 1.0


def stands_for(kept: Kept, place: ValuePlace) -> ValuePlace:
    """The number of an image that this one is a plain copy of, where it is one; else the number itself."""
    here = place
    while here.layer in kept.captures and len(here.at) != 3:
        explanation = kept.value(here)
        origin = strongest_origin(explanation) if isinstance(explanation.form, Copied) else None
        inputs = kept.network[here.layer].inputs
        if origin is None or not inputs:
            return place
        here = ValuePlace(inputs[origin.which], origin.at[1:])
    return here if len(here.at) == 3 else place


def _fields(kept: Kept, place: ValuePlace, without: Collection[Wire] = ()) -> dict[str, ReceptiveField]:
    training = kept.mode == "training"
    return receptive_field(
        kept.network, kept.report, place.layer, place.at, training=training, without=without
    )


def _direct(kept: Kept, place: ValuePlace, fields: Mapping[str, ReceptiveField]) -> ReceptiveField | None:
    """What is seen of the picture through shortcuts alone, where there are some and it is less."""
    past = around_shortcuts(kept.network, fields)
    entry = next((name for name in fields if isinstance(kept.network[name].layer, Input)), None)
    if not past or entry is None:
        return None
    found = _fields(kept, place, past).get(entry)
    return None if found is None or found.box in (None, fields[entry].box) else found


def _crumb(kept: Kept, place: ValuePlace) -> Crumb:
    if place.is_loss:
        return Crumb(place.layer, None, place, kept.loss)
    kind = type(kept.report.nodes[place.layer].layer)
    return Crumb(place.layer, kind, place, float(kept.captures[place.layer].output[(kept.image, *place.at)]))


def _behind(kept: Kept, place: ValuePlace, explanation: Explanation) -> list[Crumb]:
    """The way back to the picture."""
    found: list[Crumb] = []
    known: Explanation | None = explanation
    name, inputs = place.layer, (place.layer,) if place.is_loss else kept.network[place.layer].inputs
    while inputs:
        origin = None if known is None else strongest_origin(known)
        name = inputs[0 if origin is None else origin.which]
        # where nothing is known of the number that it comes from, the layer alone is named
        there = None if origin is None else ValuePlace(name, origin.at[1:])
        if there is not None and name in kept.captures:
            known = kept.value(there)
            found.append(_crumb(kept, there))
        else:
            known = None
            found.append(Crumb(name, type(kept.report.nodes[name].layer), there, None))
        inputs = kept.network[name].inputs
    return found[::-1]


def _ahead(kept: Kept, place: ValuePlace) -> list[Crumb]:
    """The next layer, or the loss behind the end; nothing where neither is known."""
    if place.is_loss:
        return []
    if place.layer == kept.end and kept.loss is not None:
        return [_crumb(kept, ValuePlace(place.layer, ()))]
    for wire in kept.network.consumers[place.layer]:
        if wire.target in kept.captures:
            at = goes_to(kept.passed(wire.target), wire.index, (kept.image, *place.at))
            if at is not None:
                return [_crumb(kept, ValuePlace(wire.target, at[1:]))]
    return []


def with_pixels(kept: Kept, mean: Sequence[float], deviation: Sequence[float]) -> Kept:
    """The same, where the Input knows the picture that it normalized."""
    captures = dict(kept.captures)
    for node in kept.network.nodes:
        if isinstance(node.layer, Input) and node.name in captures:
            captures[node.name] = with_picture(captures[node.name], mean, deviation)
    return msgspec.structs.replace(kept, captures=captures)
