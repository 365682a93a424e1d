"""Runs of the command line lie beside their project: listed, compared, and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import islice

import pytest
import torch
from safetensors.torch import load_file

from app.terminal.command_line import main
from networks.project.project import read_project
from networks.runs.kept.files import METRICS
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import state_of
from networks.runs.kept.reading import read_run
from networks.runs.table import csv_text
from networks.runs.tensorboard import event_files
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from tests.app.terminal.test_command_line import ROOT, _fails, with_recipe, write
from tests.networks.runs.test_tensorboard import read as read_events
from tests.networks.training.keeping.test_resuming import leave


@pytest.fixture
def project_file(tmp_path):
    return write(tmp_path / "lenet.json", with_recipe(epochs=2))


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "lenet.runs"


def train(project_file, *options):
    assert main(["train", str(project_file), *map(str, options)]) == 0


def test_training_keeps_the_run_beside_the_project(project_file, runs, capsys):
    train(project_file)
    (folder,) = run_folders(runs)
    assert folder.name == "0001 as published"
    assert f"Curves and weights are in {folder}{os.sep}" in capsys.readouterr().out
    run = Run(read_project(folder / "project.json"))
    list(run.train())
    weights = load_file(folder / "weights.safetensors")
    assert all(torch.equal(weights[name], tensor) for name, tensor in run.weights().items())
    assert read_run(folder).record.title == "LeNet-5 · as published"


def test_a_run_is_called_by_what_was_changed(project_file, runs):
    train(project_file)
    write(project_file, with_recipe(epochs=3))
    train(project_file)
    train(project_file)
    assert [folder.name for folder in run_folders(runs)] == [
        "0001 as published",
        "0002 Epochs 2 → 3",
        "0003 same again",
    ]


def test_the_runs_are_listed(project_file, runs, capsys):
    train(project_file)
    train(project_file, "--seed", 5)
    run = Run(read_project(project_file))
    half = begun(run, runs, Named("a\x1b[2J"))
    for event in islice(run.train(), 4):
        half.take(event)
    half._flush()
    capsys.readouterr()
    assert main(["runs", str(project_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["run", "state", "epochs"]
    assert len(lines) == 4
    assert "as published" in lines[1]
    assert " 2/2 " in lines[1]
    assert "Seed 0 → 5" in lines[2]
    assert "a\\x1b[2J" in lines[3]
    assert "training" in lines[3]
    leave(half.folder)
    assert main(["runs", str(runs)]) == 0
    assert "interrupted" in capsys.readouterr().out.splitlines()[3]


def test_a_damaged_run_is_listed_with_its_sentence(project_file, runs, capsys):
    train(project_file)
    (runs / "0002 bad").mkdir()
    (runs / "0002 bad" / "run.json").write_text("{")
    capsys.readouterr()
    assert main(["runs", str(project_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "was not read: it is damaged" in lines[2]


def test_no_runs_yet(project_file, capsys):
    assert "There are no runs in" in _fails(["runs", project_file], capsys)


def test_two_runs_are_compared(project_file, runs, capsys):
    train(project_file)
    train(project_file, "--seed", 5)
    train(project_file)
    first, second, third = run_folders(runs)
    capsys.readouterr()
    assert main(["compare", str(first), str(second)]) == 0
    said = capsys.readouterr().out
    assert "Seed 0 → 5" in said
    assert "best validation accuracy" in said
    # the last batch of a run holds a few images, and says little about the others
    assert "last training" not in said
    assert "training accuracy, last epoch" in said
    assert "gap in loss, last epoch" in said
    assert "The first number that differs is the training loss of step 1: " in said
    assert main(["compare", str(first), str(third)]) == 0
    said = capsys.readouterr().out
    assert "The same project on the same machine." in said
    assert "All numbers of the first 6 steps are the same, to the last bit." in said


def test_compared_with_what_is_no_run(project_file, runs, tmp_path, capsys):
    train(project_file)
    capsys.readouterr()
    assert "is not the folder of a run" in _fails(["compare", run_folders(runs)[0], tmp_path], capsys)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_run_that_was_killed_goes_on_to_the_bit(tmp_path, capsys):
    project_file = write(tmp_path / "lenet.json", with_recipe(epochs=30))
    command = [sys.executable, str(ROOT / "main.py"), "train", str(project_file)]
    runs = tmp_path / "lenet.runs"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 300
        while not any(file.stat().st_size for file in runs.glob(f"*/{METRICS}")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    (folder,) = run_folders(runs)
    assert state_of(folder) == "interrupted"
    assert main(["resume", str(folder)]) == 0
    captured = capsys.readouterr()
    assert "Trained for 30 epochs." in captured.out
    assert "Note" not in captured.err
    straight = Run(read_project(folder / "project.json"))
    list(straight.train())
    weights = load_file(folder / "weights.safetensors")
    assert all(torch.equal(weights[name], tensor) for name, tensor in straight.weights().items())


def test_a_run_that_has_ended_goes_on_for_more_epochs(project_file, runs, capsys):
    train(project_file)
    (folder,) = run_folders(runs)
    assert main(["resume", str(folder), "--epochs", "1"]) == 0
    assert "Trained for 3 epochs." in capsys.readouterr().out
    assert read_run(folder).record.last_epoch == 3


def test_what_is_no_run_cannot_go_on(tmp_path, project_file, runs, capsys):
    assert "is not the folder of a run" in _fails(["resume", tmp_path], capsys)
    train(project_file)
    (folder,) = run_folders(runs)
    (folder / "project.json").write_text("{")
    capsys.readouterr()
    assert "was not opened" in _fails(["resume", folder], capsys)


def test_where_no_folder_can_be_made_it_trains_and_says_so(project_file, runs, tmp_path, capsys):
    runs.write_text("a file")
    train(project_file, "--out", tmp_path / "out")
    captured = capsys.readouterr()
    assert "The run is not kept." in captured.err
    assert (tmp_path / "out" / "weights.safetensors").exists()


def test_runs_are_exported_for_tensorboard_and_as_a_table(project_file, runs, tmp_path, capsys):
    train(project_file)
    train(project_file, "--seed", 5)
    first, second = run_folders(runs)
    board, table = tmp_path / "board", tmp_path / "all.csv"
    assert main(["runs", "export", str(project_file), "--tensorboard", str(board), "--csv", str(table)]) == 0
    assert "tensorboard --logdir" in capsys.readouterr().out
    assert {path.name for path in board.iterdir()} == {first.name, second.name}
    for folder in (first, second):
        (file,) = event_files(board / folder.name)
        steps = {event.step for event in read_events(file.read_bytes())[1:]}
        assert steps == set(read_run(folder).record.steps.step.tolist())
    assert table.read_text() == csv_text([read_run(folder).record for folder in (first, second)])
    assert main(["runs", "export", str(first), "--csv", str(table)]) == 0
    assert table.read_text() == csv_text([read_run(first).record])


def test_there_must_be_something_to_export(project_file, runs, tmp_path, capsys):
    assert "There are no runs in" in _fails(["runs", "export", project_file, "--csv", tmp_path / "a"], capsys)
    assert main(["runs", "export", str(project_file)]) == 2
    assert "name what to write" in capsys.readouterr().err


def test_event_files_are_written_while_it_trains_and_goes_on(project_file, runs):
    train(project_file, "--tensorboard")
    (folder,) = run_folders(runs)
    assert main(["resume", str(folder), "--epochs", "1"]) == 0
    told = [event for file in event_files(folder) for event in read_events(file.read_bytes())]
    numbers = [event.step for event in told if event.summary.value and len(event.summary.value) > 2]
    assert numbers == read_run(folder).record.steps.step.tolist()
    # the second leg says where it went on, which TensorBoard heeds
    assert [event.step for event in told if event.HasField("session_log")] == [7]
    train(project_file)
    assert not event_files(run_folders(runs)[-1])
