"""The program's window with the focus on the canvas, where the arrow keys go down every now and then."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from app.start.start import make_application
from app.window.window import MainWindow
from networks.presets.lenet import lenet5
from networks.project.project import Project
from widgets.canvas.view import CanvasView

application = make_application()
window = MainWindow(Project(network=lenet5()))
window.show()
window.activateWindow()
canvas = window.findChild(CanvasView)
canvas.setFocus()
timer = QTimer()
timer.timeout.connect(lambda: QTest.keyClick(canvas, Qt.Key.Key_Down))
timer.start(500)
QTimer.singleShot(60_000, application.quit)  # should nobody end it
application.exec()
