"""Progress tells only what was measured, and leaves pauses out."""

from __future__ import annotations

import pytest

from networks.core.durations import duration
from networks.core.message import message
from networks.runs.events import Finished, Started, Stepped, Validated
from networks.runs.progress import Progress


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def _started(step=0):
    return Started("run", "cpu", 1, steps_per_epoch=10, training_images=100, validation_images=20, step=step)


def _step(step):
    return Stepped("run", step, step / 10, {})


def test_nothing_is_told_before_it_was_measured():
    progress = Progress(epochs=4, clock=Clock())
    assert (progress.fraction, progress.seconds_left, progress.seconds_per_epoch) == (0.0, None, None)
    progress.take([_started()])
    assert progress.seconds_left is None


def test_time_left_is_the_measured_time_of_a_step_times_the_steps_left():
    clock = Clock()
    progress = Progress(epochs=4, clock=clock)
    progress.take([_started()])
    clock.now += 5
    progress.take([_step(1), _step(2), _step(5)])
    assert progress.fraction == pytest.approx(5 / 40)
    assert progress.seconds_left == pytest.approx(1.0 * 35)


def test_rounds_to_come_take_as_long_as_this_one():
    clock = Clock()
    progress = Progress(epochs=4, clock=clock)
    progress.round, progress.rounds = 2, 5
    progress.take([_started()])
    clock.now += 5
    progress.take([_step(5)])
    assert progress.fraction == pytest.approx((1 + 5 / 40) / 5)
    assert progress.seconds_left == pytest.approx(35 + 3 * 40)


def test_a_pause_is_left_out():
    clock = Clock()
    progress = Progress(epochs=4, clock=clock)
    progress.take([_started()])
    clock.now += 1
    progress.pause()
    clock.now += 1000
    progress.resume()
    clock.now += 4
    progress.take([_step(5)])
    assert progress.seconds_left == pytest.approx(35)


def test_a_second_leg_measures_its_own_steps():
    clock = Clock()
    progress = Progress(epochs=5, clock=clock)
    progress.take([_started(step=40)])
    clock.now += 2
    progress.take([_step(41), Validated("run", 41, 4, {}, seconds=7.0, best=True)])
    assert progress.seconds_left == pytest.approx(2 * 9)
    assert progress.seconds_per_epoch == 7.0


def test_nothing_is_left_after_the_end():
    progress = Progress(epochs=1, clock=Clock())
    progress.take([_started(), _step(10), Finished("run", "finished", 10, message("Done."))])
    assert progress.seconds_left is None
    assert progress.fraction == 1.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.208, "0.21 s"), (4.13, "4.1 s"), (9.96, "10 s"), (33.4, "33 s"), (59.6, "1:00 min"),
        (125, "2:05 min"), (119.7, "2:00 min"), (3599.9, "1:00 h"), (3720, "1:02 h"), (7260, "2:01 h"),
    ],
)  # fmt: skip
def test_durations_read_well(seconds, words):
    assert duration(seconds) == words
