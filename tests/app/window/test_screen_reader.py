"""A screen reader in a process of its own, over the real bus, finds the cards and follows the arrow keys."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from networks.presets.lenet import lenet5

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
# the display, the bus and the program end with the reader
SESSION = """
Xvfb -displayfd 4 -screen 0 1480x920x24 -nolisten tcp 4>"$FOLDER/display" 2>/dev/null & screen=$!
trap 'kill $program $screen 2>/dev/null; wait' EXIT
for _ in $(seq 600); do [ -s "$FOLDER/display" ] && break; sleep 0.1; done
export DISPLAY=":$(cat "$FOLDER/display")"
files=("$FOLDER/shown" "$FOLDER/listening")
"$PROGRAM" -m tests.app.window.screen_walked "${files[@]}" >"$FOLDER/log" 2>&1 & program=$!
"$READER" tests/app/window/read_screen.py "${files[@]}" >"$FOLDER/read"
"""


def missing() -> str:
    for program, package in (("Xvfb", "xvfb"), ("dbus-run-session", "dbus")):
        if shutil.which(program) is None:
            return f"needs {program} (package {package})"
    if not Path(SYSTEM_PYTHON).exists():
        return f"needs {SYSTEM_PYTHON}"
    asked = subprocess.run([SYSTEM_PYTHON, "-c", "import pyatspi"], capture_output=True)
    return "needs pyatspi (packages at-spi2-core and python3-pyatspi)" if asked.returncode else ""


@pytest.mark.slow
def test_a_screen_reader_finds_the_cards_and_follows_the_arrow_keys(tmp_path):
    if reason := missing():
        pytest.skip(reason)
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        "FOLDER": str(tmp_path),
        "PROGRAM": sys.executable,
        "READER": SYSTEM_PYTHON,
    }
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", SESSION],
        cwd=HERE.parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=290,
    )
    log = (tmp_path / "log").read_text() if (tmp_path / "log").exists() else ""
    assert done.returncode == 0, done.stderr + log
    there, focused = json.loads((tmp_path / "read").read_text())
    items = {name: description for name, role, description in there if role == "list item"}
    assert items["conv1, Conv2d"] == "6 · 5×5; 1×28×28 → 6×28×28; 156 weights; from input; to tanh1"
    assert items["Wire from conv1 to tanh1"] == "6×28×28"
    nodes = {node.name for node in lenet5().nodes}
    order = [name for name in items if name.split(", ")[0] in nodes]
    assert len(order) == len(nodes)
    assert {"Network", "Search layers", "Train", "Training progress"} <= {name for name, _, _ in there}
    cards = [name for name in focused if name in order]
    assert len(cards) >= 3
    assert [order.index(name) for name in cards] == list(
        range(order.index(cards[0]), order.index(cards[0]) + len(cards))
    )
