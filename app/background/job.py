"""A job: one function that runs in a thread beside the window, and answers in the window's thread.

The rules for threads in a Qt program are kept here, so that nobody who has work to do needs to know them:

* The function and all that it refers to are let go in the window's thread, after the thread has ended.
  A Qt object that is freed in another thread crashes the program.
* Whatever the function raises is caught, even `SystemExit`. An exception that leaves `QThread.run` is lost.
* Errors are passed on as text, outside the `except` block, and the frames of their traceback are cleared.
  A traceback keeps every tensor of the step that broke alive, and in a cycle until the next collection.
* The job itself calls its answers, in the window's thread. A lambda connected to a signal of a thread would
  run in that thread.
* A thread is never killed. It outlives an owner that is deleted, is then cancelled, and frees itself.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal, Slot
from shiboken6 import Shiboken

from app.background.log import LOG
from networks.core.message import Message, UserError, message

Result = TypeVar("Result")


def reason_of(error: BaseException) -> str:
    """What Python says of an error, in one line: `RuntimeError: out of memory`."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def broke_off(error: BaseException) -> Message:
    """The sentence for an error that nobody foresaw."""
    return message("This broke off. The reason that was given: {reason}", reason=reason_of(error))


class Task:
    """What the function sees of its job. Its methods are for the job's thread."""

    def __init__(self) -> None:
        self.cancelled = False
        """Whether nobody wants the result any more. The function may return anything then."""
        self.share = 0.0
        """The newest progress; those before it that were not shown in time are skipped."""
        self._news: Callable[[], None] | None = None
        self._told = False

    def report(self, share: float) -> bool:
        """Reports the share of the work that is done, 0 to 1. False once the job is cancelled."""
        self.share = share
        if self._news is not None and not self._told:
            self._told = True
            self._news()
        return not self.cancelled

    def connect(self, news: Callable[[], None] | None) -> None:
        """Has `news` called when there is progress to show."""
        self._news = news

    def take(self) -> float:
        """The newest progress, for the window's thread; the next one is news again."""
        # in this order: what is reported in between is told once more rather than not at all
        self._told = False
        return self.share


Work = Callable[[Task], Result]


class _Answers(NamedTuple):
    """Whom a job tells."""

    done: Callable[[Any], None]
    failed: Callable[[Message], None]
    progress: Callable[[float], None] | None
    ended: Callable[[], None] | None


class Job(QObject, Generic[Result]):
    """Runs `work` once in a thread, and then calls `done` with its result or `failed` with the reason.

    `owner` is the object that the job works for. If it is deleted, the job is cancelled and answers nothing.
    `progress` is called with the share of the work that is done, as often as the window has time for it.
    `ended` is called before `done` or `failed`, and alone after `cancel`: what was cancelled is neither.
    A UserError brings its own reason. Any other error is logged, and `explain` makes a sentence of it, in the
    job's thread. `stack` is the size of the thread's stack in bytes; 0 leaves it to the system.
    """

    def __init__(
        self,
        work: Work[Result],
        done: Callable[[Result], None],
        failed: Callable[[Message], None],
        progress: Callable[[float], None] | None = None,
        *,
        owner: QObject,
        ended: Callable[[], None] | None = None,
        explain: Callable[[BaseException], Message] = broke_off,
        stack: int = 0,
    ) -> None:
        super().__init__(owner)
        self._task = Task()
        self._answers: _Answers | None = _Answers(done, failed, progress, ended)
        self._thread: _Thread | None = _Thread(work, self._task, explain, stack)
        self._started = False
        self.destroyed.connect(self._thread.forsake)

    @property
    def running(self) -> bool:
        """Whether the job has started and has not answered yet. False when its answers are called."""
        return self._started and self._thread is not None

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants the result any more."""
        return self._task.cancelled

    def start(self) -> None:
        """Starts the thread, once."""
        assert not self._started
        self._started = True
        thread = self._thread
        assert thread is not None
        thread.reported.connect(self._show_progress)
        thread.finished.connect(self._end)
        thread.finished.connect(thread.free)
        thread.start()

    @Slot()
    def cancel(self) -> None:
        """The result is not wanted any more: once the function returns, only `ended` is called."""
        self._task.cancelled = True

    def wait(self) -> None:
        """Waits until the function has returned, and answers at once. For the window's thread."""
        if self.running:
            self._end()

    def close(self) -> None:
        """Cancels, waits until the function has returned, and answers nothing at all."""
        self.cancel()
        thread, self._thread, self._answers = self._thread, None, None
        if thread is not None:
            thread.wait()
            thread.free()
            self.deleteLater()

    @Slot()
    def _show_progress(self) -> None:
        share = self._task.take()
        if self._answers is not None and self._answers.progress is not None and not self._task.cancelled:
            self._answers.progress(share)

    @Slot()
    def _end(self) -> None:
        thread, answers = self._thread, self._answers
        if thread is None or answers is None:
            # it was closed or waited for, and this is the signal that comes late
            return
        thread.wait()
        self._thread = self._answers = None
        result, problem = thread.result, thread.problem
        thread.free()
        del thread
        self.deleteLater()
        if answers.ended is not None:
            answers.ended()
        if self._task.cancelled:
            return
        if problem is None:
            answers.done(result)
        else:
            answers.failed(problem)


