"""Says why a run ended before its last epoch."""

from __future__ import annotations

from networks.core.message import Message, message, plural
from networks.runs.events import Validated
from networks.runs.measures import MEASURE


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
