"""The examples of the README, applied to a copy of the tree as a reader would apply them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("app", "widgets", "networks", "tests")
LIMIT = 380
"""Seconds that a process may take, ten times what it takes: other tests may keep all cores busy."""

pytestmark = pytest.mark.timeout(LIMIT + 20)


@pytest.fixture
def copied_tree(tmp_path):
    """A copy of the sources, to be changed and run, with what Python has already compiled of them."""
    tree = tmp_path / "tree"
    ignored = shutil.ignore_patterns(".*", "benchmarks")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tree / folder, ignore=ignored)
    for file in ("main.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, tree / file)
    return tree


def examples(heading):
    """The blocks of Python below a heading of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def example(heading):
    """The first block of Python below a heading of the README."""
    return examples(heading)[0]


def run_in(tree, script, timeout=LIMIT):
    """What a script prints that runs in this tree."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


WITH_A_PANEL = """
from app.start.start import make_application
application = make_application()
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QTextBrowser
from app.features.building.census import Census
from app.window.window import MainWindow
from networks.graph.edits import remove
from widgets.controls.section import Heading

window = MainWindow()
window.show()
window.resize(1480, 920)
QTest.qWaitForWindowActive(window)
census = window.feature(Census)
assert census.label.isVisible()
(heading,) = (one for one in window.findChildren(Heading) if one.text() == "Census")
heading.click()
assert not census.label.isVisible()
heading.click()

menus = {action.text().replace("&", ""): action.menu() for action in window.menuBar().actions()}
(toggle,) = (action for action in menus["View"].actions() if action.text() == "Census")
toggle.trigger()
assert not census.label.isVisible()
toggle.trigger()
assert census.label.isVisible()

assert "4 × Tanh" in census.label.text()
window.desk.edit_network(remove(window.desk.shown.network, {"tanh1"}), "Remove tanh1")
assert "3 × Tanh" in census.label.text()
window.desk.document.undo()
assert "4 × Tanh" in census.label.text()

(command,) = (action for action in menus["Edit"].actions() if action.objectName() == "count")
assert command.text() == "C&ount the layers"
QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
assert window.statusBar().currentMessage() == "14 layers"

QTest.keyClick(window, Qt.Key.Key_F1)
page = window.findChild(QDialog, "keys_page").findChild(QTextBrowser).toPlainText()
assert "Count the layers" in page and "Ctrl+L" in page

window.close()
again = MainWindow()
assert "census" in again.zones.seats
again.close()
print("as the README says")
"""


def test_a_panel_is_one_file_and_its_line_in_the_tuple(copied_tree):
    features = copied_tree / "app" / "features"
    (features / "building" / "census.py").write_text(example("Adding a panel"), encoding="utf-8")
    listed = (features / "__init__.py").read_text(encoding="utf-8")
    listed = listed.replace("\nFEATURES", "from app.features.building.census import Census\n\nFEATURES", 1)
    listed = listed.replace("    About,\n)", "    Census,\n    About,\n)", 1)
    (features / "__init__.py").write_text(listed, encoding="utf-8")
    assert run_in(copied_tree, WITH_A_PANEL) == "as the README says\n"


def run_tests_in(tree, *arguments, timeout=LIMIT):
    """Runs tests in this tree; their output is shown where one fails."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def add_layer(tree):
    file = tree / "networks" / "layers" / "resizing.py"
    layer = example("Adding a layer type")
    file.write_text(f"{file.read_text(encoding='utf-8')}\n\n{layer}", encoding="utf-8")


def add_explanation(tree):
    file = tree / "networks" / "explanations" / "layers" / "copying.py"
    explanation = examples("Adding a layer type")[1]
    file.write_text(f"{file.read_text(encoding='utf-8')}\n\n{explanation}", encoding="utf-8")


CATALOG_WALKS = (
    "tests/networks/layers",
    "tests/networks/core/test_fields.py",
    "tests/networks/importing/calls/test_inverse.py",
    "tests/networks/module/test_overwriting.py",
    "tests/widgets/forms/test_form.py",
    "tests/widgets/palette/test_palette.py",
    "tests/widgets/panels/test_layer_panel.py",
)
"""What walks through all layer types; of it is run what is about the new one, or about all together."""
RANDOM_NETWORKS = (
    "tests/networks/importing/test_importer.py::test_what_the_app_builds_is_imported_again_as_the_same_network",
    "tests/networks/exporting/test_exporting.py::test_every_layer_type_is_exported",
)
"""Networks of all layer types, the new one among them, are imported and exported."""


@pytest.mark.slow
def test_adding_a_layer_type(copied_tree):
    """One class is all it takes: palette, form, import, print, export and project file know it.

    And no test that walks the catalog fails. All in one process: to start one takes as long as its tests.
    """
    add_layer(copied_tree)
    run_tests_in(
        copied_tree,
        "tests/readme_examples/adding_a_layer.py",
        *CATALOG_WALKS,
        *RANDOM_NETWORKS,
        "-k",
        "adding_a_layer or PixelShuffle or unique or every_layer_type or palette or what_the_app_builds",
        "-m",
        "",
    )


@pytest.mark.slow
def test_explaining_a_layer_type(copied_tree):
    """Terms, gradients and receptive field are held to torch as those of all other types are."""
    add_layer(copied_tree)
    add_explanation(copied_tree)
    run_tests_in(
        copied_tree,
        "tests/readme_examples/adding_a_layer.py",
        "tests/networks/explanations",
        "-k",
        "adding_a_layer or PixelShuffle",
    )


