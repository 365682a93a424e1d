"""Cycles are freed in the window's thread, the new ones soon, and the old ones as often as it pays."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from app.start import garbage
from app.start.garbage import GarbageCollector


class Thing:
    """Holds itself."""

    def __init__(self):
        self.me = self


@pytest.fixture
def watched(qapp):
    """A collector at work, and the generations that it has collected, in their order."""
    found, threads = [], set()

    def note(phase, info):
        if phase == "start":
            found.append(info["generation"])
            threads.add(threading.get_ident())

    collector = GarbageCollector(qapp)
    gc.callbacks.append(note)
    yield collector, found
    gc.callbacks.remove(note)
    collector.deleteLater()
    gc.unfreeze()
    gc.enable()
    assert threads <= {threading.get_ident()}


@pytest.fixture
def collected(watched):
    """What is collected once the program stands."""
    collector, found = watched
    collector.freeze()
    return found


def busy():
    """Makes as much as lets the collector look."""
    return [[] for _ in range(5_000)]


def test_cycles_are_freed_though_pythons_own_collector_rests(collected, qtbot):
    assert not gc.isenabled()
    gone = weakref.ref(Thing())
    kept = []
    qtbot.waitUntil(lambda: bool(kept.append(busy()) or gone() is None))
    assert collected


def test_the_older_the_less_often(collected, qtbot):
    kept = []
    qtbot.waitUntil(lambda: bool(kept.append(busy()) or 2 in collected))
    assert collected.count(0) >= collected.count(1) >= collected.count(2) == 1
    assert 1 in collected


def test_the_oldest_are_left_alone_after_they_were_looked_at_for_nothing(collected, qtbot, monkeypatch):
    monkeypatch.setattr(garbage, "REST", 1e9)
    kept = []
    qtbot.waitUntil(lambda: bool(kept.append(busy()) or collected.count(1) >= 8))
    assert collected.count(2) == 1


def test_the_oldest_are_looked_at_again_soon_where_that_has_freed_much(collected, qtbot, monkeypatch):
    monkeypatch.setattr(garbage, "REST", 1e9)
    monkeypatch.setattr(garbage, "FEW", 0)
    kept = []
    qtbot.waitUntil(lambda: bool(kept.append(busy()) or collected.count(2) >= 2))


def test_while_the_program_is_still_imported_the_oldest_are_left_alone(watched, qtbot):
    collector, collected = watched
    kept = []
    qtbot.waitUntil(lambda: bool(kept.append(busy()) or collected.count(1) >= 8), timeout=90_000)
    assert 2 not in collected
    collector.freeze()
    qtbot.waitUntil(lambda: bool(kept.append(busy()) or 2 in collected), timeout=90_000)
