"""The window is painted before anything is imported that its first picture does not need."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "pyqtgraph")

OPENED = f"""
import sys
from PySide6.QtCore import QEvent, QObject, QTimer
from app.start.start import make_application
from app.window.window import MainWindow
application = make_application()
window = MainWindow()
window.painted.connect(application.quit)
QTimer.singleShot(100_000, lambda: application.exit(1))
window.show()
code = application.exec()
print(*(heavy for heavy in {HEAVY} if heavy in sys.modules))
window.close()
sys.exit(code)
"""


def test_neither_torch_nor_the_charts_are_imported_before_the_window_is_painted():
    done = subprocess.run([sys.executable, "-c", OPENED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
