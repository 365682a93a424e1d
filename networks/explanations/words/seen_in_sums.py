"""What a weighted sum shows, in plain sentences: what is multiplied, and which parts decide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from networks.core.message import Message, message, plural
from networks.explanations.core.forms import Explanation, WeightedSum
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.words.figures import figure
from networks.explanations.words.rows import parts_of, strong_parts
from networks.layers.convolution import ConvTranspose2d

Sentences = list[Message]


def summed(
    form: WeightedSum, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    """What a weighted sum shows."""
    if form.weighing == "mean":
        return _mean(form)
    if form.weighing == "fixed":
        count = form.values.size
        return [message("A fixed blend of {count} numbers around it: nothing is learned here.", count=count)]
    filter = explanation.position[-1 if form.values.ndim == 1 else 1]
    if form.values.ndim == 1:
        count = len(form.values)
        first = message(
            "Unit {filter} multiplies each of the {count} numbers that come in by its own weight and adds "
            "everything up.",
            filter=filter,
            count=count,
        )
        return [first, *_who_decides(form, "number")]
    maps, height, width = form.values.shape
    return [_slid(passed, filter, maps, height, width), *_who_decides(form, "map"), *_padded(form)]


def legend(form: WeightedSum, formula: str) -> Message | None:
    """What the letters of the formula run over, and how many products that makes; None where none do."""
    if form.weighing != "learned" or form.values.ndim == 2:
        return None
    bias = message("") if form.bias is None else message(", and one bias")
    if form.values.ndim == 1:
        return plural(
            "i runs over {count} number that comes in: {count} product{bias}.",
            "i runs over the {count} numbers that come in: {count} products{bias}.",
            count=form.values.size,
            bias=bias,
        )
    maps, height, width = form.values.shape
    row, column = ("r", "s") if "Σr" in formula else ("i", "j")
    if maps == 1:
        return message(
            "One map comes in (c = 0); {row} runs over {height} rows, {column} over {width} columns: {count} "
            "products{bias}.",
            row=row,
            column=column,
            height=height,
            width=width,
            count=form.values.size,
            bias=bias,
        )
    return message(
        "c runs over {maps} maps, {row} over {height} rows, {column} over {width} columns: {count} "
        "products{bias}.",
        maps=maps,
        row=row,
        column=column,
        height=height,
        width=width,
        count=form.values.size,
        bias=bias,
    )


def _slid(passed: LayerPass | None, filter: int, maps: int, height: int, width: int) -> Message:
    if passed is not None and isinstance(passed.layer, ConvTranspose2d):
        return message(
            "Every number of the smaller image is spread over a patch of the larger one. {count} of them "
            "reach this place, each times the weight that meets it here.",
            count=maps * height * width,
        )
    if height * width == 1:
        return message(
            "Filter {filter} weighs the {maps} numbers that lie behind each other at this spot, one from "
            "each map, and adds them up.",
            filter=filter,
            maps=maps,
        )
    if maps == 1:
        return message(
            "Filter {filter} lays its kernel of {height}×{width} weights over this spot of one map, "
            "multiplies what lies on top of each other, and adds everything up.",
            filter=filter,
            height=height,
            width=width,
        )
    return message(
        "Filter {filter} lays its kernel of {height}×{width} weights over the same spot of all {maps} maps, "
        "multiplies what lies on top of each other, and adds everything up.",
        filter=filter,
        height=height,
        width=width,
        maps=maps,
    )


def _who_decides(form: WeightedSum, thing: str) -> Sentences:
    parts = parts_of(form)
    if len(parts) == 1:
        return _strongest_product(form)
    strong = strong_parts(parts)
    pulled = float(parts.sum())
    if not strong:
        return [message("Nothing pulls it anywhere: all products together give 0.")] if not pulled else []
    if len(strong) > 3:
        return [
            message(
                "None of them decides alone: it takes the {count} strongest of {all} for nine tenths of what "
                "pulls it this way.",
                count=len(strong),
                all=len(parts),
            )
        ]
    numbers = ", ".join(str(index) for index in strong)
    figures = ", ".join(figure(float(parts[index])) for index in strong)
    against = float(np.abs(parts[np.sign(parts) == -np.sign(pulled)]).sum())
    if against > 0.25 * (abs(pulled) + against):
        return [_pulled(thing, len(strong), numbers, figures, figure(against), up=pulled > 0)]
    words = {
        "map": (
            "Here map {numbers} says nearly all of it: {figures} of {whole}.",
            "Here maps {numbers} say nearly all of it: {figures} of {whole}.",
        ),
        "number": (
            "Here number {numbers} says nearly all of it: {figures} of {whole}.",
            "Here numbers {numbers} say nearly all of it: {figures} of {whole}.",
        ),
    }[thing]
    return [plural(*words, count=len(strong), numbers=numbers, figures=figures, whole=figure(pulled))]


def _pulled(thing: str, count: int, numbers: str, figures: str, against: str, *, up: bool) -> Message:
    words = {
        ("map", True): (
            "Map {numbers} pulls it up most ({figures}); others pull it down, by {against} together.",
            "Maps {numbers} pull it up most ({figures}); others pull it down, by {against} together.",
        ),
        ("map", False): (
            "Map {numbers} pulls it down most ({figures}); others pull it up, by {against} together.",
            "Maps {numbers} pull it down most ({figures}); others pull it up, by {against} together.",
        ),
        ("number", True): (
            "Number {numbers} pulls it up most ({figures}); others pull it down, by {against} together.",
            "Numbers {numbers} pull it up most ({figures}); others pull it down, by {against} together.",
        ),
        ("number", False): (
            "Number {numbers} pulls it down most ({figures}); others pull it up, by {against} together.",
            "Numbers {numbers} pull it down most ({figures}); others pull it up, by {against} together.",
        ),
    }[thing, up]
    return plural(*words, count=count, numbers=numbers, figures=figures, against=against)


def _strongest_product(form: WeightedSum) -> Sentences:
    products = form.products
    if not products.size or not np.isfinite(products).all() or not products.any():
        return []
    most = np.unravel_index(int(np.abs(products).argmax()), products.shape)
    return [
        message(
            "The strongest of the {count} products is {value} · {factor} = {product}.",
            count=products.size,
            value=figure(float(form.values[most])),
            factor=figure(float(form.factors[most])),
            product=figure(float(products[most])),
        )
    ]


def _padded(form: WeightedSum) -> Sentences:
    if form.value_places.padding is None:
        return []
    outside = int(np.broadcast_to(form.value_places.padding, form.values.shape)[0].sum())
    return [
        plural(
            "{count} of the {all} places of the window lies beyond the edge and counts as 0.",
            "{count} of the {all} places of the window lie beyond the edge and count as 0.",
            count=outside,
            all=form.values[0].size,
        )
    ]


def _mean(form: WeightedSum) -> Sentences:
    low, high = figure(float(form.values.min())), figure(float(form.values.max()))
    return [
        message(
            "The mean of {count} numbers: none counts more than another. They lie between {low} and {high}.",
            count=form.values.size,
            low=low,
            high=high,
        )
    ]
