"""What is measured while training, declared once: charts, legend, tables and scripts follow from it.

To add a measure, write a function that takes it from a batch, and add a `Measure` to MEASURES; a quantity
that has no chart yet also needs a `Quantity`. Nothing else has to change.

The functions are printed into training scripts as they stand here. They may use each other, Python's builtins
and the methods of tensors, but import nothing: this file is read without torch.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import msgspec
import msgspec.structs

from networks.runs.stopping import is_better

Tensor: TypeAlias = Any
"""torch's, where these functions run."""

BatchResult = namedtuple("BatchResult", "loss scores targets weights optimizer norm")
"""What a batch of n images gave, right after the backward pass, with gradients that are not yet clipped.

`loss` is what was minimised, a tensor with one element; while validating it is a float, the mean over the
images, and there are no new gradients. `scores` is n×classes. `targets` are n labels or, where they are soft,
n×classes shares. `weights` are the parameters that are trained, each with its `.grad`, and `norm` is the
length of the gradient over all of them; 0 while validating. `optimizer` is torch's, with the learning rate of
this step.
"""


def batch_loss(batch: BatchResult) -> tuple[Tensor, int]:
    """What this step minimises."""
    return batch.loss, 1


def image_loss(batch: BatchResult) -> tuple[float, int]:
    """The loss of every image."""
    return batch.loss * len(batch.targets), len(batch.targets)


def accuracy(batch: BatchResult) -> tuple[Tensor, int]:
    """The images whose class has the highest score; of soft targets, the class with the largest share."""
    labels = batch.targets if batch.targets.ndim == 1 else batch.targets.argmax(1)
    return (batch.scores.argmax(1) == labels).sum(), len(labels)


def learning_rate(batch: BatchResult) -> tuple[float, int]:
    """What the schedule sets for this step."""
    return batch.optimizer.param_groups[0]["lr"], 1


def gradient_norm(batch: BatchResult) -> tuple[Tensor, int]:
    """The length of the gradient over all weights, before it is clipped."""
    return batch.norm, 1


def add_to(totals: dict[str, tuple[float, int]], measured: dict[str, tuple[Tensor, int]]) -> None:
    """Adds what was measured on a batch to the totals so far."""
    for name, (amount, count) in measured.items():
        total, of = totals.get(name, (0.0, 0))
        totals[name] = total + float(amount), of + count


def means(measured: dict[str, tuple[Tensor, int]]) -> dict[str, float]:
    """The mean of each measure: its sum divided by its count."""
    return {name: float(amount) / count for name, (amount, count) in measured.items()}


Each = Literal["step", "epoch"]


class Quantity(msgspec.Struct, frozen=True):
    """What the vertical axis of one chart shows.

    `format` is how values are written: a share between 0 and 1 in percent, or a number with four significant
    digits and its `unit`. `logarithmic` says whether the chart has a logarithmic scale to switch to, and
    `finite` whether a value that is no finite number means that training has diverged. The chart of an
    `extra` quantity is shown only to those who ask for it.
    """

    name: str
    title: str
    format: Literal["number", "percent"] = "number"
    unit: str = ""
    better: Literal["lower", "higher"] | None = None
    logarithmic: bool = False
    finite: bool = False
    extra: bool = False

    def figure(self, value: float | None) -> str:
        """A value as a chart writes it: `0.2137`, `1.500e-05`, `97.22 %`, `∞`; `–` where there is none."""
        if value is None:
            return "–"
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        if self.format == "percent":
            return f"{100 * value:.2f}\u202f%"
        figure = f"{value:#.4g}".removesuffix(".")
        return f"{figure}\u202f{self.unit}" if self.unit else figure


class Measure(msgspec.Struct, frozen=True):
    """One line of a chart, one column of a table.

    `name` heads the column, `line` names it in the legend, `word` stands before its value. `each` says when
    it is measured: on the batch of each step, or on all validation images after each epoch. `taken` gives a
    sum and a count for a batch; the value is the sum divided by the count, of the one batch or of all
    batches together. `noisy` values are drawn smoothed. Of `averaged` weights nothing is measured unless the
    recipe averages them.
    """

    name: str
    quantity: Quantity
    line: str
    word: str
    each: Each
    taken: Callable[[BatchResult], tuple[Tensor, int]]
    noisy: bool = True
    averaged: bool = False


LOSS = Quantity("loss", "Loss", better="lower", logarithmic=True, finite=True)
ACCURACY = Quantity("accuracy", "Accuracy", format="percent", better="higher")
RATE = Quantity("rate", "Learning rate", extra=True)
GRADIENT = Quantity("gradient", "Gradient norm", logarithmic=True, extra=True)

TRAINING_LOSS = Measure("training loss", LOSS, "training", "train", "step", batch_loss)
"""Includes the losses of auxiliary outputs, each times its weight; the validation loss leaves them out."""
TRAINING_ACCURACY = Measure("training accuracy", ACCURACY, "training", "train", "step", accuracy)
VALIDATION_LOSS = Measure("validation loss", LOSS, "validation", "val", "epoch", image_loss)
VALIDATION_ACCURACY = Measure("validation accuracy", ACCURACY, "validation", "val", "epoch", accuracy)
LEARNING_RATE = Measure("learning rate", RATE, "learning rate", "rate", "step", learning_rate, noisy=False)
GRADIENT_NORM = Measure("gradient norm", GRADIENT, "gradient norm", "norm", "step", gradient_norm)
AVERAGED = "averaged "
"""What stands before a measure's name where it is that of the averaged weights."""
AVERAGED_LOSS, AVERAGED_ACCURACY = (
    msgspec.structs.replace(
        measure, name=AVERAGED + measure.name, line="validation, averaged weights", word="avg", averaged=True
    )
    for measure in (VALIDATION_LOSS, VALIDATION_ACCURACY)
)

MEASURES = (
    TRAINING_LOSS,
    TRAINING_ACCURACY,
    VALIDATION_LOSS,
    VALIDATION_ACCURACY,
    LEARNING_RATE,
    GRADIENT_NORM,
    AVERAGED_LOSS,
    AVERAGED_ACCURACY,
)
"""All measures, in the order of the table's columns and of the charts."""

MEASURE = {measure.name: measure for measure in MEASURES}

BEST_BY = VALIDATION_LOSS
"""The measure that decides which epoch is the best, where a recipe names no other."""

QUANTITIES = tuple(dict.fromkeys(measure.quantity for measure in MEASURES))
"""Each has a chart, in this order."""

EACH_STEP = {each.name: each.taken for each in MEASURES if each.each == "step"}
EACH_EPOCH = {each.name: each.taken for each in MEASURES if each.each == "epoch" and not each.averaged}


def variants(quantity: Quantity) -> Iterator[tuple[Measure, int]]:
    """The measures of this quantity: those of steps, numbered from 0, then those of epochs, again from 0."""
    for each in ("step", "epoch"):
        measures = [measure for measure in MEASURES if measure.quantity == quantity and measure.each == each]
        yield from zip(measures, range(len(measures)), strict=True)


def by_chance(classes: int, loss: float | None) -> dict[str, float]:
    """What guessing reaches, by the quantity's name; `loss` is None where that of guessing is not known."""
    return {ACCURACY.name: 1 / classes} | ({} if loss is None else {LOSS.name: loss})


def is_best(values: Mapping[str, float], best: Mapping[str, float] | None, by: str = BEST_BY.name) -> bool:
    """Whether a validation with these values is better than the best so far, by the measure of this name."""
    falls = MEASURE[by].quantity.better == "lower"
    return is_better(values[by], None if best is None else best[by], falls)
