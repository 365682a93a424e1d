"""What is there for good is not looked through by the garbage collector, and what a run holds still is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal

from app.start.start import spare_what_stays


class Desk(QObject):
    """As much of a desk as is needed."""

    torch_loaded = Signal()
    made_ahead = Signal()

    def __init__(self, run):
        super().__init__()
        self.trainer = SimpleNamespace(run=run)


@pytest.mark.parametrize(("run", "times"), [(None, 2), (object(), 1)])
def test_what_is_made_ahead_is_spared_unless_a_run_has_begun(qapp, run, times):
    frozen = []
    desk = Desk(run)
    spare_what_stays(desk, SimpleNamespace(freeze=lambda: frozen.append(True)))
    desk.torch_loaded.emit()
    assert len(frozen) == 1
    desk.made_ahead.emit()
    assert len(frozen) == times
