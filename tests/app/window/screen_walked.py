"""The program's window with the focus on the canvas, where the arrow keys go down once a reader listens.

Given two files: it makes the first when its window is there and has the focus, and waits for the second.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from app.start.start import make_application
from app.window.window import MainWindow
from networks.presets.lenet import lenet5
from networks.project.project import Project
from widgets.canvas.view import CanvasView

shown, listening = map(Path, sys.argv[1:])
application = make_application()
window = MainWindow(Project(network=lenet5()))
window.show()
canvas = window.findChild(CanvasView)


def go_on() -> None:
    if not (window.isActiveWindow() and canvas.hasFocus()):
        # without a window manager the system may overlook a request made before the window is mapped
        window.activateWindow()
        canvas.setFocus()
    elif not shown.exists():
        shown.touch()
    elif listening.exists():
        QTest.keyClick(canvas, Qt.Key.Key_Down)


timer = QTimer()
timer.timeout.connect(go_on)
timer.start(500)
QTimer.singleShot(280_000, application.quit)  # should nobody end it
application.exec()
