"""Tabs about runs, in sight."""

from __future__ import annotations

import pytest


@pytest.fixture
def make_in_sight(desk, training, qtbot):
    """Makes features whose panel is seen, as often as one likes; they are closed before the training is."""
    made = []

    def make(kind):
        feature = kind(desk)
        made.append(feature)
        qtbot.addWidget(feature.late)
        feature.late.resize(540, 700)
        feature.late.show()
        assert feature.panel
        feature.show(None, desk.shown)
        return feature

    yield make
    for feature in made:
        feature.close()
