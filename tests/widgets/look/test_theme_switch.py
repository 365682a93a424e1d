"""Light and dark are switched while panels are shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QStackedWidget, QVBoxLayout, QWidget

from networks.graph.check import check
from networks.presets.lenet import lenet5
from networks.recipes.recipe import Recipe
from tests.widgets import colours
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


def followed(shown, theme, other):
    """Whether the picture has this theme's colours and nothing of the other's."""
    seen = shades(shown)
    assert theme.panel in sorted(seen, key=seen.__getitem__)[-2:]
    left_over = {other.panel, other.card, other.text, other.border, other.card_hover} - {
        theme.panel,
        theme.card,
        theme.text,
        theme.border,
        theme.on_accent,
        "#ffffff",
    }
    return not left_over & set(seen)


def shades(widget):
    """How much of the picture has each colour."""
    return colours.shades(widget.grab().toImage(), every=2)


def around(qtbot, panel):
    """A window with this panel alone, on the screen."""
    window = QWidget()
    window.setAutoFillBackground(True)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(panel)
    qtbot.addWidget(window)
    window.resize(260, 560)
    window.show()
    return window


PANELS = [Palette, layer_panel, activation_panel, training_panel, DataPanel]


@pytest.mark.parametrize("make", PANELS)
def test_a_panel_follows_the_theme(qtbot, themed, make):
    apply_theme(themed, "light")
    window = around(qtbot, make())
    # what a panel makes when it is first painted is there then
    window.grab()
    themed.processEvents()
    for theme, other in ((LIGHT, DARK), (DARK, LIGHT), (LIGHT, DARK)):
        apply_theme(themed, "dark" if theme.dark else "light")
        assert followed(window, theme, other)


@pytest.mark.parametrize("make", PANELS)
def test_a_panel_that_was_hidden_meanwhile_follows_the_theme_when_it_is_shown(qtbot, themed, make):
    apply_theme(themed, "light")
    window = around(qtbot, panel := make())
    window.grab()
    for theme, other in ((DARK, LIGHT), (LIGHT, DARK)):
        panel.hide()
        apply_theme(themed, "dark" if theme.dark else "light")
        themed.processEvents()
        panel.show()
        themed.processEvents()
        assert followed(window, theme, other)
        hidden_meanwhile = window.grab().toImage()
        apply_theme(themed, "light" if theme.dark else "dark")
        apply_theme(themed, "dark" if theme.dark else "light")
        themed.processEvents()
        assert hidden_meanwhile == window.grab().toImage()


@pytest.mark.parametrize("make", PANELS)
def test_what_changes_soon_looks_as_if_it_had_changed_at_once(qtbot, themed, make):
    apply_theme(themed, "light")
    window = around(qtbot, make())
    window.grab()
    themed.processEvents()
    for theme, other in ((DARK, LIGHT), (LIGHT, DARK)):
        mode, back = ("dark", "light") if theme.dark else ("light", "dark")
        apply_theme(themed, mode)
        themed.processEvents()
        at_once = window.grab().toImage()
        apply_theme(themed, back)
        apply_theme(themed, mode, soon=True)
        assert not window.updatesEnabled()
        # a text cursor blinks meanwhile
        qtbot.waitUntil(lambda wanted=at_once: window.updatesEnabled() and window.grab().toImage() == wanted)
        assert followed(window, theme, other)


def test_a_switch_that_comes_before_the_last_one_is_done_ends_it_first(qtbot, themed):
    apply_theme(themed, "light")
    window = training_panel()
    qtbot.addWidget(window)
    window.show()
    themed.processEvents()
    at_first = window.grab().toImage()
    for mode in ("dark", "light", "dark", "light"):
        apply_theme(themed, mode, soon=True)
    qtbot.waitUntil(lambda: window.updatesEnabled() and window.grab().toImage() == at_first)


def test_what_comes_into_sight_or_goes_while_a_theme_changes_is_styled_like_the_rest(qtbot, themed):
    apply_theme(themed, "light")
    window = QWidget()
    window.setAutoFillBackground(True)
    column = QVBoxLayout(window)
    labels = [QLabel(str(number)) for number in range(90)]
    for label in labels:
        label.setProperty("role", "error")
        column.addWidget(label)
    qtbot.addWidget(window)
    labels[5].hide()
    window.show()
    apply_theme(themed, "dark", soon=True)
    labels[80].hide()
    labels[81].deleteLater()
    labels[5].show()
    qtbot.waitUntil(window.updatesEnabled)
    labels[80].show()
    for label in (*labels[:81], *labels[82:]):
        assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.error


def on_screen(window):
    """What one sees of the window, whatever it would paint if it was asked."""
    image = window.screen().grabWindow(window.winId()).toImage()
    return image.convertToFormat(window.grab().toImage().format())


class Painted(QLabel):
    """Counts how often it is painted."""

    times = 0

    def paintEvent(self, event):
        super().paintEvent(event)
        self.times += 1


def test_all_that_is_seen_is_painted_after_it_has_changed_and_not_before(qtbot, themed):
    apply_theme(themed, "light")
    window, labels = QWidget(), []
    columns = QVBoxLayout(window)
    for _ in range(3):
        column = QVBoxLayout(box := QWidget())
        columns.addWidget(box)
        for _ in range(15):
            labels.append(Painted("word"))
            column.addWidget(labels[-1])
    still = labels[20]
    still.setUpdatesEnabled(False)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: all(label.times for label in labels if label is not still))
    apply_theme(themed, "dark", soon=True)
    before = [label.times for label in labels]
    for label in labels:
        label.update()
    qtbot.waitUntil(
        lambda: all(label.times > n for label, n in zip(labels, before, strict=True) if label is not still)
    )
    assert window.updatesEnabled()
    assert not still.updatesEnabled()
    still.setUpdatesEnabled(True)
    qtbot.waitUntil(lambda: on_screen(window) == window.grab().toImage())
    labels[40].setText("another word")
    qtbot.waitUntil(lambda: on_screen(window) == window.grab().toImage())


class Told(QWidget):
    """Keeps which changes it is told of."""

    def __init__(self):
        super().__init__()
        self.changes = []

    def changeEvent(self, event):
        super().changeEvent(event)
        self.changes.append(event.type())


def test_a_switch_styles_each_widget_once_however_deep_it_lies(qtbot, themed):
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
        assert widget.changes.count(QEvent.Type.StyleChange) == 1
        assert QEvent.Type.FontChange not in widget.changes
        widget.changes.clear()
    apply_theme(themed, "dark")
    themed.processEvents()
    assert all(QEvent.Type.StyleChange not in widget.changes for widget in nest)


@pytest.fixture
def stack(qtbot, themed):
    """A window with two pages, of which the first is seen."""
    apply_theme(themed, "light")
    window, pages = QWidget(), QStackedWidget()
    QVBoxLayout(window).addWidget(pages)
    for _ in range(2):
        page, inner = Told(), Told()
        QVBoxLayout(page).addWidget(inner)
        page.inner = inner
        pages.addWidget(page)
    qtbot.addWidget(window)
    window.show()
    for index in (1, 0):
        pages.setCurrentIndex(index)
        themed.processEvents()
    return pages


def styled(widget):
    """How often the widget was given a style since this was last asked."""
    times = widget.changes.count(QEvent.Type.StyleChange)
    widget.changes.clear()
    return times


def test_what_is_hidden_is_styled_when_it_is_shown_and_only_then(themed, stack):
    first, second = stack.widget(0), stack.widget(1)
    told = (first, first.inner, second, second.inner)
    for each in told:
        styled(each)
    second.inner.hide()
    for mode in ("dark", "light", "dark"):
        apply_theme(themed, mode)
        themed.processEvents()
        assert [styled(each) for each in told] == [1, 1, 0, 0]
    stack.setCurrentIndex(1)
    assert [styled(each) for each in told] == [0, 0, 1, 0]
    second.inner.show()
    assert [styled(each) for each in told] == [0, 0, 0, 1]
    stack.setCurrentIndex(0)
    stack.setCurrentIndex(1)
    assert [styled(each) for each in told] == [0, 0, 0, 0]


def test_what_is_hidden_is_styled_in_the_end_when_there_is_time(qtbot, themed, stack):
    second = stack.widget(1)
    told = (second, second.inner)
    for each in told:
        styled(each)
    apply_theme(themed, "dark", soon=True)
    assert [styled(each) for each in told] == [0, 0]
    qtbot.waitUntil(lambda: all(QEvent.Type.StyleChange in each.changes for each in told))
    assert [styled(each) for each in told] == [1, 1]
    stack.setCurrentIndex(1)
    assert [styled(each) for each in told] == [0, 0]


def test_a_menu_of_a_hidden_page_is_styled_when_it_opens(themed, stack):
    menu = QMenu(stack.widget(1))
    menu.addAction("Cut")
    menu.popup(QPoint())
    menu.hide()
    apply_theme(themed, "dark")
    menu.popup(QPoint())
    themed.processEvents()
    seen = shades(menu)
    assert max(seen, key=seen.__getitem__) == DARK.panel
    menu.hide()


def test_a_mark_that_goes_after_a_switch_leaves_the_colour_of_the_new_theme(themed, stack):
    label = QLabel("4 %", stack.widget(1))
    label.setProperty("role", "error")
    stack.setCurrentIndex(1)
    label.show()
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.error
    stack.setCurrentIndex(0)
    apply_theme(themed, "dark")
    stack.setCurrentIndex(1)
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.error
    label.setProperty("role", "")
    label.style().unpolish(label)
    label.style().polish(label)
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.text
