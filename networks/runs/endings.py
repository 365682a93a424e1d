"""Says why a run has ended."""

from __future__ import annotations

import math

from networks.core.message import Message, message, plural
from networks.runs.events import Failed, Finished, Stepped, Validated
from networks.runs.measures import MEASURE, TRAINING_LOSS


def ended_early(by: str, patience: int, epoch: int, best: Validated | None) -> Message:
    """The sentence for a run that ended after this epoch, where `by` names the measure that decided."""
    if best is None:
        return plural(
            "Ended early: in {count} epoch no validation gave a number.",
            "Ended early: in {count} epochs no validation gave a number.",
            count=epoch,
        )
    measure = MEASURE[by]
    figure = measure.quantity.figure(best.values[by])
    if patience and epoch - best.epoch >= patience:
        return message(
            "Ended early after epoch {epoch}: no {measure} since epoch {best} was better than {figure}.",
            epoch=epoch,
            measure=message(by),
            best=best.epoch,
            figure=figure,
        )
    return message(
        "Ended early after epoch {epoch}: the {measure} has reached its target with {figure}.",
        epoch=epoch,
        measure=message(by),
        figure=figure,
    )


def finished(epochs: int) -> Message:
    """The sentence for a run that came to its planned end."""
    return plural("Trained for {count} epoch.", "Trained for {count} epochs.", count=epochs)


def stopped(step: int, steps_per_epoch: int) -> Message:
    """The sentence for a run that was stopped after this many steps."""
    return _after(
        step,
        steps_per_epoch,
        "Stopped after {epochs}; the weights are kept.",
        "Stopped after {steps}; the weights are kept.",
        "Stopped after {epochs} and {steps}; the weights are kept.",
    )


def interrupted(step: int, steps_per_epoch: int) -> Message:
    """The sentence for a run whose process ended without a word, as far as its folder tells."""
    return _after(
        step,
        steps_per_epoch,
        "Interrupted after {epochs}; it can go on.",
        "Interrupted after {steps}; it can go on.",
        "Interrupted after {epochs} and {steps}; it can go on.",
    )


def left_alone(step: int, settled: bool = True) -> Message:
    """The sentence for a run of several processes of which one has ended without a word.

    Not `settled` is a run whose weights after this step cannot be read any more.
    """
    if not settled:
        return message(
            "Another process of this training has ended. The run is kept as it was at its last checkpoint, "
            "and can go on."
        )
    return message(
        "Another process of this training has ended. The run is kept as it was after step {step}, and can "
        "go on.",
        step=step,
    )


def _after(step: int, steps_per_epoch: int, whole: str, begun: str, both: str) -> Message:
    """One of three sentences: for whole epochs, for steps before the first of them, and for both."""
    epochs, steps = divmod(step, steps_per_epoch)
    passed = plural("{count} epoch", "{count} epochs", count=epochs)
    further = plural("{count} step", "{count} steps", count=steps)
    if not steps:
        return message(whole, epochs=passed)
    if not epochs:
        return message(begun, steps=further)
    return message(both, epochs=passed, steps=further)


def diverged(event: Stepped) -> Message:
    """The sentence for a run whose loss is no number any more."""
    return message(
        "The loss became {loss} in step {step}: try a lower learning rate, or gradient clipping.",
        loss="NaN" if math.isnan(event.values[TRAINING_LOSS.name]) else "infinite",
        step=event.step,
    )


def may_go_on(ended: Finished | Failed | None) -> bool:
    """Whether a run that has ended like this can go on to the end that was planned."""
    return isinstance(ended, Finished) and ended.reason in ("interrupted", "stopped")
