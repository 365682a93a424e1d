"""The trainer's thread: nothing lost, every ending told, and the window's thread never waits."""

from __future__ import annotations

import threading
import time
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QThread

from app.background.job import Job
from app.training import trainer as trainer_module
from app.training.leg import Beginning
from app.training.trainer import SHARE, SLOWEST_TICK_MS, TICK_MS, State, tick_ms
from networks.core.message import message
from networks.graph.edits import remove
from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from networks.runs.events import Failed, Finished, Started, Stepped, Validated
from networks.training.engine import run as run_module

PROJECT = first_project()
FEW = {"per_class": 20, "batch_size": 40}
SHORT = replace(PROJECT, recipe=with_settings(PROJECT.recipe, epochs=2, threads=1, **FEW))


class Scripted:
    """A run that yields what the test hands it, as fast as the thread asks."""

    script = staticmethod(lambda: iter(()))
    target_epochs = 1

    def __init__(self, project, id, **begun):
        self.closed = False
        self.thread = None
        self.last = 0

    def train(self, epochs, repeating):
        self.thread = QThread.currentThread()
        try:
            for event in type(self).script():
                self.last = getattr(event, "step", 0)
                yield event
        finally:
            self.closed = True

    def release(self):
        pass

    def hurry(self):
        pass

    def stopped(self):
        return (Finished("run", "stopped", self.last, message("Stopped.")),)


@pytest.fixture
def scripted(monkeypatch):
    def use(script):
        kind = type("Scripted", (Scripted,), {"script": staticmethod(script)})
        monkeypatch.setattr(run_module, "Run", kind)

    return use


def _steps(count):
    yield Started("run", "cpu", 1, count, 10, 10)
    for step in range(1, count + 1):
        yield Stepped("run", step, step / count, {"training loss": 1.0 / step})
    yield Finished("run", "finished", count, message("Done."))


def _idle(trainer):
    return lambda: trainer.state is State.IDLE


def test_a_real_run_arrives_whole(trainer, events, qtbot):
    trainer.start(SHORT)
    assert trainer.busy
    qtbot.waitUntil(_idle(trainer), timeout=60_000)
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "finished"
    steps = [event.step for event in events if isinstance(event, Stepped)]
    assert steps == list(range(1, 2 * events[0].steps_per_epoch + 1))
    assert len([event for event in events if isinstance(event, Validated)]) == 2


def test_twenty_thousand_events_arrive_in_order_in_few_signals(trainer, events, scripted, qtbot):
    signals = []
    trainer.events_arrived.connect(signals.append)
    scripted(lambda: _steps(20_001))
    trainer.start(SHORT)
    qtbot.waitUntil(_idle(trainer))
    assert [e.step for e in events if isinstance(e, Stepped)] == list(range(1, 20_002))
    assert len(signals) < 2_000


def test_a_window_with_much_to_draw_takes_the_events_less_often(trainer, scripted, qtbot):
    """Half of a core's time would be lost to a training thread that waits for the interpreter."""

    def draw(_):
        began = time.thread_time()
        while time.thread_time() - began < 0.05:
            pass

    trainer.events_arrived.connect(draw)
    scripted(lambda: _steps(500_000))
    trainer.start(SHORT)
    assert trainer._timer.interval() == TICK_MS
    qtbot.waitUntil(lambda: trainer._timer.interval() == SLOWEST_TICK_MS)
    trainer.stop()
    qtbot.waitUntil(_idle(trainer))


@given(st.floats(0, 10))
def test_the_window_needs_its_share_of_a_core_at_most_and_is_never_slow(used):
    after = tick_ms(used)
    assert TICK_MS <= after <= SLOWEST_TICK_MS
    assert used <= 1.01 * SHARE * after / 1000 or after == SLOWEST_TICK_MS


def test_it_trains_in_another_thread_and_tells_in_this_one(trainer, scripted, qtbot):
    told = []
    trainer.events_arrived.connect(
        lambda _: told.append(threading.current_thread() is threading.main_thread())
    )
    scripted(lambda: _steps(5))
    trainer.start(SHORT)
    qtbot.waitUntil(_idle(trainer))
    assert trainer.run.thread is not QThread.currentThread()
    assert told
    assert all(told)


def test_pause_holds_on_and_resume_goes_on(trainer, events, scripted, qtbot):
    scripted(lambda: _steps(50_000_000))
    trainer.start(SHORT)
    qtbot.waitUntil(lambda: trainer.state is State.TRAINING)
    trainer.pause()
    qtbot.waitUntil(lambda: not trainer._leg.box)
    held = len(events)
    # many chances to go on: the box stays empty through twenty ticks of the timer
    ticks = []
    trainer._timer.timeout.connect(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) > 20)
    assert len(events) <= held + 1
    assert trainer.state is State.PAUSED
    trainer.resume()
    qtbot.waitUntil(lambda: len(events) > held + 10)
    trainer.stop()
    qtbot.waitUntil(_idle(trainer))


@pytest.mark.parametrize("paused", [False, True])
def test_stop_keeps_the_run_and_says_so(trainer, events, scripted, qtbot, paused):
    scripted(lambda: _steps(50_000_000))
    trainer.start(SHORT)
    qtbot.waitUntil(lambda: trainer.state is State.TRAINING)
    if paused:
        trainer.pause()
    trainer.stop()
    assert trainer.state is State.STOPPING
    qtbot.waitUntil(_idle(trainer))
    assert events[-1].reason == "stopped"
    last = max(event.step for event in events if isinstance(event, Stepped))
    assert events[-1].step == last
    assert trainer.run.closed


