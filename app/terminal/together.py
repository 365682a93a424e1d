"""Several processes that torchrun starts with one command: they meet, agree, and speak with one voice."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.session.version import version
from app.terminal.printing import print_lines
from networks.core.message import Message, UserError, message, plural
from networks.project.project import Project, project_to_json
from networks.recipes.recipe import with_settings
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import newest_leg, state_of

if TYPE_CHECKING:
    from networks.training.distributed.ranks import Ranks

FIRST = 1.0
"""Seconds for which other processes let the first one speak where one of them is gone."""


class LeftAloneError(UserError):
    """Another process of the training has ended. Raised in all that are left, and told by one of them."""


def together(work: Callable[[Ranks | None], int]) -> int:
    """Does this in all processes that torchrun has started, once all are there; without torchrun in one.

    `work` is given the processes, or None, and gives the exit code. What is wrong is told by one of them,
    since it often is the same in all. Several processes end here, at once.
    """
    if not (os.environ.get("RANK") or os.environ.get("WORLD_SIZE")):
        return work(None)
    from networks.training.distributed.launch import launch_of

    launch = launch_of()
    assert launch is not None
    import torch

    from networks.training.distributed.ranks import meet

    ranks = meet(launch)
    if ranks.count == 1:
        return work(ranks)
    try:
        ranks.agree(PyTorch=torch.__version__, Backbone=version())
        code = work(ranks)
        ranks.leave()
    except UserError as error:
        alone = isinstance(error, LeftAloneError)
        if alone and not ranks.first:
            time.sleep(FIRST)
        if ranks.tells(type(error).__name__ if alone else str(error)):
            print_lines(f"backbone: {error}", sys.stderr)
        code = 1
    # torch's threads that sent and received may abort a process that ends in the usual way
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def silent(ranks: Ranks | None) -> bool:
    """Whether this process leaves it to another one to write files and to tell what happens."""
    return ranks is not None and not ranks.first


def note(sentence: object, ranks: Ranks | None = None) -> None:
    """Prints a sentence on stderr, once for all processes."""
    if not silent(ranks):
        print_lines(str(sentence), sys.stderr)


def joined(project: Project, ranks: Ranks) -> tuple[Project, Ranks | None]:
    """The project as each of the processes trains it, and these, connected; None where there is only one.

    Raises UserError where they cannot train it together.
    """
    from networks.training.machine.devices import cores, device

    machine, batch = project.recipe.machine, project.recipe.learning.batch_size
    threads = machine.threads or max(1, cores() // ranks.launch.local_ranks)
    project = replace(project, recipe=with_settings(project.recipe, threads=threads))
    if ranks.count == 1:
        return project, None
    if batch < ranks.count:
        raise UserError(
            message(
                "Expected at least one image of each batch for each of {count} processes, got batches of "
                "{batch}: choose a larger batch size, or start fewer processes.",
                count=ranks.count,
                batch=batch,
            )
        )
    if machine.device == "mps":
        raise UserError(
            message("Several processes cannot train on one Apple GPU: choose CPU, or start one process.")
        )
    if machine.data_parallel:
        note("Note: Several processes train without data-parallel threads.", ranks)
        project = replace(project, recipe=with_settings(project.recipe, data_parallel=False))
    if machine.compile:
        note("Note: Several processes train without torch.compile.", ranks)
        project = replace(project, recipe=with_settings(project.recipe, compile=False))
    ranks.agree(project=_checksum(project))
    ranks.connect(device(machine.device, ranks.launch.local_rank))
    note(_words(ranks), ranks)
    return project, ranks


def in_turn(ranks: Ranks | None) -> AbstractContextManager[None]:
    """What a machine has to do once, such as fetching a data set, is done inside by one of its processes."""
    return nullcontext() if ranks is None else ranks.one_machine_first()


def begun_before(runs: Path, ranks: Ranks) -> Path | None:
    """The run that these processes have begun before one of them died and torchrun started all anew."""
    if not ranks.launch.restarts:
        return None
    found = os.fspath(_begun_before(runs, ranks.launch.id) or "") if ranks.first else ""
    told = ranks.hear(found)
    return Path(told) if told else None


def _begun_before(runs: Path, launch: str) -> Path | None:
    for folder in reversed(run_folders(runs)):
        leg = newest_leg(folder)
        if leg is not None and leg.launch == launch and state_of(folder) != "running":
            return folder
    return None


def _words(ranks: Ranks) -> Message:
    return plural("{count} process trains.", "{count} processes train together.", count=ranks.count)


def _checksum(project: Project) -> str:
    """Names a project by its content, apart from what may differ from machine to machine."""
    from zlib import crc32

    alike = replace(project, recipe=with_settings(project.recipe, threads=0, decoders=0))
    return f"{crc32(project_to_json(alike)):08x}"
