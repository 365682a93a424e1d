"""What is imported ahead is all of a package, a file at a time, with other events between."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import pytest
from PySide6.QtCore import QTimer

import widgets
from app.background.imports_ahead import ImportsAhead, modules

FILES = {"first.py": "", "deep/second.py": "from rooms import first\n", "third.py": "# a longer file\n" * 9}


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    """A package of three files, of which none is imported."""
    for name, text in FILES.items():
        file = tmp_path / "rooms" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for folder in ("rooms", "rooms/deep"):
        (tmp_path / folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield importlib.import_module("rooms")
    for name in [name for name in sys.modules if name.partition(".")[0] == "rooms"]:
        del sys.modules[name]


def test_all_files_are_imported_with_other_events_between(rooms, qtbot, qapp):
    ahead, between = ImportsAhead(rooms, qapp), []
    counted = QTimer()
    counted.timeout.connect(lambda: between.append(sum(name in sys.modules for name in modules(rooms))))
    counted.start(1)
    with qtbot.waitSignal(ahead.done):
        ahead.start()
    assert {"rooms.first", "rooms.deep.second", "rooms.third"} <= sys.modules.keys()
    assert {0, 1, 2} <= {*between}


def test_what_is_closed_imports_no_more(rooms, qtbot, qapp):
    ahead = ImportsAhead(rooms, qapp)
    ahead.start()
    ahead.close()
    with qtbot.assertNotEmitted(ahead.done, wait=100):
        pass
    assert "rooms.third" not in sys.modules


def test_small_files_come_first(rooms):
    assert modules(rooms) == ["rooms.first", "rooms.deep.second", "rooms.third"]


def test_the_files_of_all_rooms_are_found():
    names = modules(widgets)
    assert {"widgets.results.panel", "widgets.canvas.view", "widgets.look.theme"} <= {*names}
    assert all(importlib.util.find_spec(name) is not None for name in names)
