"""Turning the numbers of a window on a small grid, and giving them back to the layer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from networks.layers.convolution import Conv2d, ConvTranspose2d
from networks.layers.pooling import MaxPool2d
from widgets.inside.small_grid.dialog import SmallGrid


@pytest.fixture
def opened(qtbot):
    def open_for(layer, shape=(1, 28, 28)):
        dialog = SmallGrid("conv1", layer, shape)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return open_for


def test_it_begins_with_the_layers_own_numbers(opened):
    dialog = opened(Conv2d(6, (5, 5), (1, 1), (2, 2)))
    assert dialog.size_shown == (12, 12)
    assert "5 − 1" in dialog.figures.text()
    assert dialog.card.text() == "At conv1: 28×28 becomes 28×28"
    assert not dialog.take_button.isEnabled()


def test_what_is_turned_shows_and_can_be_given_to_the_layer(opened, qtbot):
    dialog = opened(Conv2d(6, (5, 5), (1, 1), (2, 2)))
    dialog.form.edited.emit("stride", (2, 2))
    assert dialog.card.text() == "At conv1: 28×28 becomes 14×14"
    with qtbot.waitSignal(dialog.taken) as taken:
        dialog.take_button.click()
    assert taken.args == [Conv2d(6, (5, 5), (2, 2), (2, 2))]
    assert not dialog.take_button.isEnabled()


def test_what_does_not_fit_is_said_and_mended_by_the_next_turn(opened):
    dialog = opened(MaxPool2d((3, 3), (2, 2)), (1, 2, 2))
    assert "pixels with its padding" in dialog.problem.text()
    assert not dialog.player.isVisible()
    dialog.form.edited.emit("kernel", (2, 2))
    assert dialog.problem.text() == ""
    assert dialog.player.isVisible()


@pytest.mark.parametrize("layer", [Conv2d(2), MaxPool2d(), ConvTranspose2d(1, (3, 3), (2, 2))])
def test_the_keyboard_walks_over_the_output(opened, layer, qtbot):
    dialog = opened(layer, (1, 6, 6))
    before = dialog.grids.accessibleDescription()
    qtbot.keyClick(dialog.grids, Qt.Key.Key_Right)
    qtbot.keyClick(dialog.grids, Qt.Key.Key_Down)
    assert dialog.grids.accessibleDescription() != before
    assert dialog.grids.accessibleDescription().startswith("Output (1, 1)")
    dialog.grab()
