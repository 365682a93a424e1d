"""The window at every size: what trains is in sight, nothing lies over anything else or leaves the window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

SIZES = """
import sys
from itertools import combinations
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QToolButton, QWidget
from app.start.start import make_application
application = make_application()
from app.window.window import MainWindow
from networks.core.finding import Finding
from networks.core.message import message
from networks.runs.events import Started, Stepped, Validated
from networks.runs.progress import Progress
from app.features.runs.training import Training

DIRECT = Qt.FindChildOption.FindDirectChildrenOnly

def box(widget, window):
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())

def whole(widget, window, where):
    place = box(widget, window)
    assert widget.isVisible() and not widget.visibleRegion().isEmpty(), (where, widget, place)
    assert window.rect().contains(place), (where, widget.objectName(), place)
    least = widget.minimumSizeHint()
    assert place.width() >= least.width(), (where, widget.objectName(), "squeezed", place, least)

def look(window, where):
    bar = window.feature(Training).bar
    progress = bar.progress
    vital = [bar.main_button, bar.stop_button, bar.further_button, progress]
    if not progress._reason.isVisible():
        vital += [progress._epoch, progress._left, progress._bar]
    for widget in vital:
        whole(widget, window, where)
    zones = [window.top_bar, window.zones.palette_zone, window.zones.canvas, window.zones.tabs,
             window.zones.inspector, window.statusBar()]
    zones = [zone for zone in zones if zone.isVisible()]
    on_bar = [widget for widget in window.top_bar.findChildren(QWidget, options=DIRECT) if widget.isVisible()]
    on_bar = [widget for widget in on_bar if not widget.isWindow()]
    for widget in (*zones, *on_bar):
        place = box(widget, window)
        assert window.rect().contains(place), (where, widget.objectName() or widget, place)
    for group in (zones, on_bar):
        for one, other in combinations(group, 2):
            assert not box(one, window).intersects(box(other, window)), (where, one, other)
    assert window.zones.canvas.width() >= 240, where
    tabs = window.zones.tabs
    arrows = [each for each in tabs.tabBar().findChildren(QToolButton) if each.isVisible()]
    assert tabs.isHidden() or not arrows, (where, "the tabs do not fit")
    if not tabs.isHidden():
        visible = [index for index in range(tabs.count()) if tabs.isTabVisible(index)]
        last = max(tabs.tabBar().tabRect(index).right() for index in visible)
        end = tabs.width() if tabs.more.isHidden() else tabs.more.x()
        assert last < end, (where, "tabs", last, end)
    inspector = window.zones.inspector
    if inspector.drawer_shown or not inspector.on_rail:
        for seat, section in inspector.sections.items():
            least = section.body.minimumSizeHint().width()
            assert not section.body.isVisible() or section.body.width() >= least, (where, seat.panel.name)

def progress():
    clock = iter(range(0, 10**6, 900))
    told = Progress(100, clock=lambda: float(next(clock)))
    for event in (Started("run", "cpu", 1, steps_per_epoch=10, training_images=100, validation_images=20),
                  Stepped("run", 10, 10.0, {}), Validated("run", 10, 1, {}, 36_000.0, True),
                  Stepped("run", 12, 40_000.0, {})):
        told.take([event])
    return told

window = MainWindow()
window.show()
window.desk.files.title = lambda: "A project with quite a long name indeed.json*"
window._show_title()
bar = window.feature(Training).bar
bar.show_stage("training")
bar.show_progress(progress())
assert "h left" in bar.words(), bar.words()
step = int(sys.argv[1])
assert window.minimumWidth() <= 960 and window.minimumHeight() <= 540
for stage in ("training", "idle"):
    bar.show_stage(stage)
    if stage == "idle":
        bar.show_findings((Finding("misfit", "fc1", message("Expected a vector of 400 numbers, got an image: "
                                                           "put a Flatten before this layer.")),))
    for width in [*range(1920, 959, -step), 960, *range(961, 1921, step)]:
        height = 540 + (width - 960) * 540 // 960
        window.resize(width, height)
        application.processEvents()
        assert (window.width(), window.height()) == (width, height)
        look(window, (stage, width, height))
    for height in range(540, 1081, 60):
        window.resize(960, height)
        application.processEvents()
        look(window, (stage, 960, height))
# drawers by hand, at the narrowest
for seat in window.zones.inspector.sections:
    seat.bring()
    application.processEvents()
    look(window, ("drawer", seat.panel.name))
    assert seat.panel.widget.isVisible()
window.zones.seats["palette"].bring()
application.processEvents()
application.processEvents()
look(window, "palette")
assert window.zones.seats["palette"].panel.widget.isVisible()
window.desk.document.history.setClean()
window.close()
print("whole at every size")
"""


@pytest.mark.parametrize(
    ("scale", "text", "step"),
    [
        *(
            pytest.param(*each, marks=pytest.mark.slow)
            for each in [
                ("2", 144, 60),
                ("1", 96, 11),
                ("1.25", 96, 60),
                ("1.5", 96, 60),
                ("2", 96, 60),
                ("1", 144, 24),
            ]
        ),
    ],
)
def test_the_window_is_whole_at_every_size(tmp_path, scale, text, step):
    _whole_at_every_size(tmp_path, step, QT_SCALE_FACTOR=scale, QT_FONT_DPI=str(text))


@pytest.mark.parametrize("text", [120, pytest.param(144, marks=pytest.mark.slow)])
def test_the_window_is_whole_with_larger_text(tmp_path, text):
    """Only the system's text is larger, at 125 and 150 %; everything else has its usual size."""
    _whole_at_every_size(tmp_path, 60, QT_ENABLE_HIGHDPI_SCALING="0", QT_FONT_DPI=str(text))


def _whole_at_every_size(tmp_path, step, **environment):
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, "-c", SIZES, str(step)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.stdout == "whole at every size\n", done.stderr[-2000:]
