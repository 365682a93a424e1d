"""Light and dark are switched while panels are shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from networks.graph.check import check
from networks.presets.lenet import lenet5
from networks.recipes.recipe import Recipe
from widgets.look.theme import DARK, LIGHT, apply_theme
from widgets.palette.palette import Palette
from widgets.panels.activation_panel import ActivationPanel
from widgets.panels.data_panel import DataPanel
from widgets.panels.layer_panel import LayerPanel
from widgets.panels.training_panel import TrainingPanel


def layer_panel():
    panel = LayerPanel()
    panel.show_layers(lenet5(), check(lenet5(), 10), ("conv1",))
    return panel


def activation_panel():
    panel = ActivationPanel()
    panel.show_network(lenet5(), ())
    return panel


def training_panel():
    panel = TrainingPanel()
    panel.show_recipe(Recipe(), ("cpu",))
    return panel


@pytest.fixture
def themed(qapp):
    old = QApplication.style().objectName(), QApplication.palette(), QApplication.font()
    yield qapp
    qapp.setStyleSheet("")
    qapp.setStyle(old[0])
    qapp.setPalette(old[1])
    qapp.setFont(old[2])


def shades(widget):
    """How much of the picture has each colour."""
    image = widget.grab().toImage()
    found = {}
    for y in range(0, image.height(), 2):
        for x in range(0, image.width(), 2):
            name = image.pixelColor(x, y).name()
            found[name] = found.get(name, 0) + 1
    return found


@pytest.mark.parametrize("make", [Palette, layer_panel, activation_panel, training_panel, DataPanel])
def test_a_panel_follows_the_theme(qtbot, themed, make):
    apply_theme(themed, "light")
    window = QWidget()
    window.setAutoFillBackground(True)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(make())
    qtbot.addWidget(window)
    window.resize(260, 560)
    window.show()
    # what a panel makes when it is first painted is there then
    window.grab()
    themed.processEvents()
    for theme, other in ((LIGHT, DARK), (DARK, LIGHT), (LIGHT, DARK)):
        apply_theme(themed, "dark" if theme.dark else "light")
        seen = shades(window)
        assert theme.panel in sorted(seen, key=seen.__getitem__)[-2:]
        left_over = {other.panel, other.card, other.text, other.border, other.card_hover} - {
            theme.panel,
            theme.card,
            theme.text,
            theme.border,
            theme.on_accent,
            "#ffffff",
        }
        assert not left_over & set(seen)


class Told(QWidget):
    """Keeps which changes it is told of."""

    def __init__(self):
        super().__init__()
        self.changes = []

    def changeEvent(self, event):
        super().changeEvent(event)
        self.changes.append(event.type())


def test_a_switch_styles_each_widget_twice_however_deep_it_lies(qtbot, themed):
    apply_theme(themed, "light")
    nest = [Told()]
    qtbot.addWidget(nest[0])
    for _ in range(12):
        QVBoxLayout(nest[-1]).addWidget(inner := Told())
        nest.append(inner)
    nest[0].show()
    themed.processEvents()
    for widget in nest:
        widget.changes.clear()
    apply_theme(themed, "dark")
    themed.processEvents()
    for widget in nest:
        # once when the old style sheet goes, and once when the new one comes
        assert widget.changes.count(QEvent.Type.StyleChange) == 2
        assert QEvent.Type.FontChange not in widget.changes
        widget.changes.clear()
    apply_theme(themed, "dark")
    themed.processEvents()
    assert all(QEvent.Type.StyleChange not in widget.changes for widget in nest)
