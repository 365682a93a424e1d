"""`backbone` on a folder of one's own pictures: read first, decoded anew where memory is short, and told."""

from __future__ import annotations

import csv
import shutil

import msgspec
import numpy as np
import pytest
from PIL import Image

from app.terminal.command_line import main
from networks.core.message import message
from networks.project.project import first_project, project_to_json, read_project
from networks.recipes.datasets import Folder
from networks.training.experiments import speed_trial


@pytest.fixture
def photos(tmp_path):
    draw = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(12):
            pixels = draw.integers(0, 256, (20, 30, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{index}.png")
    return tmp_path / "photos"


@pytest.fixture
def project_file(tmp_path, monkeypatch):
    path = tmp_path / "lenet.json"
    path.write_bytes(project_to_json(first_project()))
    monkeypatch.chdir(tmp_path)
    return path


def train(project_file, photos, out, *options):
    given = [
        "--dataset",
        "Folder",
        "--data-folder",
        str(photos),
        "--epochs",
        "1",
        "--augmentation",
        "imagenet",
    ]
    return main(["train", str(project_file), *given, "--threads", "1", "--out", out, *options])


def losses(out):
    with open(f"{out}/curves.csv", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_training_reads_the_pictures_first_and_says_which_way_it_takes(project_file, photos, capsys):
    assert train(project_file, photos, "kept") == 0
    assert "decoded anew" not in capsys.readouterr().err
    assert train(project_file, photos, "streamed", "--memory", "1e-6") == 0
    told = capsys.readouterr()
    assert "The pictures are decoded anew for every batch" in told.err
    assert "The steps waited" in told.out
    assert "% of the time for pictures" in told.out
    project = read_project(project_file.parent / "streamed" / "project.json")
    assert project.recipe.data.dataset == Folder(path=str(photos), memory=1e-6)
    assert project.classes == 2
    # what this computer decides is written down
    assert read_project(project_file.parent / "kept" / "project.json").recipe.data.dataset.memory > 0


@pytest.fixture
def _quickly_tried(monkeypatch):
    """`speed` measures for a moment only, and compiles nothing."""
    monkeypatch.setattr(speed_trial, "SECONDS", 0.01)
    monkeypatch.setattr(speed_trial, "obstacles", lambda *_: {"compile": message("There is no compiler")})


@pytest.mark.usefixtures("_quickly_tried")
@pytest.mark.parametrize(
    "command", [*(pytest.param(each, marks=pytest.mark.slow) for each in ("find-rate", "speed")), "check"]
)
def test_commands_read_the_pictures_first(project_file, photos, tmp_path, command):
    assert train(project_file, photos, "kept") == 0
    copy = tmp_path / "another place"
    shutil.copytree(photos, copy)
    path = tmp_path / "kept" / "project.json"
    project = read_project(path)
    data = msgspec.structs.replace(project.recipe.data, dataset=Folder(path=str(copy)))
    recipe = msgspec.structs.replace(project.recipe, data=data)
    path.write_bytes(project_to_json(msgspec.structs.replace(project, recipe=recipe)))
    assert not data.dataset.at_hand()
    # the search may find that so few images are no guide to a rate
    assert main([command, str(path)]) in (0, 1)
    assert data.dataset.at_hand()


def test_the_number_of_decoders_changes_nothing_and_a_copy_can_be_trained_on(project_file, photos, tmp_path):
    assert train(project_file, photos, "one", "--memory", "1e-6", "--decoders", "1") == 0
    copy = tmp_path / "copy"
    shutil.copytree(photos, copy)
    project = str(tmp_path / "one" / "project.json")
    assert main(["train", project, "--data-folder", str(copy), "--decoders", "3", "--out", "other"]) == 0
    assert losses("one") == losses("other")


def test_a_picture_that_breaks_is_noted(project_file, photos, capsys, monkeypatch):
    broken = photos / "cat" / "3.png"
    broken.write_bytes(broken.read_bytes()[:-200])
    assert train(project_file, photos, "run", "--memory", "1e-6") == 0
    err = capsys.readouterr().err
    assert "Note: A picture cannot be read any more and is left out. cat/3.png: cannot be read" in err


def test_checking_and_exporting_a_project_with_own_pictures(project_file, photos, capsys):
    assert train(project_file, photos, "run", "--memory", "1e-6") == 0
    assert main(["check", "run/project.json"]) == 0
    assert main(["export", "run/project.json", "net.py", "--training"]) == 0
    assert "its pictures stay in their folder, folder.csv lists them" in capsys.readouterr().out


def test_without_pictures_it_says_what_lacks(project_file, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert train(project_file, tmp_path / "empty", "run") == 1
    assert "one sub-folder for each class" in capsys.readouterr().err
