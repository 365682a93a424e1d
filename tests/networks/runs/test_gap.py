"""The gap is that of the last epoch that was judged."""

from __future__ import annotations

import pytest

from networks.runs.events import Stepped, Validated
from networks.runs.gap import gap
from networks.runs.record import Record


def stepped(step, loss, accuracy):
    return Stepped("a", step, step / 2, {"training loss": loss, "training accuracy": accuracy})


def validated(epoch, loss, accuracy):
    values = {"validation loss": loss, "validation accuracy": accuracy}
    return Validated("a", 2 * epoch, epoch, values, 0.1, True)


def test_there_is_none_before_the_first_validation():
    record = Record("a")
    assert gap(record) is None
    record.take([stepped(1, 2.0, 0.1)])
    assert gap(record) is None


def test_it_is_the_mean_of_the_last_whole_epoch_against_its_validation():
    record = Record("a")
    record.take(
        [
            stepped(1, 9.0, 0.0),
            stepped(2, 9.0, 0.0),
            validated(1, 2.0, 0.2),
            stepped(3, 1.0, 0.5),
            stepped(4, 2.0, 0.7),
            validated(2, 2.5, 0.4),
            stepped(5, 0.1, 1.0),
        ]
    )
    found = gap(record)
    assert found == pytest.approx((2, 1.5, 2.5, 0.6, 0.4))
    assert found.loss == pytest.approx(1.0)
