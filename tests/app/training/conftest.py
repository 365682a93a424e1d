"""A trainer in a thread of its own, and what it tells."""

from __future__ import annotations

import pytest

from app.training.trainer import Trainer


@pytest.fixture
def trainer(qtbot):
    trainer = Trainer()
    yield trainer
    trainer.close()
    assert not trainer.busy


@pytest.fixture
def events(trainer):
    """All events so far, as the window's thread hears of them."""
    seen = []
    trainer.events_arrived.connect(seen.extend)
    return seen
