"""A job answers once, in the window's thread, whatever happens; and afterwards nothing of it is left."""

from __future__ import annotations

import gc
import logging
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread
from shiboken6 import isValid

from app.background import job as job_module
from app.background.job import Job, wait_for_all
from networks.core.message import UserError, message

LONG = 20
"""Seconds after which a gate gives up; no test waits for that long unless something is broken."""


class Owner(QObject):
    """Keeps what its jobs tell, and in which thread it was told."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.told = []
        self.threads = set()

    def done(self, result):
        self._keep("done", result)

    def failed(self, reason):
        self._keep("failed", str(reason))

    def ended(self):
        self._keep("ended", None)

    def progress(self, share):
        self._keep("progress", share)

    def _keep(self, kind, value):
        self.told.append((kind, value))
        self.threads.add(threading.current_thread())

    def job(self, work, **options):
        return Job(work, self.done, self.failed, self.progress, owner=self, ended=self.ended, **options)


@pytest.fixture
def owner(qtbot):
    owner = Owner()
    yield owner
    if isValid(owner):
        for job in owner.findChildren(Job):
            job.close()
        delete(owner)
    assert threads() == []


def threads():
    """The threads that still run; what is to be deleted is deleted first."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [t for t in QCoreApplication.instance().findChildren(QThread) if t.isRunning()]


def delete(thing):
    thing.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Gate:
    """Work that goes on until the test lets it go."""

    def __init__(self, outcome=None):
        self.begun, self.open = threading.Event(), threading.Event()
        self.outcome = outcome
        self.thread = None

    def __call__(self, task):
        self.thread = QThread.currentThread()
        self.begun.set()
        assert self.open.wait(LONG)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def begin(owner, gate, **options):
    job = owner.job(gate, **options)
    job.start()
    assert gate.begun.wait(LONG)
    return job


def ended(job):
    return lambda: not job.running


def test_the_result_comes_into_the_window_s_thread(owner, qtbot):
    result = object()
    gate = Gate(result)
    job = begin(owner, gate)
    assert job.running
    assert owner.told == []
    gate.open.set()
    qtbot.waitUntil(ended(job))
    assert owner.told == [("ended", None), ("done", result)]
    assert owner.threads == {threading.main_thread()}
    assert gate.thread is not QThread.currentThread()


