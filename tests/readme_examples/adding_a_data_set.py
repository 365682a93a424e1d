"""What must hold of the README's Stripes, where its class stands in its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace
from networks.recipes.datasets.stripes import Stripes

import networks.recipes
from app.terminal.command_line import main
from networks.exporting.script import save_training_script
from networks.layers.ends import Input
from networks.project.fitting_data import fitted
from networks.project.project import first_project, project_from_json, project_to_json
from networks.recipes.datasets import DATASETS
from networks.recipes.recipe import with_settings
from widgets.look.translation import declared
from widgets.panels.data_panel import DataPanel
from widgets.panels.sample_strip import SampleStrip

FIRST = first_project()
PROJECT = fitted(replace(FIRST, recipe=with_settings(FIRST.recipe, dataset=Stripes(period=6), epochs=2)))


def test_it_is_the_copy_that_is_tested():
    assert Path(networks.recipes.__file__).is_relative_to(Path.cwd())
    assert Stripes in DATASETS


def test_the_network_is_fitted_to_it():
    assert PROJECT.classes == 4
    assert PROJECT.network["input"].layer == Input(1, (16, 16))


def test_it_comes_back_from_a_project_file():
    assert project_from_json(project_to_json(PROJECT)) == PROJECT


def test_the_panel_shows_it(qtbot):
    panel = DataPanel()
    qtbot.addWidget(panel)
    panel.show_recipe(PROJECT.recipe, (1, 16, 16))
    assert panel.findChild(SampleStrip).labels() == tuple(declared(name) for name in Stripes.classes)


def test_the_command_line_and_the_script_train_on_it_alike(tmp_path):
    (tmp_path / "project.json").write_bytes(project_to_json(PROJECT))
    assert main(["train", str(tmp_path / "project.json"), "--out", str(tmp_path / "trained")]) == 0
    table = (tmp_path / "trained" / "curves.csv").read_text()
    save_training_script(PROJECT, tmp_path / "net.py", "Net")
    subprocess.run([sys.executable, "net.py"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "net-curves.csv").read_text() == table
