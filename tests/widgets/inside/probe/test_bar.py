"""The bar of the probe offers weights that become more with every epoch, and holds on to no earlier menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from widgets.inside.probe.bar import KeptEpoch, OtherRun, ProbeBar
from widgets.inside.probe.options import Options


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


def test_another_epoch_of_a_run_moves_nothing_in_the_bar(qtbot, monkeypatch):
    bar = ProbeBar()
    qtbot.addWidget(bar)
    bar.resize(420, bar.sizeHint().height())
    bar.show()
    bar.show_options(Options(), "now, epoch 8.8")
    fitted = []
    fit = bar._fit
    monkeypatch.setattr(bar, "_fit", lambda: (fitted.append(bar.weights.text()), fit()))
    bar.show_options(Options(), "now, epoch 8.1")
    assert bar.weights.text() == "now, epoch 8.1"
    assert fitted == []
    # wider words, and other weights, may need other room
    bar.show_options(Options(), "now, epoch 188.8")
    bar.show_options(Options(weights="best"), "best, epoch 8")
    assert fitted == ["now, epoch 188.8", "best, epoch 8"]
