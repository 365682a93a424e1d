"""The computed picture is shown with what it reaches, in honest words, and saved with its caption."""

from __future__ import annotations

import numpy as np
import pytest

from networks.xray.maximized import Ascent, Maximized
from widgets.inside.near.maximized_row import MaximizedRow, Reached

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.fixture
def row(qtbot):
    row = MaximizedRow()
    qtbot.addWidget(row)
    row.resize(420, 420)
    with qtbot.waitExposed(row):
        row.show()
    return row


def reached(found=None, **changes):
    usual = {"share": None, "strongest": None, "hindrance": "", "maps": True, "caption": "net.json. Conv2d"}
    return Reached(found, **(usual | changes))


def maximized(step=256, **changes):
    return Maximized(PICTURE, 1.5, 9.25, 0.5, step, Ascent(seed=3), **changes)


def test_it_is_offered_and_asked_for_as_it_is_set(row):
    row.show_reached(reached())
    assert not row.picture.isVisible()
    assert "Begins with noise" in row.note.text()
    asked = []
    row.wished.connect(asked.append)
    row.smoothness.setCurrentIndex(0)
    row.begin.click()
    assert asked == [(256, 1, 0.0, 0)]
    row.show_reached(reached(hindrance="A run goes on."))
    assert not row.begin.isEnabled()
    assert row.note.text() == "A run goes on."


def test_what_it_reaches_stands_beside_the_strongest_picture_and_noise(row):
    row.show_reached(reached(maximized()))
    assert "This picture: 9.25" in row.figures.text()
    assert "Training data" not in row.figures.text()
    assert "Strongest training picture: not looked for yet" in row.figures.toolTip()
    assert "Noise at first: 0.5" in row.figures.text()
    assert "Mean of the map: 1.5" in row.figures.text()
    assert "No such picture is in the data" in row.note.text()
    assert "the network never met it" in row.note.accessibleDescription()
    row.show_reached(reached(maximized(), strongest=-4.0))
    assert "Training data: −4" in row.figures.text()
    assert "not looked for yet" not in row.figures.toolTip()
    row.show_reached(reached(maximized(), maps=False))
    assert "map" not in row.figures.text()
    row.show_reached(reached(maximized(reached=False)))
    assert "No gradient came back" in row.note.text()
    assert row.asked.seed == 4


def test_while_it_grows_it_can_be_stopped_and_nothing_else(row):
    row.show_reached(reached(maximized(step=64), share=0.25))
    assert row.progress.value() == 250
    assert row.cancel.isVisible()
    assert row.picture.isVisible()
    for widget in (row.begin, row.probe, row.save, row.steps):
        assert not widget.isVisible()


def test_it_is_saved_with_how_it_was_computed(row, monkeypatch):
    row.show_reached(reached(maximized(step=120)))
    saved = []
    monkeypatch.setattr(
        "widgets.curves.export.save_picture", lambda widget, parts, *_: saved.append([*parts])
    )
    row.save.click()
    assert saved == [[row.picture, row.figures, row.caption]]
    assert row.caption.text() == (
        "net.json. Conv2d. Computed by gradient ascent: step 120 of 256, moved by up to 1 px, "
        "smoothness 0.3, noise 3"
    )
    assert row.caption.isHidden()


def test_what_it_says_is_short(row):
    """Each figure has its line beside the picture, and what is seen and to try has two."""
    row.resize(300, 420)
    row.show_reached(reached(maximized(), strongest=-4.0))
    lines = row.figures.text().count("\n") + 1
    assert (
        row.figures.heightForWidth(row.figures.width())
        <= (lines + 0.5) * row.figures.fontMetrics().lineSpacing()
    )
    assert len(row.note.text()) < 90


def test_it_fits_into_a_narrow_column(row):
    row.show_reached(reached(maximized()))
    assert row.minimumSizeHint().width() <= 260