WITH_A_MEASURE = """
import math, msgspec, subprocess, sys
import torch
from app.start.start import make_application
application = make_application()
from app.terminal.command_line import main
from networks.exporting.script import save_training_script
from networks.project.project import first_project, project_to_json
from networks.recipes.recipe import with_settings
from networks.runs.events import Stepped, Validated
from networks.runs.record import Record
from networks.runs.table import csv_text
from networks.training.engine.run import Run
from pathlib import Path
from widgets.curves import CurvesPanel

project = first_project()
recipe = with_settings(project.recipe, epochs=2, batch_size=300, threads=1, clip=0.0)
project = msgspec.structs.replace(project, recipe=recipe)
run, record = Run(project), Record("run")
def norm():
    return torch.nn.utils.get_total_norm(list(run.module.parameters())).item()
before = norm()
for event in run.train():
    record.take([event])
    if isinstance(event, Stepped):
        assert abs(event.values["weight norm"] - before) < 1e-4 * before
        before = norm()
    elif isinstance(event, Validated):
        assert "weight norm" not in event.values
measured = record.steps.values("weight norm").tolist()
assert len(measured) == 2 * run.steps_per_epoch and min(measured) > 0

table = csv_text([record])
heading, first, *_ = table.splitlines()
assert heading.split(",")[-1] == "weight norm" and float(first.split(",")[-1]) == measured[0]

Path("project.json").write_bytes(project_to_json(project))
assert main(["train", "project.json", "--out", "trained"]) == 0
assert Path("trained/curves.csv").read_text() == table

Path("script").mkdir()
save_training_script(project, Path("script/net.py"), "Net")
subprocess.run([sys.executable, "-W", "error", "net.py"], cwd="script", check=True, stdout=subprocess.DEVNULL)
assert Path("script/net-curves.csv").read_text() == table

panel = CurvesPanel()
panel.show_records([record])
panel.show()
chart = panel.chart("weights")
assert chart.isVisible() and chart.accessibleName() == "Weights"
assert "weight norm, smoothed" in panel.keys.text()
line = chart.curves(record)["weight norm"]
assert len(line.strong.across) == len(measured)
chart.pointed.emit(record.steps.epoch[2])
figure, smoothed = chart.quantity.figure(measured[2]), chart.quantity.figure(line.value(2))
assert line.own_value(2) == measured[2]
assert panel.headings[panel.charts.index(chart)].text() == f"step 3  norm {smoothed} ({figure})"
panel.toolbar.log_button.click()
height = chart.point(chart.area().topLeft() + line.point(2))[1]
assert math.isclose(height, math.log10(line.value(2)), abs_tol=1e-6)
panel.close()
print("as the README says")
"""


@pytest.mark.slow
def test_a_measure_is_a_few_lines_in_one_file(copied_tree):
    measures = copied_tree / "networks" / "runs" / "measures.py"
    text = measures.read_text(encoding="utf-8")
    text = text.replace("\nMEASURES = (", f"\n{example('Adding a measure')}\nMEASURES = (", 1)
    text = text.replace("    AVERAGED_ACCURACY,\n)", "    AVERAGED_ACCURACY,\n    WEIGHT_NORM,\n)", 1)
    measures.write_text(text, encoding="utf-8")
    assert run_in(copied_tree, WITH_A_MEASURE).splitlines()[-1] == "as the README says"


def add_data_set(tree):
    folder = tree / "networks" / "recipes" / "datasets"
    (folder / "stripes.py").write_text(example("Adding a data set"), encoding="utf-8")
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    text = text.replace("    stl10,\n", "    stl10,\n    stripes,\n", 1)
    text = text.replace("    shapes,\n    folder,\n)", "    shapes,\n    stripes,\n    folder,\n)", 1)
    (folder / "__init__.py").write_text(text, encoding="utf-8")


def add_augmentation(tree):
    function, declared = examples("Adding an augmentation")
    pixels = tree / "networks" / "data" / "augmentation" / "pixels.py"
    pixels.write_text(f"{pixels.read_text(encoding='utf-8')}\n\n{function}", encoding="utf-8")
    folder = tree / "networks" / "recipes" / "augmentation"
    (folder / "solarize.py").write_text(declared, encoding="utf-8")
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    text = text.replace("    shift,\n", "    shift,\n    solarize,\n", 1)
    text = text.replace("    erasing.__name__,\n", "    solarize.__name__,\n    erasing.__name__,\n", 1)
    (folder / "__init__.py").write_text(text, encoding="utf-8")


AUGMENTATION_WALKS = (
    "tests/networks/data/test_augmentation.py",
    "tests/networks/source/test_training_script.py",
    "tests/networks/source/test_shared_loop.py",
    "tests/networks/recipes/test_augmentation.py",
    "tests/widgets/panels/test_augmentation_panel.py",
)
"""What walks through all augmentations; of it is run what is about the new one, or about all together."""


@pytest.mark.slow
def test_adding_a_data_set_and_an_augmentation(copied_tree):
    """A class, or a class with a function, is all it takes: window, files, terminal and script know it.

    And no test that walks the augmentations fails.
    """
    add_data_set(copied_tree)
    add_augmentation(copied_tree)
    examples = "adding_a_data_set or adding_an_augmentation or test_data_section"
    run_tests_in(
        copied_tree,
        "tests/readme_examples/adding_a_data_set.py",
        "tests/readme_examples/adding_an_augmentation.py",
        "tests/networks/recipes/test_data_section.py",
        *AUGMENTATION_WALKS,
        "-k",
        f"{examples} or Solarize or added or threads or function",
    )
