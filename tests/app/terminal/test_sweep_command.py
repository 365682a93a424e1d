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
from app.terminal.sweep_command import _gpus, _work_together
from networks.project.kept_project import project_of
from networks.project.project import write_project
from networks.recipes.augmentation.rotation import Rotation
from networks.runs.kept.files import METRICS
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import newest_leg
from networks.runs.sweeps.queue import queues
from networks.runs.sweeps.results import results
from networks.runs.sweeps.scripts import slurm_array
from tests.networks.training.engine.test_run import PLAIN, project

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
    write_project(project(PLAIN, epochs=100, batch_size=100), path)
    command = [sys.executable, os.path.join(os.path.dirname(__file__), "../../../main.py"), "sweep"]
    begun = [*command, str(path), "--set", "lr=0.01,0.001", "--processes", "2"]
    worker = subprocess.Popen(begun, start_new_session=True, stderr=subprocess.DEVNULL)
    runs = path.with_name("net.runs")
    halted = set()
    while len(halted) < 2:
        assert worker.poll() is None
        for file in runs.glob(f"*/{METRICS}"):
            if file.parent not in halted and file.stat().st_size > 5_000:
                # so that it is not over when the other one has begun
                os.kill(newest_leg(file.parent).process.pid, signal.SIGSTOP)
                halted.add(file.parent)
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


def make_sweep(path, *values):
    assert main(["sweep", str(path), *values, "--commands", str(path.with_name("commands.txt"))]) == 0
    return only(path)


@pytest.mark.parametrize(
    ("visible", "there", "found"),
    [
        (None, 3, ["0", "1", "2"]),
        ("2, 0", 2, ["2", "0"]),
        ("GPU-8e1f,MIG-77aa", 2, ["GPU-8e1f", "MIG-77aa"]),
        ("1,7,0", 1, ["1"]),
        ("-1", 0, []),
        ("", 0, []),
    ],
)
def test_the_gpus_of_this_machine_are_those_that_cuda_shows(path, monkeypatch, visible, there, found):
    monkeypatch.setattr("torch.cuda.device_count", lambda: there)
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert _gpus(make_sweep(path, "--set", "lr=0.1,0.2")) == [], "it trains on the processor"
    given = project(PLAIN, epochs=1, batch_size=600, device="cuda")
    write_project(given, path.with_name("gpu.json"))
    main(
        ["sweep", str(path.with_name("gpu.json")), "--set", "lr=0.1", "--commands", str(path.with_name("c"))]
    )
    (queue,) = queues(path.with_name("gpu.runs"))
    assert _gpus(queue) == found


def test_also_where_only_some_of_the_runs_train_on_them(path, monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert _gpus(make_sweep(path, "--set", "machine.device=cpu,cuda")) == ["0", "1"]


def test_each_process_has_its_gpu(path, monkeypatch):
    monkeypatch.setattr("app.terminal.sweep_command._gpus", lambda queue: ["3", "5"])
    started = []

    class Done:
        returncode = 0

        def __init__(self, command, **options):
            started.append(options["env"]["CUDA_VISIBLE_DEVICES"])

        def poll(self):
            return 0

    monkeypatch.setattr("app.terminal.sweep_command.subprocess.Popen", Done)
    assert _work_together(make_sweep(path, "--set", "lr=0.1,0.2"), 3) == 0
    assert started == ["3", "5", "3"]


def test_the_parameter_of_a_step_of_the_augmentation_is_swept(path, capsys):
    given = project(PLAIN, epochs=1, batch_size=600, augmentation=(Rotation(),))
    write_project(given, path)
    assert main(["sweep", str(path), "--set", "rotation.degrees=5,90"]) == 0
    # what is swept has its column; of so short a sweep no run has learned, so none is ranked first
    assert capsys.readouterr().out.split("  ")[1].strip() == "Rotation angle"
    found = [
        project_of(folder).recipe.data.augmentation for folder in run_folders(path.with_name("net.runs"))
    ]
    assert found == [(Rotation(degrees=5.0),), (Rotation(degrees=90.0),)]


JOB = """
import sys
from pathlib import Path
from networks.runs.kept.legs import End, claim_leg, end_leg, new_leg, now
from networks.runs.kept.environment import Environment
from networks.runs.kept.files import Header, write_json
from networks.runs.sweeps.queue import Queue

queue = Queue(Path(sys.argv[sys.argv.index("sweep") + 1]))
taken = queue.take()
if taken is not None:
    folder = queue.begins(taken)
    write_json(folder / "run.json", Header("a", "b", "", now(), 0))
    end_leg(folder, claim_leg(folder, new_leg(Environment(), 0)), End("finished", "Done.", 1, now()))
    queue.leave(taken)
"""
"""What stands for Backbone in a job of Slurm: it takes a run as `backbone sweep FOLDER --one` does."""

SBATCH = """
array=$(sed -n 's/^#SBATCH --array=//p' "$1")
for task in $(seq "${array%-*}" "${array#*-}"); do SLURM_ARRAY_TASK_ID=$task bash "$1" & done
wait
"""
"""A cluster of one machine, which starts all jobs of the array at once."""


def test_an_array_of_slurm_trains_each_run_once(path):
    queue = make_sweep(path, "--set", "lr=0.1,0.2,0.3,0.4")
    script, job = path.with_name("it's an array.sh"), path.with_name("a job.py")
    job.write_text(JOB)
    root = os.path.join(os.path.dirname(__file__), "../../..")
    script.write_text(slurm_array(queue, [sys.executable, str(job)]))
    assert script.read_text().startswith("#!/bin/bash\n#SBATCH ")
    subprocess.run(["bash", "-n", str(script)], check=True)
    environment = os.environ | {"PYTHONPATH": root}
    done = subprocess.run(
        ["bash", "-c", SBATCH, "sbatch", str(script)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert [queue.state(number) for number in queue.numbers()] == ["done"] * 4
    folders = run_folders(path.with_name("net.runs"))
    assert len(folders) == 4
    assert {queue.run(number) for number in queue.numbers()} == {*folders}


@pytest.mark.slow
def test_an_array_of_slurm_is_trained(path):
    queue = make_sweep(path, "--set", "lr=0.1,0.2")
    script = path.with_name("array.sh")
    main_file = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../../main.py"))
    script.write_text(slurm_array(queue, [sys.executable, main_file]))
    subprocess.run(["bash", "-c", SBATCH, "sbatch", str(script)], check=True, cwd=path.parent)
    assert [row.state for row in results(queue).rows] == ["done", "done"]
