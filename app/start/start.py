"""Opens the window, and arranges what has to happen before and after."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from app.background.job import wait_for_all
from app.session.places import data_folder
from app.start.crash import CrashReporter
from app.start.garbage import GarbageCollector
from app.start.start_mark import StartMark

if TYPE_CHECKING:
    from app.feature.desk import Desk
    from app.window.window import MainWindow


TURN = 0.0005
"""Seconds for which one thread runs Python while another one waits for its turn; 0.005 is Python's own.

A thread that trains gives up its turn with every operation of torch and then waits for the next one: while
the window paints, as long as all of this each time. Measured with LeNet-5 on two cores: of a second of
painting the training waits 1.3 s with 0.005, 0.55 s with 0.001 and 0.39 s with 0.0002.
"""


def make_application() -> QApplication:
    """The one QApplication, with the names under which Qt files the user's settings."""
    sys.setswitchinterval(TURN)
    QCoreApplication.setOrganizationName("Backbone")
    QCoreApplication.setApplicationName("Backbone")
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])


def run_window(path: Path | None) -> int:
    """Opens the window, with a project file where one is given, and gives the exit code."""
    application = make_application()
    # imported late: the command line, too, comes through this file
    from app.window.window import MainWindow

    reporter = CrashReporter(data_folder())
    mark = StartMark(data_folder())
    window = MainWindow(plain=mark.left_over)
    window.show()
    collector = GarbageCollector(window)
    spare_what_stays(window.desk, collector)
    # after the first paint, which shares the interpreter with what is loaded in the background
    window.painted.connect(window.begin)
    window.painted.connect(partial(_begin, window, path, reporter))
    window.painted.connect(mark.take_away)
    code = application.exec()
    if window.ended_early:
        # a thread is in the middle of a batch: it can be neither waited for nor stopped, and writes no file
        reporter.close()
        end_at_once(code)
    wait_for_all()
    reporter.close()
    gc.enable()
    return code


def spare_what_stays(desk: Desk, collector: GarbageCollector) -> None:
    """Lets the collector pass over what is there for good, which it would look through each time.

    Those are torch and its 400,000 objects, and the window with all panels when they are made. If a run has
    begun before, its network is among them and would never be freed: then the panels are looked through.
    """
    desk.torch_loaded.connect(collector.freeze)
    desk.made_ahead.connect(lambda: collector.freeze() if desk.trainer.run is None else None)


def end_at_once(code: int) -> NoReturn:
    """Ends the process although threads are at work, without the steps of a usual end, which they disturb."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


def _begin(window: MainWindow, path: Path | None, reporter: CrashReporter) -> None:
    """Asks or shows what there is to ask or show, once the window is painted."""
    reporter.show_last_crash(window)
    if path is not None:
        window.desk.files.open_path(path)
