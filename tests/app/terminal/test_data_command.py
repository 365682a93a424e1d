"""`backbone data` lists and fetches data sets; `backbone train` takes another, from a folder or the net."""

from __future__ import annotations

import pytest

from app.terminal.command_line import main
from networks.layers.ends import Input
from networks.project.project import first_project, project_to_json, read_project
from networks.recipes.datasets import DATASETS, fetching, places
from networks.recipes.datasets.mnist import MNIST
from tests.networks.recipes.datasets.made_sets import drawn, small, write


@pytest.fixture(autouse=True)
def _nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKBONE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr("networks.recipes.datasets.named.usual", lambda: (places.own_folder(),))
    made = small(MNIST)
    for name in ("counts", "test_counts"):
        monkeypatch.setattr(MNIST, name, getattr(made, name))
    yield
    places.look_in(())


@pytest.fixture
def project_file(tmp_path):
    path = tmp_path / "lenet.json"
    path.write_bytes(project_to_json(first_project()))
    return path


def fetched(monkeypatch, tmp_path):
    """Has fetching put the set where it belongs. Gives the names of those that are fetched."""
    names = []

    def fetch(dataset, progress):
        names.append(dataset.name())
        write(type(dataset), tmp_path / "own", *drawn(type(dataset)))
        return progress(1.0)

    monkeypatch.setattr(fetching, "fetch", fetch)
    return names


def test_every_set_has_a_line(capsys, tmp_path):
    write(MNIST, tmp_path / "own", *drawn(MNIST))
    assert main(["data"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [kind.__name__ for kind in DATASETS]
    assert any("CIFAR10" in line and "3×32×32" in line and "to fetch, 170 MB" in line for line in lines)
    assert any("MNIST" in line and f"in {tmp_path}" in line for line in lines)


def test_a_set_is_fetched_once(capsys, tmp_path, monkeypatch):
    names = fetched(monkeypatch, tmp_path)
    assert main(["data", "mnist", "digits"]) == 0
    told = capsys.readouterr()
    assert "Fetching MNIST, 12 MB, from ossci-datasets.s3.amazonaws.com" in told.err
    assert "Licence: CC BY-SA 3.0." in told.err
    assert "DIGITS: comes" not in told.out
    assert "Digits: comes with Backbone." in told.out
    assert main(["data", "MNIST"]) == 0
    assert "is here already" in capsys.readouterr().out
    assert names == ["MNIST"]


@pytest.mark.parametrize("command", [["data", "MINST"], ["train", "lenet.json", "--dataset", "MINST"]])
def test_an_unknown_name_is_answered_with_those_that_there_are(
    command, capsys, monkeypatch, tmp_path, project_file
):
    monkeypatch.chdir(tmp_path)
    assert main(command) == 1
    assert "got “MINST”: choose one of Digits, MNIST, FashionMNIST" in capsys.readouterr().err


@pytest.mark.parametrize("way", ["folder", "fetch"])
def test_training_on_another_set(way, capsys, tmp_path, monkeypatch, project_file):
    names = fetched(monkeypatch, tmp_path)
    command = ["train", str(project_file), "--dataset", "mnist", "--judged-by", "test", "--per-class", "3"]
    command += ["--epochs", "1", "--threads", "1", "--out", str(tmp_path / "run")]
    assert main(command) == 1
    assert "not on this computer: fetch them" in capsys.readouterr().err
    if way == "folder":
        folder = write(MNIST, tmp_path / "mine", *drawn(MNIST))
        command += ["--data-folder", str(folder)]
    else:
        command += ["--fetch"]
    assert main(command) == 0
    assert names == (["MNIST"] if way == "fetch" else [])
    data = read_project(tmp_path / "run/project.json").recipe.data
    assert (data.dataset, data.judged_by, data.per_class) == (MNIST(), "test", 3)
    assert read_project(tmp_path / "run/project.json").network["input"].layer == Input(1, (28, 28))


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz", "table.csv", "picture.png"])
@pytest.mark.parametrize("command", ["data", "train"])
def test_a_file_in_place_of_a_folder(capsys, tmp_path, name, command):
    (tmp_path / name).write_bytes(b"PK")
    project = tmp_path / "project.json"
    project.write_bytes(project_to_json(first_project()))
    more = [str(project), "--dataset", "Folder"] if command == "train" else []
    assert main([command, *more, "--data-folder", str(tmp_path / name)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{name}: expected a folder, got a file" in line
    assert "unpack it" in line


def test_a_folder_that_is_not_there(capsys, tmp_path):
    assert main(["data", "--data-folder", str(tmp_path / "none")]) == 1
    assert "there is no such folder" in capsys.readouterr().err
