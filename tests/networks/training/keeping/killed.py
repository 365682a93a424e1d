"""Trains projects in processes that are killed at random moments, and that go on with the same run.

Started as a program of its own with a list of jobs as JSON on its command line. torch is imported once: each
process that trains is a fork.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

# the first optimizer would import it in each fork anew, which takes over a second
import torch._dynamo  # noqa: F401

from networks.project.project import read_project
from networks.runs.kept import appending
from networks.runs.kept.files import METRICS
from networks.runs.kept.folders import run_folders
from networks.runs.kept.reading import is_run
from networks.training.engine.run import Run
from networks.training.keeping import recorder
from networks.training.keeping.recorder import Named, begun
from networks.training.keeping.resuming import resumed

STEERED, STEERED_TO = "learning.optimizer.lr", 0.003
STEERED_AFTER = 7


def steer(run: Run) -> None:
    """What the user does while the run goes on."""
    if run.step == STEERED_AFTER and not run.changes:
        run.steer(STEERED, STEERED_TO)


def train(project: Path, parent: Path) -> None:
    """Begins the run in this folder of runs, or goes on with it; for a process that may be killed."""
    recorder.SOONEST, recorder.SHARE, appending.EVERY = 0.0, 1.0, 0.01
    folders = [folder for folder in run_folders(parent) if is_run(folder)]
    if folders:
        run, keeping, differs, passed_over = resumed(folders[-1])
        assert not differs
        assert not passed_over
    else:
        run = Run(read_project(project))
        keeping = begun(run, parent, Named("killed"))
    for event in run.train():
        assert not keeping.take(event)
        time.sleep(0.005)
        steer(run)


def told(parent: Path) -> int:
    """Bytes of metrics that there are by now."""
    return sum(file.stat().st_size for file in parent.glob(f"*/{METRICS}"))


def fork(project: Path, parent: Path) -> int:
    child = os.fork()
    if child:
        return child
    try:
        train(project, parent)
        os._exit(0)
    except BaseException:  # noqa: BLE001  the parent must hear of it
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def kill_and_finish(project: Path, parent: Path, kills: int, seed: int) -> int:
    """How often the run was killed before it ended."""
    moments, killed = random.Random(seed), 0
    for _ in range(kills):
        child = fork(project, parent)
        enough = told(parent) + moments.randrange(3_000)
        while told(parent) < enough and not os.waitpid(child, os.WNOHANG)[0]:
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.02))
        try:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            # it has ended
            return killed
        killed += os.WIFSIGNALED(status)
    _, status = os.waitpid(fork(project, parent), 0)
    assert status == 0
    return killed


if __name__ == "__main__":
    jobs = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps([kill_and_finish(Path(job[0]), Path(job[1]), *job[2:]) for job in jobs]))
