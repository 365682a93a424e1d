"""Whether the spread over seeds allows a conclusion, in words: a winner is named only then."""

from __future__ import annotations

from typing import Literal, NamedTuple

from networks.core.message import Message, message, plural
from networks.runs.measures import Measure
from networks.runs.twins.comparison import Comparison, broke
from networks.runs.twins.spread import MOST_SEEDS, Spread, seeds_needed

Mark = Literal["waiting", "open", "winner", "broke"]
NAMES = ("A", "B")
ENOUGH = 5
"""How many seeds are advised: with fewer, the interval is wide whatever was measured."""


class Conclusion(NamedTuple):
    """A few words, and the same in full with its figures; `winner` is 0 for A, 1 for B, None for neither."""

    mark: Mark
    words: Message
    sentence: Message
    winner: int | None = None


def conclusion(comparison: Comparison, going_on: bool = False) -> Conclusion:
    """What may be said now. While it is `going_on`, nothing is concluded: who looks until a difference shows
    will see one in the end, also where there is none.
    """
    done, planned = len(comparison.outcomes()), comparison.planned
    if (broken := _broken(comparison)) is not None:
        return broken
    if going_on and done < planned:
        words = message("{done} of {planned} seeds done", done=done, planned=planned)
        if planned == 1:
            words = message("in progress")
        return Conclusion("waiting", words, message("Nothing is concluded before all seeds are done."))
    if not done:
        return Conclusion("waiting", message("nothing to compare"), message("No run came to its end yet."))
    return _of_pairs(comparison) if comparison.paired else _of_seeds(comparison)


def amount(measure: Measure, value: float, *, sign: bool = False) -> Message:
    """A difference of two values: `1.25 points` of per cent, or `0.0312`; with its `sign` if that counts."""
    mark = ("+" if value > 0 else "−" if value < 0 else "±") if sign else ""
    if measure.quantity.format == "percent":
        return message("{amount} points", amount=f"{mark}{100 * abs(value):.2f}")
    return message("{amount}", amount=f"{mark}{abs(value):#.3g}".removesuffix("."))


def label(comparison: Comparison, side: int) -> Message:
    """`B (Tanh → ReLU)`."""
    return message("{name} ({words})", name=NAMES[side], words=comparison.sides[side].words)


def _broken(comparison: Comparison) -> Conclusion | None:
    """Runs that came to no end are no luck that an average could spare."""
    told: Message | None = None
    for index, side in enumerate(comparison.sides):
        seeds = [str(run.seed) for run in side.runs if broke(run.record)]
        if not seeds:
            continue
        who = label(comparison, index) if comparison.paired else message("Training")
        said = plural(
            "{who} broke off with seed {seeds}.",
            "{who} broke off with seeds {seeds}.",
            count=len(seeds),
            who=who,
            seeds=", ".join(seeds),
        )
        told = said if told is None else message("{first} {second}", first=told, second=said)
    if told is None:
        return None
    sentence = message("{told} An average of the other seeds would hide that.", told=told)
    return Conclusion("broke", message("no winner: runs broke off"), sentence)


def _of_seeds(comparison: Comparison) -> Conclusion:
    found = comparison.spread_of(0)
    assert found is not None
    figure = comparison.measure.quantity.figure
    values = [each[0] for each in comparison.outcomes().values()]
    name = message(comparison.measure.name)
    if found.seeds == 1:
        sentence = message(
            "With one seed the {measure} is {value}. How much of it is luck only other seeds can tell.",
            measure=name,
            value=figure(found.mean),
        )
        return Conclusion("open", message("one seed says nothing about luck"), sentence)
    sentence = message(
        "With {seeds} seeds the {measure} is {mean} on average, from {least} to {most}. By luck alone a run "
        "lies about {deviation} from the average (standard deviation), so a change has to gain more than "
        "that to be worth a second look.",
        seeds=found.seeds,
        measure=name,
        mean=figure(found.mean),
        least=figure(min(values)),
        most=figure(max(values)),
        deviation=amount(comparison.measure, found.deviation),
    )
    words = message(
        "{mean} ± {deviation}", mean=figure(found.mean), deviation=amount(comparison.measure, found.deviation)
    )
    return Conclusion("open", words, sentence)


def _of_pairs(comparison: Comparison) -> Conclusion:
    found = comparison.differences
    assert found is not None
    pairs = comparison.outcomes()
    if all(one == other for one, other in pairs.values()):
        sentence = plural(
            "Both came to the same {measure} with one seed. One seed allows no conclusion.",
            "Both came to the same {measure} with each of {count} seeds.",
            count=len(pairs),
            measure=message(comparison.measure.name),
        )
        return Conclusion("open", message("no winner: no difference"), sentence)
    rises = comparison.measure.quantity.better == "higher"
    ahead = int((found.mean > 0) == rises)
    if found.seeds == 1:
        sentence = message(
            "With seed {seed}, {ahead} led by {difference} of {measure}. One seed allows no conclusion: "
            "with another one it may be the other way round. Train both with {enough} seeds or more.",
            seed=next(iter(pairs)),
            ahead=label(comparison, ahead),
            difference=amount(comparison.measure, found.mean),
            measure=message(comparison.measure.name),
            enough=ENOUGH,
        )
        return Conclusion("open", message("one seed allows no conclusion"), sentence)
    if found.decided:
        return _won(comparison, found, ahead)
    return _undecided(comparison, found, ahead)


def _won(comparison: Comparison, found: Spread, ahead: int) -> Conclusion:
    sentence = message(
        "With {seeds} seeds, {winner} is better by {difference} of {measure} on average. The 95 % interval "
        "of that, {low} to {high}, leaves out 0: the luck of the seeds does not explain it.",
        seeds=found.seeds,
        winner=label(comparison, ahead),
        difference=amount(comparison.measure, found.mean),
        measure=message(comparison.measure.name),
        **_bounds(comparison.measure, found, ahead),
    )
    return Conclusion(
        "winner", message("{winner} is better", winner=label(comparison, ahead)), sentence, ahead
    )


def _undecided(comparison: Comparison, found: Spread, ahead: int) -> Conclusion:
    needed = seeds_needed(found)
    more = (
        message(
            "It would take more than {most} seeds to tell a difference as small as this.", most=MOST_SEEDS
        )
        if needed is None
        else message("If it stayed like this, about {needed} seeds would tell.", needed=needed)
    )
    sentence = message(
        "With {seeds} seeds, {ahead} led by {difference} of {measure} on average. But the 95 % interval "
        "of that, {low} to {high}, holds 0: the luck of the seeds explains as much. {more}",
        seeds=found.seeds,
        ahead=label(comparison, ahead) if found.mean else message("neither"),
        difference=amount(comparison.measure, found.mean),
        measure=message(comparison.measure.name),
        **_bounds(comparison.measure, found, ahead),
        more=more,
    )
    return Conclusion("open", message("no winner: it may be luck"), sentence)


def _bounds(measure: Measure, found: Spread, ahead: int) -> dict[str, Message]:
    """The interval of the gain of the side that is ahead, from its lower bound to its upper one."""
    gains = sorted(abs(found.mean) + reach for reach in (found.low - found.mean, found.high - found.mean))
    return {name: amount(measure, gain, sign=True) for name, gain in zip(("low", "high"), gains, strict=True)}