def test_answers_that_are_lambdas_are_called_in_the_window_s_thread_too(owner, qtbot):
    seen = []
    job = Job(
        lambda task: task.report(0.5),
        lambda result: seen.append(("done", QThread.currentThread())),
        lambda reason: seen.append(("failed", None)),
        lambda share: seen.append(("progress", QThread.currentThread())),
        owner=owner,
    )
    job.start()
    qtbot.waitUntil(ended(job))
    assert seen == [("progress", owner.thread()), ("done", owner.thread())]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserError(message("Expected {a}.", a="more")), "Expected more."),
        (RuntimeError("odd"), "This broke off. The reason that was given: RuntimeError: odd"),
        (MemoryError(), "This broke off. The reason that was given: MemoryError: "),
        (SystemExit(3), "This broke off. The reason that was given: SystemExit: 3"),
        (KeyboardInterrupt(), "This broke off. The reason that was given: KeyboardInterrupt: "),
        (GeneratorExit(), "This broke off. The reason that was given: GeneratorExit: "),
        (BaseException("x"), "This broke off. The reason that was given: BaseException: x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_is_raised_becomes_a_sentence(owner, qtbot, caplog, error, sentence):
    gate = Gate(error)
    job = begin(owner, gate)
    gate.open.set()
    qtbot.waitUntil(ended(job))
    assert owner.told == [("ended", None), ("failed", sentence)]
    assert owner.threads == {threading.main_thread()}
    # what the user can mend is no news for the log
    records = [] if isinstance(error, UserError) else [logging.ERROR]
    assert [record.levelno for record in caplog.records] == records
    # a record that held the error would hold all that the error holds
    assert all(record.exc_info is None for record in caplog.records)


class MuteError(Exception):
    def __str__(self):
        raise ValueError("nothing can be said")


@pytest.mark.parametrize("explain", [job_module.broke_off, lambda error: {}["missing"]])
def test_an_error_that_cannot_be_explained_is_told_all_the_same(owner, qtbot, explain):
    gate = Gate(MuteError())
    job = begin(owner, gate, explain=explain)
    gate.open.set()
    qtbot.waitUntil(ended(job))
    assert owner.told == [("ended", None), ("failed", "This broke off; the log says why.")]


def test_an_own_sentence_is_taken_for_what_is_no_user_error(owner, qtbot):
    for error, sentence in ((ValueError("x"), "ValueError, alas"), (UserError(message("a")), "a")):
        owner.told.clear()
        gate = Gate(error)
        job = begin(owner, gate, explain=lambda error: message("{n}, alas", n=type(error).__name__))
        gate.open.set()
        qtbot.waitUntil(ended(job))
        assert owner.told[-1] == ("failed", sentence)


def test_a_job_that_was_cancelled_before_it_began_does_nothing(owner, qtbot):
    called = []
    job = owner.job(called.append)
    job.cancel()
    job.start()
    qtbot.waitUntil(ended(job))
    assert called == []
    assert owner.told == [("ended", None)]


@pytest.mark.parametrize("outcome", [42, RuntimeError("too late"), UserError(message("too late"))], ids=repr)
def test_what_was_cancelled_is_neither_done_nor_failed(owner, qtbot, outcome):
    gate = Gate(outcome)
    job = begin(owner, gate)
    job.cancel()
    gate.open.set()
    qtbot.waitUntil(ended(job))
    assert owner.told == [("ended", None)]


def test_the_function_sees_that_it_is_cancelled(owner, qtbot):
    begun = threading.Event()

    def work(task):
        while task.report(0.5):
            begun.set()
        assert task.cancelled

    job = owner.job(work)
    job.start()
    assert begun.wait(LONG)
    job.cancel()
    qtbot.waitUntil(ended(job))
    assert owner.told[-1] == ("ended", None)
    assert not [kind for kind, _ in owner.told if kind in ("done", "failed")]


@given(shares=st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_progress_comes_in_order_and_the_last_one_always(qapp, shares):
    owner = Owner()

    def work(task):
        for share in shares:
            task.report(share)

    job = owner.job(work)
    job.start()
    while job.running:
        QCoreApplication.processEvents()
    told = [value for kind, value in owner.told if kind == "progress"]
    assert told[-1] == shares[-1]
    # what was told is a part of what was reported, in its order; a share may be told twice
    rest = iter(shares)
    last = None
    for share in told:
        assert share == last or share in rest
        last = share
    assert [kind for kind, _ in owner.told][-2:] == ["ended", "done"]
    delete(owner)


def test_a_million_reports_do_not_flood_the_window(owner, qtbot):
    def work(task):
        for step in range(1_000_000):
            task.report(step)

    job = owner.job(work)
    job.start()
    job.wait()
    QCoreApplication.processEvents()
    # nobody looked while it ran, so at most one was on its way, and came too late
    assert owner.told == [("ended", None), ("done", None)]


def test_waiting_answers_at_once_and_only_once(owner, qtbot):
    gate = Gate(7)
    work = weakref.ref(gate)
    job = begin(owner, gate)
    gate.open.set()
    del gate
    job.wait()
    assert owner.told == [("ended", None), ("done", 7)]
    assert work() is None
    job.wait()
    assert threads() == []
    QCoreApplication.processEvents()
    assert owner.told == [("ended", None), ("done", 7)]


def test_closing_waits_and_answers_nothing(owner, qtbot):
    begun = threading.Event()
    returned = []

    def work(task):
        begun.set()
        while not task.cancelled:
            pass
        returned.append(True)

    job = owner.job(work)
    job.start()
    assert begun.wait(LONG)
    job.close()
    assert returned == [True]
    assert not job.running
    job.close()
    assert threads() == []
    QCoreApplication.processEvents()
    assert owner.told == []


def test_a_job_that_never_starts_leaves_nothing(owner):
    before = QCoreApplication.instance().findChildren(QThread)
    closed, forgotten = owner.job(lambda task: None), owner.job(lambda task: None)
    assert not closed.running
    closed.wait()
    closed.close()
    delete(forgotten)
    assert threads() == []
    assert QCoreApplication.instance().findChildren(QThread) == before
    assert owner.told == []


def test_a_job_outlives_its_owner_and_is_cancelled(owner, qtbot):
    # the test's own reference: the owner and its job are gone when this answers
    told, seen = owner.told, []
    begun, go = threading.Event(), threading.Event()

    def work(task):
        begun.set()
        assert go.wait(LONG)
        seen.append(task.cancelled)

    job = owner.job(work)
    job.start()
    assert begun.wait(LONG)
    delete(owner)
    assert not isValid(job)
    (thread,) = threads()
    go.set()
    qtbot.waitUntil(lambda: not isValid(thread))
    assert seen == [True]
    assert told == []


def test_at_the_end_of_the_program_nothing_runs(owner, qtbot):
    begun = threading.Event()

    def work(task):
        begun.set()
        while not task.cancelled:
            pass

    job = owner.job(work)
    job.start()
    assert begun.wait(LONG)
    delete(owner)
    wait_for_all()
    assert threads() == []


def test_an_answer_may_start_the_next_job_and_may_raise(owner, qtbot):
    order = []

    def next_one(result):
        assert not first.running
        order.append(result)
        second = owner.job(lambda task: "second")
        second.start()
        raise ValueError("the answer's own mistake")

    first = Job(lambda task: "first", next_one, owner.failed, owner=owner)
    with qtbot.captureExceptions() as caught:
        first.start()
        qtbot.waitUntil(lambda: ("done", "second") in owner.told)
    assert order == ["first"]
    assert [kind for kind, _, _ in caught] == [ValueError]


class Thing:
    """Something that a reference can be kept weakly to."""


@pytest.fixture
def no_collector():
    """Python's cyclic collector is off, as it is in the program between two ticks of a timer."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.slow
def test_two_hundred_jobs_in_turn_leave_no_thread_and_no_object(owner, qtbot, no_collector):
    kept = []

    def run_one(number):
        thing, result = Thing(), Thing()

        def work(task):
            task.report(0.5)
            assert thing
            if number % 2:
                raise RuntimeError("odd")
            return result

        job = owner.job(work)
        kept.extend(weakref.ref(one) for one in (thing, result, work, job))
        job.start()
        return job

    before = threading.active_count()
    for number in range(200):
        job = run_one(number)
        qtbot.waitUntil(ended(job))
        del job
        owner.told.clear()
    assert threads() == []
    assert owner.findChildren(Job) == []
    assert QCoreApplication.instance().findChildren(QThread) == []
    # Python remembers a thread of Qt by the system's number for it, of which a few come in turn
    assert threading.active_count() <= before + 3
    assert [reference() for reference in kept if reference() is not None] == []


@pytest.mark.parametrize("cyclic", [False, True])
def test_what_a_failed_step_held_is_freed_without_a_collection(owner, qtbot, no_collector, caplog, cyclic):
    held = []

    def step(depth):
        thing = Thing()
        held.append(weakref.ref(thing))
        if depth:
            step(depth - 1)
        elif cyclic:
            try:
                raise KeyError("first")
            except KeyError as error:
                # a name for the error in its own frame: traceback and error hold each other
                kept = error
                raise RuntimeError("second") from kept
        raise RuntimeError("first")

    job = owner.job(lambda task: step(3))
    job.start()
    qtbot.waitUntil(ended(job))
    assert owner.told[-1][0] == "failed"
    assert len(held) == 4
    assert [reference() for reference in held if reference() is not None] == []


def test_what_the_function_refers_to_is_let_go_in_the_window_s_thread(owner, qtbot, no_collector):
    freed = []

    class Watched:
        def __del__(self):
            freed.append(threading.current_thread())

    def start():
        watched = Watched()
        job = owner.job(lambda task: watched is None)
        job.start()
        return job

    job = start()
    qtbot.waitUntil(ended(job))
    assert freed == [threading.main_thread()]


def test_a_stack_as_large_as_was_asked_for(owner, qtbot):
    sizes = []

    def work(task):
        sizes.append(QThread.currentThread().stackSize())

    job = owner.job(work, stack=16 * 2**20)
    job.start()
    job.wait()
    assert sizes == [16 * 2**20]
