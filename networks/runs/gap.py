"""The gap between training and validation: what a network knows of its training images alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from networks.runs.measures import (
    TRAINING_ACCURACY,
    TRAINING_LOSS,
    VALIDATION_ACCURACY,
    VALIDATION_LOSS,
    Measure,
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
    epoch = float(record.validations.epoch[-1])
    figures = (
        _mean(record, TRAINING_LOSS, epoch),
        record.value(VALIDATION_LOSS),
        _mean(record, TRAINING_ACCURACY, epoch),
        record.value(VALIDATION_ACCURACY),
    )
    known = [figure for figure in figures if figure is not None]
    return Gap(int(epoch), *known) if len(known) == len(figures) else None


def _mean(record: Record, measure: Measure, epoch: float) -> float | None:
    """Over the steps that end with this epoch."""
    if measure.name not in record.steps:
        return None
    first, last = np.searchsorted(record.steps.epoch, (epoch - 1 + 1e-9, epoch + 1e-9))
    values = record.steps.values(measure.name)[first:last]
    return float(values.mean()) if len(values) else None
