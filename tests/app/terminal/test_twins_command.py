"""`backbone twins` and `backbone seeds` train, keep every run, and say what may be concluded."""

from __future__ import annotations

import signal

import pytest
import torch
from safetensors.torch import load_file

from app.terminal import twins_command
from app.terminal.command_line import main
from networks.project.project import read_project
from networks.runs.kept.files import header_of
from networks.runs.kept.folders import run_folders
from networks.runs.kept.reading import read_run
from networks.training.engine.run import Run
from tests.app.terminal.test_command_line import _fails, with_recipe, write


@pytest.fixture
def project_file(tmp_path):
    return write(tmp_path / "lenet.json", with_recipe(epochs=1, batch_size=300))


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "lenet.runs"


def test_twins_are_two_kept_runs_for_each_seed_and_a_conclusion(project_file, runs, capsys):
    assert main(["twins", str(project_file), "--change", "ReLU", "--seeds", "2"]) == 0
    folders = run_folders(runs)
    assert [folder.name for folder in folders] == [
        "0001 as it is, seed 0",
        "0002 Tanh → ReLU, seed 0",
        "0003 as it is, seed 1",
        "0004 Tanh → ReLU, seed 1",
    ]
    headers = [header_of(folder) for folder in folders]
    assert [header.part.side for header in headers] == ["A", "B", "A", "B"]
    assert len({header.part.comparison for header in headers}) == 1
    out, err = capsys.readouterr()
    assert "seed 1: validation accuracy A" in out
    assert "With 2 seeds" in out
    assert "Both begin with the same weights in all 5 layers" in err
    # exactly the run of its project, whoever trained beside it
    run = Run(read_project(folders[3] / "project.json"))
    list(run.train())
    weights = load_file(folders[3] / "weights.safetensors")
    assert all(torch.equal(weights[name], tensor) for name, tensor in run.weights().items())
    assert main(["twins", str(project_file), "--kept"]) == 0
    assert out in capsys.readouterr().out


def test_one_pair_is_told_and_nothing_concluded(project_file, capsys):
    assert main(["twins", str(project_file), "--set", "learning.optimizer.lr=0.01"]) == 0
    assert "One seed allows no conclusion" in capsys.readouterr().out


def test_an_earlier_run_can_be_the_twin(project_file, runs, capsys):
    assert main(["train", str(project_file)]) == 0
    write(project_file, with_recipe(epochs=1, batch_size=200))
    assert main(["twins", str(project_file), "--against", str(run_folders(runs)[0])]) == 0
    assert "as in “LeNet-5 · as published”: Batch size 200 → 300" in capsys.readouterr().err


def test_seeds_tell_mean_and_spread(project_file, runs, capsys):
    assert main(["seeds", str(project_file), "2"]) == 0
    assert [header_of(folder).seed for folder in run_folders(runs)] == [0, 1]
    assert "With 2 seeds the validation accuracy is" in capsys.readouterr().out


def test_without_a_change_those_that_are_offered_are_listed(project_file, capsys):
    assert main(["twins", str(project_file)]) == 0
    assert "Activation     Tanh → ReLU\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--change", "adam"], "Expected one change, got “adam”"),
        (["--set", "learning.seed=3"], "Expected a setting that may have another value"),
        (["--change", "focal", "--by", "validation loss"], "different losses"),
        (["--kept"], "No comparison is kept"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(project_file, capsys, options, words):
    assert words in _fails(["twins", project_file, *options], capsys)


def test_the_number_of_seeds_has_bounds(project_file, capsys):
    assert main(["seeds", str(project_file), "0"]) == 2
    assert "expected 1 to 100 seeds" in capsys.readouterr().err


@pytest.mark.slow
def test_a_signal_stops_both_and_begins_no_further_seed(project_file, runs, capsys, monkeypatch):
    write(project_file, with_recipe(epochs=3, batch_size=300))
    taken = twins_command._Telling.take
    events = []

    def take(telling, event):
        taken(telling, event)
        events.append(event)
        if len(events) == 10:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(twins_command._Telling, "take", take)
    options = ["--set", "learning.optimizer.lr=0.01", "--seeds", "3"]
    assert main(["twins", str(project_file), *options]) == 128 + signal.SIGINT
    ended = [read_run(folder).record.ended.reason for folder in run_folders(runs)]
    assert ended == ["stopped", "stopped"]
    out, err = capsys.readouterr()
    assert "No run came to its end yet." in out
    assert err.count("Stopped") == 2
    monkeypatch.undo()
    # what was missing is trained later, and the seed that was cut off goes on
    begun = run_folders(runs)
    assert main(["twins", str(project_file), "--rest"]) == 0
    assert "With 3 seeds" in capsys.readouterr().out
    assert run_folders(runs)[:2] == begun
    assert len(run_folders(runs)) == 6
    assert "lacks any seed" in _fails(["twins", project_file, "--rest"], capsys)
