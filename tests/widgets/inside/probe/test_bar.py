"""The bar of the probe offers weights that become more with every epoch, and holds on to no earlier menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from widgets.inside.probe.bar import KeptEpoch, OtherRun, ProbeBar


def offered(bar):
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return len(bar.findChildren(QMenu)), len(bar.findChildren(QAction))


def test_menus_that_are_made_anew_leave_nothing_behind(qtbot):
    bar = ProbeBar()
    qtbot.addWidget(bar)
    moments = [KeptEpoch("run", step, f"epoch {step}") for step in range(20)]
    others = [OtherRun(f"run-{number}", f"Run {number}", ("now", "first")) for number in range(3)]
    bar.show_weights(("now", "first", "best"), others, moments[:10])
    menus, actions = offered(bar)
    for last in range(11, 21):
        bar.show_weights(("now", "first", "best"), others, moments[last - 10 : last])
    assert offered(bar) == (menus, actions)
    bar.show_weights(("now", "first", "best"), others[:1])
    assert offered(bar)[0] == menus - 3
    titles = [action.text() for action in bar.weights.menu().actions()]
    assert titles[-1] == "Run 0"
