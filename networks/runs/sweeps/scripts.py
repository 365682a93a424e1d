"""What has other machines take the runs of a sweep: a list of commands, or a script for Slurm."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence

from networks.runs.sweeps.queue import Queue


def command_list(queue: Queue, program: Sequence[str]) -> str:
    """A line for each run; `program` is how Backbone is started. Each takes a run that waits, on any machine
    that has the folder.
    """
    return f"{_take_one(queue, program)}\n" * len(queue.numbers())


def slurm_array(queue: Queue, program: Sequence[str]) -> str:
    """A script for `sbatch`, which starts a job for each run."""
    lines = [
        "#!/bin/bash",
        "#SBATCH --job-name=backbone-sweep",
        f"#SBATCH --array=1-{len(queue.numbers())}",
        "#SBATCH --output=%x-%A-%a.log",
        "# each job takes a run that waits; one that is interrupted goes on in the next such job",
        _take_one(queue, program),
        "",
    ]
    return "\n".join(lines)


def _take_one(queue: Queue, program: Sequence[str]) -> str:
    return shlex.join([*program, "sweep", os.fspath(queue.folder.absolute()), "--one"])
