"""torchrun trains one run with several processes, and goes on with it where one of them died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.terminal.together import joined
from networks.project.project import write_project
from networks.runs.kept.files import METRICS, WEIGHTS
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import newest_leg, state_of
from networks.runs.kept.reading import read_run
from networks.training.keeping.checkpoint import checkpoints, read_checkpoint
from tests.networks.training.engine.test_run import PLAIN, RANDOM, project

MAIN = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]


LONG = 300
"""Seconds that two processes may take to start and to end, where others keep all cores busy."""


class Two(SimpleNamespace):
    """The first of two processes, or the second, that agree on everything and are never connected."""

    def __init__(self, first):
        super().__init__(
            count=2,
            first=first,
            launch=SimpleNamespace(local_ranks=2, local_rank=0),
            agree=lambda **facts: None,
            connect=lambda device: None,
        )


@pytest.mark.parametrize(
    ("switch", "said"), [("compile", "torch.compile"), ("data_parallel", "data-parallel threads")]
)
def test_a_switch_that_several_processes_leave_out_is_told_once(capsys, switch, said):
    for first in (True, False):
        trained, _ = joined(project(PLAIN, **{switch: True}), Two(first))
        assert not getattr(trained.recipe.machine, switch)
        expected = f"Note: Several processes train without {said}.\n2 processes train together.\n"
        assert capsys.readouterr().err == (expected if first else "")


def torchrun(home, *arguments, options=()):
    environment = {name: value for name, value in os.environ.items() if name != "RANK"} | {"HOME": str(home)}
    return subprocess.Popen(
        [*MAIN, *options, "-m", "main", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )


def told(runs):
    return sum(file.stat().st_size for file in runs.glob(f"*/{METRICS}"))


def kill(launcher, rank):
    """Kills the process with this rank that torchrun has started."""
    for place in Path("/proc").iterdir():
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            environment = (place / "environ").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if parent == launcher.pid and f"RANK={rank}".encode() in environment:
            os.kill(int(place.name), signal.SIGKILL)
            return
    raise AssertionError("there is no such process")


def killed(tmp_path, rank, options=()):
    """Kills a process in the middle of a training: gives the run's folder, what was said, the exit code."""
    path = tmp_path / "net.json"
    write_project(project(RANDOM, epochs=40, batch_size=100), path)
    runs = path.with_name("net.runs")
    launcher = torchrun(tmp_path, "train", path, options=options)
    while told(runs) < 20_000:
        assert launcher.poll() is None, launcher.stdout.read()
        time.sleep(0.01)
    kill(launcher, rank)
    said, _ = launcher.communicate(timeout=LONG)
    (folder,) = run_folders(runs)
    return folder, said, launcher.returncode


@pytest.mark.slow
def test_a_batch_that_cannot_be_shared_is_said_once(tmp_path):
    path = tmp_path / "net.json"
    write_project(project(PLAIN, batch_size=1), path)
    launcher = torchrun(tmp_path, "train", path)
    said, _ = launcher.communicate(timeout=LONG)
    assert launcher.returncode == 1
    assert (
        said.count("Expected at least one image of each batch for each of 2 processes, got batches of 1") == 1
    )


@pytest.mark.slow
def test_a_process_that_dies_ends_the_others_with_one_line_and_a_checkpoint(tmp_path):
    folder, said, code = killed(tmp_path, rank=1)
    assert code == 1
    assert said.count("Another process of this training has ended.") == 1
    assert "main.py" not in said
    assert state_of(folder) == "interrupted"
    # nothing that was told is lost
    steps = int(read_run(folder).record.steps.step[-1])
    assert read_checkpoint(checkpoints(folder)[0]).data["step"] == steps > 0


@pytest.mark.slow
def test_where_the_first_process_dies_another_one_says_so(tmp_path):
    folder, said, code = killed(tmp_path, rank=0)
    assert code == 1
    assert said.count("Another process of this training has ended.") == 1
    assert state_of(folder) == "interrupted"


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The folder of the same run without an interruption, and what was said."""
    path = tmp_path_factory.mktemp("straight") / "net.json"
    write_project(project(RANDOM, epochs=40, batch_size=100), path)
    launcher = torchrun(path.parent, "train", path)
    said, _ = launcher.communicate(timeout=LONG)
    assert launcher.returncode == 0, said
    (folder,) = run_folders(path.with_name("net.runs"))
    return folder, said


@pytest.mark.slow
def test_the_processes_are_one_run_and_what_is_wrong_is_said_once(straight):
    folder, said = straight
    run = read_run(folder)
    assert run.state == "ended"
    assert len(run.record.steps) == 40 * 15
    assert newest_leg(folder).environment.processes == 2
    assert said.count("epoch 40/40") == said.count("Trained for 40 epochs.") == 1


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1])
def test_started_anew_they_go_on_with_the_run_to_the_bit(tmp_path, straight, rank):
    expected, _ = straight
    folder, said, code = killed(tmp_path, rank, options=["--max-restarts=1"])
    assert code == 0, said
    assert state_of(folder) == "ended"
    assert newest_leg(folder).step > 0 or rank == 0
    assert (folder / WEIGHTS).read_bytes() == (expected / WEIGHTS).read_bytes()
    ours, theirs = read_run(folder).record, read_run(expected).record
    assert ours.steps.step.tobytes() == theirs.steps.step.tobytes()
    assert ours.steps.values("training loss").tobytes() == theirs.steps.values("training loss").tobytes()


@pytest.mark.slow
def test_asked_to_end_all_stop_after_the_same_step(tmp_path):
    path = tmp_path / "net.json"
    write_project(project(RANDOM, epochs=1000, batch_size=100), path)
    launcher = torchrun(tmp_path, "train", path)
    while told(tmp_path / "net.runs") < 20_000:
        assert launcher.poll() is None, launcher.stdout.read()
        time.sleep(0.01)
    launcher.send_signal(signal.SIGINT)
    said, _ = launcher.communicate(timeout=LONG)
    (folder,) = run_folders(tmp_path / "net.runs")
    assert state_of(folder) == "ended"
    assert "Another process" not in said
    assert "the weights are kept" in str(read_run(folder).record.ended.message)
    # and it goes on with any number of processes
    launcher = torchrun(tmp_path, "resume", folder, "--epochs", "1", options=["--nproc-per-node=3"])
    said, _ = launcher.communicate(timeout=LONG)
    assert launcher.returncode == 0, said
    assert said.count("processes 2 → 3") == 1
