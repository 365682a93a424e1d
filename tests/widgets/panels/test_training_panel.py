"""The training panel: which recipe it asks for, and what it shows first."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QSlider

from networks.core.fields import fields_of
from networks.recipes.optimizers import OPTIMIZERS, SGD, Adam
from networks.recipes.recipe import Recipe, section_of, with_settings
from tests.widgets.typing_in import retype
from widgets.controls.check_box import CheckBox
from widgets.controls.notice import Notice
from widgets.controls.section import Disclosure
from widgets.forms.bolt import Bolt
from widgets.forms.form import Form
from widgets.panels.training_panel import TrainingPanel


class Owner:
    def __init__(self, panel, recipe, devices=("cpu",)):
        self.panel, self.recipe, self.devices, self.wishes = panel, recipe, devices, []
        panel.edited.connect(self.take)
        panel.show_recipe(recipe, devices)

    def take(self, recipe, text, merge):
        self.recipe = recipe
        self.wishes.append((text, merge))
        self.panel.show_recipe(recipe, self.devices)


@pytest.fixture
def panel(qtbot):
    widget = TrainingPanel()
    qtbot.addWidget(widget)
    widget.findChild(Disclosure).set_open(True)
    widget.resize(260, 900)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


@pytest.mark.parametrize("kind", [kind for kind in OPTIMIZERS if kind is not SGD])
def test_another_algorithm_comes_with_its_own_fields_and_defaults(panel, qtbot, kind):
    owner = Owner(panel, with_settings(Recipe(), optimizer=SGD(lr=0.5)))
    box = panel.findChild(QComboBox, "optimizer")
    box.setFocus()
    for _ in range(OPTIMIZERS.index(kind)):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert owner.recipe.learning.optimizer == kind()
    assert owner.wishes[-1] == (f"Set optimizer to {kind.__name__}", "")
    form = panel.findChild(Form, "optimizer")
    assert ["lr", *(field.name for field in form.fields())] == [field.name for field in fields_of(kind)]
    assert any(label.text() == kind.help() for label in panel.findChildren(QLabel))
    assert panel.minimumSizeHint().width() <= 260


def test_a_parameter_of_the_algorithm_is_applied_as_one_types(panel, qtbot):
    owner = Owner(panel, Recipe())
    retype(qtbot, panel.findChild(QLineEdit, "lr"), "3e-4")
    assert owner.recipe == with_settings(Recipe(), optimizer=Adam(lr=3e-4))
    assert {key for _, key in owner.wishes} == {"learning.optimizer.lr"}
    assert owner.wishes[-1][0] == "Set learning rate to 0.0003"


def test_the_loss_is_set(panel, qtbot):
    owner = Owner(panel, Recipe())
    retype(qtbot, panel.findChild(QLineEdit, "label_smoothing"), "0.1")
    assert owner.recipe.learning.loss.label_smoothing == 0.1
    assert owner.wishes[-1][1] == "learning.loss.label_smoothing"
    assert panel.findChild(QComboBox, "loss").currentText() == "Cross-entropy"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("clip", "1.5", 1.5),
        ("batch_size", "128", 128),
        ("epochs", "7", 7),
        ("seed", "42", 42),
        ("threads", "2", 2),
    ],
)
def test_the_run_is_set(panel, qtbot, name, text, value):
    owner = Owner(panel, Recipe())
    retype(qtbot, panel.findChild(QLineEdit, name), text)
    section = section_of(name)
    assert getattr(getattr(owner.recipe, section), name) == value
    assert owner.wishes[-1][1] == f"{section}.{name}"


def test_the_dice_draws_another_seed(panel, qtbot):
    owner = Owner(panel, Recipe())
    dice = panel.findChild(QAbstractButton, "dice")
    drawn = set()
    for _ in range(5):
        qtbot.mouseClick(dice, Qt.MouseButton.LeftButton)
        drawn.add(owner.recipe.learning.seed)
    assert len(drawn) > 1
    assert panel.findChild(QLineEdit, "seed").text() == str(owner.recipe.learning.seed)


def enabled(panel):
    model = panel.findChild(QComboBox, "device").model()
    return [model.item(row).isEnabled() for row in range(model.rowCount())]


def test_devices_that_torch_does_not_find_are_greyed_out_with_the_reason(panel):
    Owner(panel, Recipe(), ("cpu",))
    assert enabled(panel) == [True, False, False]
    model = panel.findChild(QComboBox, "device").model()
    assert model.item(1).toolTip() == "torch finds no NVIDIA GPU on this computer"
    assert not panel.findChild(QLabel, "waiting").isVisible()


def test_before_torch_is_loaded_the_panel_says_so(panel):
    Owner(panel, Recipe(), None)
    assert enabled(panel) == [True, False, False]
    assert panel.findChild(QLabel, "waiting").isVisible()


def test_a_device_that_torch_finds_can_be_chosen(panel, qtbot):
    owner = Owner(panel, Recipe(), ("cpu", "cuda"))
    box = panel.findChild(QComboBox, "device")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert owner.recipe.machine.device == "cuda"
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert owner.recipe.machine.device == "cuda"


def test_a_recipe_for_a_device_that_is_not_here_says_so(panel):
    Owner(panel, with_settings(Recipe(), device="cuda"), ("cpu",))
    notice = panel.findChild(Notice, "device_problem")
    assert notice.isVisible()
    assert "NVIDIA GPU" in notice.sentence()
    panel.show_recipe(Recipe(), ("cpu",))
    assert not notice.isVisible()


def test_showing_asks_for_nothing(panel):
    owner = Owner(panel, with_settings(Recipe(), optimizer=SGD(), epochs=3), ("cpu",))
    assert owner.wishes == []


def test_what_is_set_every_minute_stands_first_and_the_tab_key_follows_what_one_sees(panel):
    often = [
        panel.findChild(kind, name)
        for kind, name in (
            (QLineEdit, "lr"),
            (QSlider, "lr_slider"),
            (QLineEdit, "epochs"),
            (QLineEdit, "batch_size"),
            (QComboBox, "loss"),
            (QComboBox, "optimizer"),
            (QComboBox, "dataset"),
        )
    ]
    places = [widget.mapTo(panel, QPoint(0, 0)) for widget in often]
    assert places == sorted(places, key=lambda place: (place.y(), place.x()))
    chain = [often[0]]
    while len(chain) < 200:
        chain.append(chain[-1].nextInFocusChain())
    order = [widget for widget in chain if widget in often]
    assert order[: len(often)] == often
    more = panel.findChild(Disclosure)
    more.set_open(False)
    assert not panel.findChild(QLineEdit, "beta1").isVisible()
    assert all(widget.isVisible() for widget in often)


def test_what_folds_away_is_made_when_it_is_opened_and_shows_what_was_told_before(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.show()
    recipe = with_settings(Recipe(), optimizer=SGD(momentum=0.75), seed=41)
    panel.show_recipe(recipe, ("cpu",))
    panel.show_obstacles({"compile": "there is no compiler"})
    panel.show_run("Run 1", ("learning.optimizer.momentum",))
    more = panel.findChild(Disclosure)
    assert "momentum" in more.heading.summary()
    assert not panel.findChildren(QLineEdit, "seed")
    more.set_open(True)
    assert panel.findChild(QLineEdit, "seed").text() == "41"
    assert panel.findChild(QLineEdit, "momentum").text() == "0.75"
    assert enabled(panel) == [True, False, False]
    assert panel.findChild(QLabel, "compile_why_not").text() == "there is no compiler"
    assert any(bolt.isVisible() for bolt in panel.details.findChildren(Bolt))


def test_more_says_how_much_it_folds_away(panel):
    Owner(panel, with_settings(Recipe(), optimizer=SGD()))
    more = panel.findChild(Disclosure)
    fields = [field for form in more.findChildren(Form) for field in form.fields()]
    assert more.heading.text() == f"{len(fields)} more"
    assert "seed" in more.heading.summary()


def test_the_slider_moves_the_learning_rate_by_even_factors(panel, qtbot):
    owner = Owner(panel, Recipe())
    slider = panel.findChild(QSlider, "lr_slider")
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert owner.recipe.learning.optimizer.lr == 0.0011
    assert panel.findChild(QLineEdit, "lr").text() == "0.0011"
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert owner.recipe.learning.optimizer.lr == 1e-5
    assert {merge for _, merge in owner.wishes} == {"learning.optimizer.lr"}


def test_a_rate_beyond_the_slider_is_left_alone(panel):
    owner = Owner(panel, with_settings(Recipe(), optimizer=SGD(lr=30.0)))
    slider = panel.findChild(QSlider, "lr_slider")
    assert slider.value() == slider.maximum()
    assert owner.wishes == []


def test_the_data_set_is_chosen_here(panel):
    Owner(panel, Recipe())
    assert panel.findChild(QComboBox, "dataset").currentText() == "Digits"


def test_the_learning_rate_is_not_cut_in_the_narrowest_column(panel):
    panel.show_run("Run 1 goes on", ("learning.optimizer.lr",))
    panel.resize(panel.minimumSizeHint().expandedTo(panel.minimumSize()).width(), 700)
    QApplication.processEvents()
    line = panel.findChild(QLineEdit, "lr")
    assert line.width() >= line.fontMetrics().horizontalAdvance("0.00012345") + 18


def test_what_cannot_be_switched_on_is_greyed_out_with_the_reason(panel, qtbot):
    owner = Owner(panel, with_settings(Recipe(), compile=True))
    reasons = {"compile": "there is no compiler", "precision": "this CPU has no bfloat16"}
    panel.show_obstacles(reasons)
    box = panel.findChild(CheckBox, "compile")
    assert box.isEnabled(), "what is on can be turned off"
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert not owner.recipe.machine.compile
    panel.show_obstacles(reasons)
    assert not box.isEnabled()
    assert panel.findChild(QLabel, "compile_why_not").text() == "there is no compiler"
    assert panel.findChild(CheckBox, "channels_last").isEnabled()
    precision = panel.findChild(QComboBox, "precision")
    rough = precision.findText("bfloat16")
    assert not precision.model().item(rough).isEnabled()
    assert "no bfloat16" in precision.itemData(rough, Qt.ItemDataRole.ToolTipRole)
    panel.show_obstacles({})
    assert box.isEnabled()
    assert precision.model().item(rough).isEnabled()
