"""Start to painted window, beside an empty window: `python tests/benchmarks/start_to_painted.py`.

The empty one is of PySide6 and pyqtgraph. Both are started in turn as processes of their own; the time runs
from before the process is made to after the window's first paint. Target: at most twice the empty one's time.

Both find their modules compiled, as after an installation or a first start, in a folder that is made for it:
compiling what Python finds as source alone takes 0.2 s, and the libraries are never found like that.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 9

WATCH = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Watch(QObject):
    seen = False
    def eventFilter(self, watched, event):
        seen = self.seen or not watched.isWidgetType() or not isinstance(watched.window(), QMainWindow)
        if event.type() == QEvent.Type.Paint and not seen:
            self.seen = True
            self.torch = "torch" in sys.modules
            QTimer.singleShot(0, self.tell)
        return False
    def tell(self):
        print(time.time(), self.torch, flush=True)
        import os; os._exit(0)
"""

EMPTY = (
    WATCH
    + """
import pyqtgraph
application = QApplication([])
watch = Watch(); application.installEventFilter(watch)
window = QMainWindow(); window.setCentralWidget(pyqtgraph.PlotWidget()); window.resize(1480, 920)
window.show()
application.exec()
"""
)

OURS = (
    WATCH
    + """
from app.start import start as startup
application = startup.make_application()
watch = Watch(); application.installEventFilter(watch)
startup.run_window(None)
"""
)


def seconds(script: str, compiled: str) -> float:
    """One start, in seconds; `compiled` is the folder of compiled modules."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": "/nonexistent",
        "PYTHONPYCACHEPREFIX": compiled,
        "PYTHONDONTWRITEBYTECODE": "",
    }
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    painted, torch = done.stdout.split()
    assert torch == "False", "torch was imported before the window was painted"
    return float(painted) - began


def main() -> None:
    """Prints medians and their ratio."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    times: dict[str, list[float]] = {"empty": [], "Backbone": []}
    with tempfile.TemporaryDirectory() as compiled:
        for round_number in range(ROUNDS + 1):
            for name, script in (("empty", EMPTY), ("Backbone", OURS)):
                taken = seconds(script, compiled)
                if round_number:  # the first round compiles, and fills the disk cache
                    times[name].append(taken)
    empty, ours = statistics.median(times["empty"]), statistics.median(times["Backbone"])
    print(f"empty PySide6 + pyqtgraph window  {1000 * empty:6.0f} ms (median of {ROUNDS})")
    print(f"Backbone                          {1000 * ours:6.0f} ms")
    print(f"ratio                             {ours / empty:6.2f}   (target: at most 2)")


if __name__ == "__main__":
    main()
