"""The gap between training and validation: what a network knows of its training images alone."""

from __future__ import annotations

from typing import NamedTuple

from networks.runs.measures import (
    TRAINING_ACCURACY,
    TRAINING_LOSS,
    VALIDATION_ACCURACY,
    VALIDATION_LOSS,
)
from networks.runs.record import Record


class Gap(NamedTuple):
    """Means over the steps of the last whole epoch, and what validation gave after it."""

    epoch: int
    training_loss: float
    validation_loss: float
    training_accuracy: float
    validation_accuracy: float

    @property
    def loss(self) -> float:
        """By how much the validation loss is higher; below 0 where training is the harder one."""
        return self.validation_loss - self.training_loss


def gap(record: Record) -> Gap | None:
    """The gap in the last epoch that was judged; None as long as there is none."""
    if not len(record.validations) or not len(record.steps):
        return None
    newest = len(record.validations) - 1
    figures = (
        record.mean_of_epoch(TRAINING_LOSS, newest),
        record.value(VALIDATION_LOSS),
        record.mean_of_epoch(TRAINING_ACCURACY, newest),
        record.value(VALIDATION_ACCURACY),
    )
    known = [figure for figure in figures if figure is not None]
    return Gap(int(record.validations.epoch[newest]), *known) if len(known) == len(figures) else None
