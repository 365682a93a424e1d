"""`backbone sweep` trains a grid of runs, and goes on with it after whatever has happened."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time

import pytest

from app.terminal.command_line import main
from networks.project.project import write_project
from networks.runs.kept.files import METRICS
from networks.runs.sweeps.queue import queues
from networks.runs.sweeps.results import results
from tests.networks.training.test_run import PLAIN, project

pytestmark = pytest.mark.usefixtures("collector_at_rest")


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_project(project(PLAIN, epochs=1, batch_size=600), tmp_path / "net.json")
    return tmp_path / "net.json"


def only(path):
    (queue,) = queues(path.with_name("net.runs"))
    return queue


def test_a_sweep_is_a_table_of_kept_runs(path, capsys):
    out = path.with_name("table.csv")
    code = main(["sweep", str(path), "--set", "learning.rate=0.1,0.001", "--csv", str(out)])
    assert code == 0
    told = capsys.readouterr()
    assert "Ranked first: Learning rate 0.1" in told.out
    assert told.err.count("\nRun ") == 2
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [row["state"] for row in rows] == ["done", "done"]
    assert [row["run"] for row in rows] == ["0001 Learning rate 0.1", "0002 Learning rate 0.001"]
    assert float(rows[0]["validation accuracy"]) > float(rows[1]["validation accuracy"])
    # there is nothing left to do
    assert main(["sweep", str(only(path).folder)]) == 0
    assert len(list(path.with_name("net.runs").glob("0*"))) == 2


def test_what_cannot_be_trained_is_told_before_anything_is(path, capsys):
    assert main(["sweep", str(path), "--set", "pool3.kernel=2x2,16x16"]) == 1
    assert "With pool3 kernel 16x16 the project cannot be trained" in capsys.readouterr().err
    assert not path.with_name("net.runs").exists()
    assert main(["sweep", str(path)]) == 2


def test_other_machines_are_given_commands(path, capsys):
    commands, slurm = path.with_name("commands.txt"), path.with_name("array.sh")
    files = ["--commands", str(commands), "--slurm", str(slurm)]
    assert main(["sweep", str(path), "--set", "lr=0.1,0.2,0.3", *files]) == 0
    queue = only(path)
    assert {queue.state(number) for number in queue.numbers()} == {"waiting"}
    lines = commands.read_text().splitlines()
    assert len(lines) == 3
    assert all(line.endswith(f"sweep '{queue.folder}' --one") for line in lines)
    assert "#SBATCH --array=1-3\n" in slurm.read_text()
    assert slurm.read_text().endswith(f"{lines[0]}\n")
    # what such a command does
    assert main(["sweep", str(queue.folder), "--one"]) == 0
    assert [queue.state(number) for number in queue.numbers()] == ["done", "waiting", "waiting"]
    assert main(["sweep", str(queue.folder), "--pause", "--first", "3"]) == 0
    assert main(["sweep", str(queue.folder), "--one"]) == 0
    assert [queue.state(number) for number in (1, 2, 3)] == ["done", "waiting", "waiting"]
    assert main(["sweep", str(queue.folder), "--go-on", "--one"]) == 0
    assert [queue.state(number) for number in (1, 2, 3)] == ["done", "waiting", "done"]


@pytest.mark.slow
def test_a_sweep_whose_processes_are_killed_goes_on(path):
    # so long that neither is over when the other has begun
    write_project(project(PLAIN, epochs=300, batch_size=100), path)
    command = [sys.executable, os.path.join(os.path.dirname(__file__), "../../../main.py"), "sweep"]
    begun = [*command, str(path), "--set", "lr=0.01,0.001", "--processes", "2"]
    worker = subprocess.Popen(begun, start_new_session=True, stderr=subprocess.DEVNULL)
    runs = path.with_name("net.runs")
    while sum(file.stat().st_size > 5_000 for file in runs.glob(f"*/{METRICS}")) < 2:
        assert worker.poll() is None
        time.sleep(0.02)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    queue = only(path)
    # those that it has started may take a moment to be gone
    while "running" in (states := [queue.state(number) for number in (1, 2)]):
        time.sleep(0.02)
    assert states == ["begun", "begun"]
    assert main(["sweep", str(queue.folder)]) == 0
    assert [row.state for row in results(queue).rows] == ["done", "done"]
    # they are the same runs
    assert len(list(runs.glob("0*"))) == 2