_THREADS: list[QThread] = []
"""All threads, until Qt has deleted them.

When Qt deletes one, PySide looks up its Python object, waits until it may run Python, and then uses it. With
no other reference to it, it may be freed in between: a segmentation fault, seen once in dozens of tests.
"""


class _Thread(QThread):
    """Runs the function. It belongs to the application, as its job may be deleted before it has ended."""

    reported = Signal()
    """There is progress to show."""

    def __init__(
        self, work: Work[Any], task: Task, explain: Callable[[BaseException], Message], stack: int
    ) -> None:
        super().__init__(QCoreApplication.instance())
        if stack:
            self.setStackSize(stack)
        self._work: Work[Any] | None = work
        self._task, self._explain = task, explain
        self.result: Any = None
        self.problem: Message | None = None
        # jobs are made in the window's thread: what Qt has deleted since the last one is let go there
        _THREADS[:] = [*filter(Shiboken.isValid, _THREADS), self]

    @Slot()
    def forsake(self) -> None:
        """The job is gone: nobody wants the result."""
        self._task.cancelled = True
        if not self.isRunning():
            self.free()

    def run(self) -> None:
        work = self._work
        assert work is not None
        if self._task.cancelled:
            return
        self._task.connect(self.reported.emit)
        self.problem = message("This broke off; the log says why.")
        try:
            self.result = work(self._task)
            self.problem = None
        except BaseException as error:  # noqa: BLE001  whatever it is, the window is told; SystemExit would be lost
            # an error that cannot even be printed leaves the sentence from above
            with suppress(BaseException):
                self.problem = _told(error, self._explain)
            _clear(error)

    @Slot()
    def free(self) -> None:
        """Lets go of everything, in the window's thread and after the end; may be called again."""
        if self._work is None:
            return
        self.wait()
        self._work = self.result = self.problem = None
        self._explain = broke_off
        self._task.connect(None)
        self.deleteLater()


def _told(error: BaseException, explain: Callable[[BaseException], Message]) -> Message:
    """The sentence for an error. Text only, also in the log, whose records may be kept."""
    if isinstance(error, UserError):
        return error.reason
    LOG.error("a job broke off\n%s", "".join(traceback.format_exception(error)))
    return explain(error)


def _clear(error: BaseException) -> None:
    """Empties the frames that the error came through, and those of the errors that it followed."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        found = pending.pop()
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            traceback.clear_frames(found.__traceback__)
            pending += [found.__cause__, found.__context__]


def wait_for_all() -> None:
    """Cancels the jobs that still run, those of deleted owners included, and waits: the program ends."""
    application = QCoreApplication.instance()
    assert application is not None
    for thread in application.findChildren(_Thread):
        thread.forsake()
        thread.wait()
