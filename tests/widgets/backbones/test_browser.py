"""The menu of backbones, used as a person does: searching, walking, choosing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QLineEdit, QPushButton

from networks.core.shapes import show
from networks.graph.check import check
from networks.graph.depth import depth
from networks.presets.catalog import PRESETS, families
from networks.presets.torchvision_models import MODELS as TORCHVISION
from networks.presets.torchvision_papers import publication_of
from widgets.backbones.backbone_list import BackboneList
from widgets.backbones.browser import BackboneBrowser
from widgets.backbones.details import UNKNOWN, Figures
from widgets.backbones.entries import Importable, rank, title
from widgets.backbones.thumbnail import Graph, Thumbnail
from widgets.controls.notice import Notice
from widgets.look.translation import short, thousands

MODELS = tuple(
    Importable(name, TORCHVISION[name].title, publication_of(name).paper, publication_of(name).why)
    for name in ("convnext_tiny", "densenet121")
)
EVERY_MODEL = tuple(
    Importable(name, model.title, publication_of(name).paper, publication_of(name).why)
    for name, model in TORCHVISION.items()
)
BY_NAME = {preset.name: preset for preset in PRESETS}
RECIPE = next(preset for preset in PRESETS if preset.recipe is not None)


@pytest.fixture
def browser(qtbot):
    widget = BackboneBrowser({**families(), "From torchvision": MODELS})
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show_for(10)
    widget.loads, widget.imports = [], []
    widget.load_wished.connect(lambda preset, recipe: widget.loads.append((preset, recipe)))
    widget.import_wished.connect(widget.imports.append)
    widget.search = widget.findChild(QLineEdit, "search")
    widget.list = widget.findChild(BackboneList)
    widget.button = widget.findChild(QPushButton, "load")
    return widget


def shown(browser):
    """Headings and entries that are not hidden, from top to bottom."""
    model, found = browser.list.model(), []
    for row in range(model.rowCount()):
        heading = model.index(row, 0)
        if browser.list.isRowHidden(row, browser.list.rootIndex()):
            continue
        found.append(heading.data())
        if browser.list.isExpanded(heading):
            found += [
                model.index(r, 0, heading).data()
                for r in range(model.rowCount(heading))
                if not browser.list.isRowHidden(r, heading)
            ]
    return found


def place_of(browser, heading, name=None):
    """Where in the list a heading is, or an entry below it."""
    model = browser.list.model()
    index = next(i for i in (model.index(r, 0) for r in range(model.rowCount())) if i.data() == heading)
    if name is not None:
        below = [model.index(row, 0, index) for row in range(model.rowCount(index))]
        index = next(each for each in below if each.data() == name)
    browser.list.scrollTo(index)
    return browser.list.visualRect(index).center()


def text(browser, name):
    return browser.findChild(QLabel, name).text()


def find(browser, qtbot, words):
    browser.search.selectAll()
    qtbot.keyClicks(browser.search, words)


def test_every_preset_and_model_stands_under_its_heading(browser):
    expected = []
    for family, presets in families().items():
        expected += [family, *(preset.name for preset in presets)]
    assert shown(browser) == [*expected, "From torchvision", "ConvNeXt-Tiny", "DenseNet-121"]


def test_it_opens_with_the_cursor_in_the_search_field_and_something_to_see(browser):
    assert browser.search.hasFocus()
    assert text(browser, "backbone_title") == PRESETS[0].name


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_what_is_told_is_what_was_computed(browser, qtbot, preset):
    find(browser, qtbot, preset.name)
    network = preset.network()
    report = check(network, 10)
    facts = browser.findChild(Figures).texts()
    assert text(browser, "backbone_title") == preset.name
    assert facts["Weights"] == thousands(report.weights)
    assert facts["Multiply-adds"] == short(report.multiply_adds)
    assert facts["Depth"] == f"{depth(network).layers} layers"
    assert facts["Input"] == show(report.nodes[network.order[0]].output)
    for part in (preset.paper.authors, str(preset.paper.year), preset.paper.title, preset.paper.place):
        assert part in text(browser, "backbone_paper")
    assert text(browser, "backbone_why") == preset.why
    recipe = browser.findChild(QCheckBox, "use_recipe")
    assert recipe.isVisible() == (preset.recipe is not None)


def test_weights_are_counted_for_the_classes_of_the_data(browser, qtbot):
    find(browser, qtbot, "resnet50")
    browser.show_classes(1000)
    assert browser.findChild(Figures).texts()["Weights"] == thousands(25_557_032)
    browser.show_for(10)
    assert browser.findChild(Figures).texts()["Weights"] == thousands(25_557_032 - 990 * 2049)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("resnet50", "ResNet-50"),
        ("ResNet-50", "ResNet-50"),
        ("vgg 16", "VGG-16"),
        ("vgg16", "VGG-16"),
        ("1998", "LeNet-5 (1998)"),
        ("szegedy small", "GoogLeNet small"),
        ("as published alexnet", "AlexNet (2012)"),
        ("convnext_t", "ConvNeXt-Tiny"),
        ("weinberger 2017", "DenseNet-121"),
    ],
)
def test_search_finds_names_years_authors_and_kinds(browser, qtbot, words, first):
    find(browser, qtbot, words)
    assert text(browser, "backbone_title") == first
    qtbot.keyClick(browser.search, Qt.Key.Key_Return)
    chosen = [preset for preset, _ in browser.loads] + browser.imports
    assert [getattr(entry, "title", None) or entry.name for entry in chosen] == [first]


@given(st.sampled_from([*PRESETS, *MODELS]), st.data())
def test_any_part_of_a_name_finds_it_and_the_whole_name_best(entry, data):
    name = entry.title if isinstance(entry, Importable) else entry.name
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert rank(entry, name[start:end]) is not None
    assert rank(entry, name) == 0
    assert rank(entry, name + "qqq") is None


@pytest.mark.parametrize("words", ["resnet", "vgg", "plain", "tiny", "18"])
def test_the_best_match_is_in_sight_while_one_types_and_its_heading_at_the_top(browser, qtbot, words):
    paper = BY_NAME["ResNet-18"].paper
    models = tuple(Importable(f"resnet_x{number}", f"ResNet-X{number}", paper, "") for number in range(20))
    browser.list.show_entries({**families(), "From torchvision": MODELS + models})
    browser.list.select_first()
    for letter in words:
        qtbot.keyClicks(browser.search, letter)
        QApplication.processEvents()  # a person is slower than the view
        room = browser.list.viewport().rect().adjusted(0, 0, 0, 1)  # Qt is a pixel off here
        current = browser.list.currentIndex()
        assert room.contains(browser.list.visualRect(current))
        if shown(browser)[1] == current.data():
            assert room.contains(browser.list.visualRect(current.parent()))


def test_what_nothing_fits_is_said_and_loads_nothing(browser, qtbot):
    find(browser, qtbot, "no such network")
    assert shown(browser) == []
    assert not browser.button.isEnabled()
    qtbot.keyClick(browser.search, Qt.Key.Key_Return)
    assert browser.loads == browser.imports == []
    assert any(
        "no such network" in label.text() for label in browser.findChildren(QLabel) if label.isVisible()
    )
    find(browser, qtbot, "lenet")
    assert browser.button.isEnabled()


def test_arrows_walk_the_entries_from_the_search_field(browser, qtbot):
    names = [preset.name for preset in PRESETS]
    for _ in range(3):
        qtbot.keyClick(browser.search, Qt.Key.Key_Down)
    assert text(browser, "backbone_title") == names[3]
    qtbot.keyClick(browser.search, Qt.Key.Key_Up)
    assert text(browser, "backbone_title") == names[2]
    qtbot.keyClick(browser.search, Qt.Key.Key_PageDown)
    assert names.index(text(browser, "backbone_title")) > 6
    for _ in range(12):
        qtbot.keyClick(browser.search, Qt.Key.Key_PageUp)
    assert text(browser, "backbone_title") == names[0]
    assert browser.search.hasFocus()


def test_a_double_click_loads_and_a_click_only_shows(browser, qtbot):
    viewport = browser.list.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place_of(browser, "AlexNet", "AlexNet"))
    assert text(browser, "backbone_title") == "AlexNet"
    assert browser.loads == []
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place_of(browser, "AlexNet", "AlexNet"))
    assert browser.loads == [(BY_NAME["AlexNet"], False)]


def test_enter_in_the_list_loads(browser, qtbot):
    qtbot.mouseClick(
        browser.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=place_of(browser, "From torchvision", "DenseNet-121"),
    )
    assert browser.button.text() == "Import"
    qtbot.keyClick(browser.list, Qt.Key.Key_Return)
    assert browser.imports == [MODELS[1]]


def test_a_click_on_a_heading_folds_it_and_search_unfolds(browser, qtbot):
    qtbot.mouseClick(browser.list.viewport(), Qt.MouseButton.LeftButton, pos=place_of(browser, "VGG"))
    assert "VGG-16" not in shown(browser)
    find(browser, qtbot, "vgg")
    assert "VGG-16" in shown(browser)


def test_its_recipe_is_wished_for_unless_it_is_ticked_off(browser, qtbot):
    find(browser, qtbot, RECIPE.name)
    assert str(RECIPE.recipe.learning.epochs) in text(browser, "recipe_text")
    qtbot.mouseClick(browser.button, Qt.MouseButton.LeftButton)
    browser.findChild(QCheckBox, "use_recipe").click()
    qtbot.mouseClick(browser.button, Qt.MouseButton.LeftButton)
    assert browser.loads == [(RECIPE, True), (RECIPE, False)]


def test_escape_leaves_the_menu(browser, qtbot):
    with qtbot.waitSignal(browser.rejected):
        qtbot.keyClick(browser.search, Qt.Key.Key_Escape)
    assert not browser.isVisible()
    assert browser.loads == []


def test_a_model_that_is_imported_holds_the_button_until_it_is_over(browser, qtbot):
    find(browser, qtbot, "convnext")
    qtbot.keyClick(browser.search, Qt.Key.Key_Return)
    browser.show_importing(MODELS[0])
    assert "ConvNeXt-Tiny" in text(browser, "doing")
    assert not browser.button.isEnabled()
    qtbot.keyClick(browser.search, Qt.Key.Key_Return)
    assert browser.imports == [MODELS[0]]
    browser.show_importing(None)
    assert browser.button.isEnabled()
    browser.say("It went wrong.")
    assert browser.findChild(Notice, "problem").isVisible()
    find(browser, qtbot, "lenet")
    assert not browser.findChild(Notice, "problem").isVisible()


def test_a_model_to_import_has_no_figures_that_nobody_computed(browser, qtbot):
    find(browser, qtbot, "convnext")
    assert set(browser.findChild(Figures).texts().values()) == {UNKNOWN}
    assert browser.findChild(Thumbnail).words() == "Tracing the layers of ConvNeXt-Tiny…"
    assert "“convnext_tiny”" in text(browser, "backbone_origin")
    find(browser, qtbot, "lenet")
    assert browser.findChild(Thumbnail).words() == ""
    assert not browser.findChild(QLabel, "backbone_origin").isVisible()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.title)
def test_paper_and_words_of_a_model_stand_there_at_once(browser, qtbot, model):
    find(browser, qtbot, model.title)
    for part in (model.paper.authors, str(model.paper.year), model.paper.title, model.paper.place):
        assert part in text(browser, "backbone_paper")
    assert text(browser, "backbone_why") == model.why


def test_the_network_of_a_model_is_shown_as_a_presets_is(browser, qtbot):
    find(browser, qtbot, "resnet50")
    expected = browser.findChild(Figures).texts()
    find(browser, qtbot, "convnext")
    network = BY_NAME["ResNet-50"].network()
    graph = Graph(network, check(network, 10))
    browser.show_network(MODELS[1], network, graph, (3, 64, 64))
    assert set(browser.findChild(Figures).texts().values()) == {UNKNOWN}
    browser.show_network(MODELS[0], network, graph, (3, 64, 64))
    assert browser.findChild(Figures).texts() == expected
    assert browser.findChild(Thumbnail).words() == ""
    assert browser.findChild(Thumbnail).accessibleName() == "Graph of ConvNeXt-Tiny"
    assert "random images of 3×64×64, smaller than their own of 3×224×224" in text(browser, "backbone_origin")
    browser.show_network(MODELS[0], network, graph, (3, 224, 224))
    assert "random images of 3×224×224, and are equal" in text(browser, "backbone_origin")


def test_who_looks_at_something_else_is_told(browser, qtbot):
    seen = []
    browser.looked_at.connect(seen.append)
    find(browser, qtbot, "densenet")
    assert seen[-1] == MODELS[1]
    qtbot.keyClick(browser.search, Qt.Key.Key_Up)
    assert seen[-1] == MODELS[1]  # the only one that the search left
    find(browser, qtbot, "no such network")
    assert seen[-1] is None


@pytest.mark.parametrize("size", [None, "least"])
def test_nothing_is_cut_off(browser, qtbot, size):
    if size:
        browser.resize(browser.minimumSize())
    browser.list.show_entries({**families(), "From torchvision": EVERY_MODEL})
    while browser.list.current_entry() != EVERY_MODEL[-1]:
        browser.list.walk(1)
        entry = browser.list.current_entry()
        QApplication.processEvents()
        for widget in (*browser.findChildren(QLabel), *browser.findChildren(QAbstractButton)):
            if widget.isVisible():
                needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else 0
                assert widget.height() >= needed, (title(entry), widget.objectName(), widget.text())
                inside = widget.rect().translated(widget.mapTo(browser, widget.rect().topLeft()))
                assert browser.rect().contains(inside), (title(entry), widget.objectName())
