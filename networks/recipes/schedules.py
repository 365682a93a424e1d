"""The schedules, declared: how the learning rate goes on from step to step.

One schedule is one class. Its curve is a function of `networks.recipes.rates`, which runs call and training
scripts print.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from networks.core.call import Call, call
from networks.core.declared import Closed, Declared, catalog
from networks.core.fields import described, real, whole
from networks.recipes import rates

Lowest = Annotated[
    float, real("Lowest", "The share of the learning rate that is left at the lowest point.", 0.0, 1.0)
]
Factor = Annotated[
    float, real("Factor", "What the learning rate is multiplied by at each drop.", 0.0, 1.0, above=True)
]


class Schedule(Declared, frozen=True):
    """One schedule is one subclass; `curve` says which function of `networks.recipes.rates` draws it."""

    watches: ClassVar[bool] = False
    """Whether it depends on the validation losses so far instead of on the step."""

    warmup: Annotated[
        float,
        real(
            "Warm-up",
            "Over this many epochs the learning rate rises to its full height. The first gradients are those "
            "of random weights, and small steps keep them from doing harm (Goyal et al. 2017).",
            0.0,
            100_000.0,
            unit="epochs",
            zero="none",
        ),
    ] = 0.0
    warmup_start: Annotated[
        float,
        real("Warm-up from", "The share of the learning rate with which the warm-up begins.", 0.0, 1.0),
    ] = 0.01

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        """The call that gives the factor of a step; None where it is always 1.

        The caller adds the first argument: the step, or the losses where `watches` says so. The warm-up ends
        before the step `begin`, and the plan before `end`.
        """
        raise NotImplementedError

    def curves(self, epochs: int, steps_per_epoch: int) -> tuple[Call, ...]:
        """The calls whose product is the factor of a step, the warm-up first; none where it is always 1."""
        begin = round(self.warmup * steps_per_epoch)
        rising = call("warm_up", steps=begin, start=self.warmup_start) if begin else None
        going_on = self.curve(begin, epochs * steps_per_epoch, steps_per_epoch)
        return tuple(each for each in (rising, going_on) if each is not None)


class Constant(Schedule, frozen=True):
    """The same learning rate from the first step to the last."""

    title: ClassVar = "Constant"

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        return None


class Cosine(Schedule, frozen=True):
    """Falls slowly at first, then faster, and softly at the end: a good first choice, with nothing to tune.

    Loshchilov and Hutter, SGDR, 2017.
    """

    title: ClassVar = "Cosine"

    lowest: Lowest = 0.0

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        return call("cosine", begin=begin, end=end, lowest=self.lowest)


class CosineRestarts(Schedule, frozen=True):
    """The cosine again and again: each time the rate jumps back up, the weights may leave a narrow valley.

    Loshchilov and Hutter, SGDR, 2017.
    """

    title: ClassVar = "Cosine with restarts"

    first: Annotated[
        int, whole("First restart", "How long the first time takes.", 1, 100_000, unit="epochs")
    ] = 5
    growth: Annotated[
        int, whole("Growth", "How many times longer each time is than the one before.", 1, 100)
    ] = 1
    lowest: Lowest = 0.0

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        first = self.first * steps_per_epoch
        return call("restarts", begin=begin, first=first, growth=self.growth, lowest=self.lowest)


class OneCycle(Schedule, frozen=True):
    """Rises high and falls far below where it began: short trainings with a high learning rate.

    Smith and Topin, Super-Convergence, 2018.
    """

    title: ClassVar = "One cycle"

    rise: Annotated[
        float,
        real("Rising share", "The share of all steps in which it rises.", 0.0, 1.0, above=True, below=True),
    ] = 0.3
    start: Annotated[
        float, real("First", "The share of the learning rate with which it begins.", 0.0, 1.0, above=True)
    ] = 0.04
    lowest: Lowest = 4e-6

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        given = {"rise": self.rise, "start": self.start, "lowest": self.lowest}
        return call("one_cycle", begin=begin, end=end, **given)


class StepDrops(Schedule, frozen=True):
    """Drops after every so many epochs, by the same factor."""

    title: ClassVar = "Step"

    every: Annotated[int, whole("Drop every", "Epochs between two drops.", 1, 100_000, unit="epochs")] = 10
    factor: Factor = 0.1

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        return call("regular_drops", every=self.every * steps_per_epoch, factor=self.factor)


class MultiStep(Schedule, frozen=True):
    """Drops after chosen numbers of epochs, as the papers of VGG and ResNet did by hand."""

    title: ClassVar = "Multi-step"

    at: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=100_000)], ...],
        Meta(max_length=100),
        described(
            "Drops after",
            "After how many epochs it drops, as many times as you like, with commas between them.",
            unit="epochs",
        ),
    ] = (10, 15)
    factor: Factor = 0.1

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        if not self.at:
            return None
        return call(
            "drops", at=tuple(epochs * steps_per_epoch for epochs in sorted(self.at)), factor=self.factor
        )


class Exponential(Schedule, frozen=True):
    """Falls by the same factor in every epoch, a little in every step."""

    title: ClassVar = "Exponential"

    factor: Annotated[
        float, real("Factor", "What is left of the learning rate after an epoch.", 0.0, 1.0, above=True)
    ] = 0.9

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        return call("exponential", steps_per_epoch=steps_per_epoch, factor=self.factor)


class Plateau(Schedule, frozen=True):
    """Drops where the validation loss has not fallen for some epochs: nobody knows beforehand when."""

    title: ClassVar = "Reduce on plateau"
    watches: ClassVar = True

    factor: Factor = 0.1
    patience: Annotated[
        int,
        whole("Patience", "How many epochs may pass without a new lowest loss.", 0, 10_000, unit="epochs"),
    ] = 3
    threshold: Annotated[
        float,
        real("Threshold", "The share by which a loss has to fall below the lowest so far.", 0.0, 1.0),
    ] = 1e-4
    cooldown: Annotated[
        int, whole("Cooldown", "Epochs after a drop that never count as bad.", 0, 10_000, unit="epochs")
    ] = 0
    lowest: Lowest = 0.0

    def curve(self, begin: int, end: int, steps_per_epoch: int) -> Call | None:
        named = ("factor", "patience", "threshold", "cooldown", "lowest")
        return call("plateau", **{name: getattr(self, name) for name in named})


class RateFactor:
    """What the learning rate is multiplied by, step for step, in a run of this plan.

    Beyond the planned end it stays as it was in the last planned step.
    """

    def __init__(self, schedule: Schedule, epochs: int, steps_per_epoch: int) -> None:
        self._last = epochs * steps_per_epoch - 1
        self._curves = [
            (getattr(rates, curve.target), schedule.watches and curve.target != "warm_up", dict(curve.kwargs))
            for curve in schedule.curves(epochs, steps_per_epoch)
        ]

    def __call__(self, step: int, losses: Sequence[float] = ()) -> float:
        """Of the step with this number, counted from 0; `losses` are the validation losses so far."""
        step = min(step, self._last)
        factor = 1.0
        for curve, watches, given in self._curves:
            factor *= curve(losses if watches else step, **given)
        return factor


SCHEDULES = catalog(Schedule, __name__)

AnySchedule = Closed[Schedule]