def _raising(error):
    def script():
        yield from list(_steps(10))[:3]
        raise error

    return script


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied (64x400 and 256x120)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
        SystemExit(3),
        KeyboardInterrupt(),
        GeneratorExit(),
        ValueError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_raised_ends_as_a_sentence_and_training_can_start_again(
    trainer, events, scripted, qtbot, error
):
    scripted(_raising(error))
    trainer.start(SHORT)
    qtbot.waitUntil(_idle(trainer))
    assert isinstance(events[-1], Failed)
    assert str(events[-1].message)
    events.clear()
    scripted(lambda: _steps(3))
    trainer.start(SHORT)
    qtbot.waitUntil(_idle(trainer))
    assert events[-1].reason == "finished"


def test_a_network_that_does_not_fit_is_told_by_its_sentence(trainer, events, qtbot):
    broken = replace(SHORT, network=remove(SHORT.network, {"flatten1"}))
    trainer.start(broken)
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    assert isinstance(events[-1], Failed)
    assert "Flatten" in str(events[-1].message)


def test_one_epoch_more_goes_on_with_the_weights(trainer, events, qtbot):
    trainer.start(SHORT, epochs=1)
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    last = [e.step for e in events if isinstance(e, Stepped)][-1]
    events.clear()
    trainer.train_further()
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    steps = [e.step for e in events if isinstance(e, Stepped)]
    assert steps[0] == last + 1
    assert len(steps) == last


def test_close_while_training_waits_for_one_batch_only(trainer, scripted, qtbot):
    scripted(lambda: _steps(5_000_000))
    trainer.start(SHORT)
    qtbot.waitUntil(lambda: trainer.state is State.TRAINING)
    trainer.close()
    assert trainer.state is State.IDLE
    assert trainer.run.closed


@pytest.mark.slow
def test_fifty_runs_leave_no_thread_behind(trainer, scripted, qtbot):
    scripted(lambda: _steps(3))
    before = threading.active_count()
    for _ in range(50):
        trainer.start(SHORT)
        qtbot.waitUntil(_idle(trainer))
    assert threading.active_count() <= before + 1
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert QCoreApplication.instance().findChildren(QThread) == []
    assert trainer.findChildren(Job) == []


def test_a_run_stopped_before_its_first_epoch_gives_memory_back(trainer, events, qtbot, monkeypatch):
    given = []
    monkeypatch.setattr(trainer_module, "give_back_memory", lambda: given.append(True))
    # an epoch of many steps
    trainer.start(replace(PROJECT, recipe=with_settings(PROJECT.recipe, batch_size=1, threads=1)))
    qtbot.waitUntil(lambda: any(isinstance(event, Stepped) for event in events), timeout=30_000)
    trainer.stop()
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=30_000)
    assert given == [True]
    assert all(weight.grad is None for weight in trainer.run.module.parameters())


def test_the_next_run_finds_the_last_one_gone(trainer, qtbot, monkeypatch):
    trainer.start(SHORT, epochs=1)
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    former = weakref.ref(trainer.run)
    weights = weakref.ref(next(trainer.run.module.parameters()))
    gone = []

    class Watching(Scripted):
        def __init__(self, project, id, **begun):
            super().__init__(project, id)
            gone.append((former() is None, weights() is None))

    monkeypatch.setattr(run_module, "Run", Watching)
    trainer.start(SHORT)
    qtbot.waitUntil(_idle(trainer))
    assert gone == [(True, True)]


def test_releasing_changes_nothing_in_what_follows(trainer):
    rested, other = run_module.Run(SHORT), run_module.Run(SHORT)
    for run in (rested, other):
        list(run.train(1))
    rested.release()
    values = [[each.values for each in run.train(1) if isinstance(each, Stepped)] for run in (rested, other)]
    assert values[0] == values[1]


def test_a_single_step_is_seen_and_the_run_goes_on_from_there(trainer, events, qtbot):
    seen = []
    trainer.step_seen.connect(seen.append)
    trainer.start(SHORT, beginning=Beginning(single=True))
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    trainer.step()
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    assert [story.step for story in seen] == [1, 2]
    assert [event.step for event in events if isinstance(event, Stepped)] == [1, 2]
    assert all(story.difference < 1e-5 for story in seen)
    assert events[-1].reason == "stopped"
    trainer.train_further()
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    assert trainer.run.step == trainer.run.steps_per_epoch
    # behind the end of the recipe there is a step more all the same
    trainer.run.target_epochs = 1
    trainer.step()
    qtbot.waitUntil(_idle(trainer), timeout=30_000)
    assert seen[-1].step == trainer.run.steps_per_epoch + 1


def test_a_run_that_pauses_makes_a_step_that_is_seen_and_pauses_again(trainer, events, qtbot):
    seen = []
    trainer.step_seen.connect(seen.append)
    trainer.start(replace(SHORT, recipe=with_settings(SHORT.recipe, epochs=10_000)))
    qtbot.waitUntil(lambda: trainer.state is State.TRAINING, timeout=30_000)
    trainer.pause()
    for count in (1, 2):
        trainer.step()
        qtbot.waitUntil(lambda count=count: len(seen) == count, timeout=30_000)
        assert trainer.state is State.PAUSED
    qtbot.waitUntil(lambda: trainer.run.step == seen[-1].step)
    assert seen[1].step == seen[0].step + 1
    trainer.stop()
    qtbot.waitUntil(_idle(trainer))
    assert trainer.run.step == seen[-1].step
