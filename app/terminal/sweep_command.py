"""`backbone sweep`: trains a project with each of several values, and says which are best."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from app.session.own_command import own_command
from app.session.version import version
from app.terminal.data_command import bring
from app.terminal.driving import Signals, Telling, drive
from app.terminal.parser import Parser
from app.terminal.printing import print_lines
from app.terminal.progress import Silence, duration
from app.terminal.runs_command import as_table
from networks.core.message import UserError, message
from networks.core.storage import write_atomically
from networks.doctor.swept import refuse_untrainable
from networks.project.kept_project import project_of
from networks.project.project import Project, project_to_json, read_project
from networks.project.sweeping import planned_sweep
from networks.project.typed_values import typed_values
from networks.recipes.recipe import with_settings
from networks.runs.events import Failed
from networks.runs.failure import explain
from networks.runs.kept.folders import runs_folder
from networks.runs.kept.reading import is_run, read_run
from networks.runs.measures import MEASURE
from networks.runs.record import MANY, Record
from networks.runs.sweeps.queue import Queue, Taken, is_sweep, new_queue
from networks.runs.sweeps.results import csv_text, results, table
from networks.runs.sweeps.scripts import command_list, slurm_array
from networks.runs.twins.spread import MOST_SEEDS


def sweep(arguments: list[str]) -> int:
    """`backbone sweep`."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.processes < 1:
        parser.error(f"--processes {options.processes}: expected 1 or more")
    if not 1 <= options.seeds <= MOST_SEEDS:
        parser.error(f"--seeds {options.seeds}: expected 1 to {MOST_SEEDS}")
    known = is_sweep(options.project)
    if known == bool(options.set):
        parser.error("expected a project with --set, or the folder of a sweep without")
    queue = Queue(options.project) if known else _made(options)
    if options.pause or options.go_on:
        queue.pause(options.pause)
    if options.first:
        queue.put_first(options.first)
    if options.commands or options.slurm:
        return _written(queue, options)
    code = 0
    if not (options.pause or options.show):
        print_lines(f"{len(queue.numbers())} runs wait in {queue.folder}{os.sep}", sys.stderr)
        if options.processes == 1:
            code = _work(queue, options.threads, 1 if options.one else None)
        else:
            code = _work_together(queue, options.processes)
    if not options.one:
        _tell(queue, options.csv)
    return code


def _parser() -> Parser:
    parser = Parser(
        prog="backbone sweep",
        description="Trains a project with each combination of values of one or two settings, and ranks "
        "them. The runs wait in a folder below PROJECT.runs: whatever is interrupted goes on when the "
        "command is given that folder, in any number of processes, on all machines that share it.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json", help="or the folder of a sweep")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SETTING=V,V",
        help="such as “learning rate=0.1,0.01”, conv1.filters=8,16, conv1+conv2.filters=8,16, "
        "augmentation=none,light, rotation.degrees=5,15 or “loss=CrossEntropy,Focal(gamma=1)”; once or twice",
    )
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many runs of each combination")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the project's")
    parser.add_argument(
        "--by",
        choices=("validation accuracy", "validation loss"),
        default="validation accuracy",
        metavar="MEASURE",
    )
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="runs at the same time")
    parser.add_argument("--threads", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--one", action="store_true", help="take a single run, for a job of a cluster")
    parser.add_argument("--first", type=_numbers, metavar="N,N", help="take these runs before all others")
    state = parser.add_mutually_exclusive_group()
    state.add_argument("--pause", action="store_true", help="have no further run taken, by whichever process")
    state.add_argument("--go-on", action="store_true", help="end the pause")
    state.add_argument("--show", action="store_true", help="only print what has come of it so far")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table there as well")
    parser.add_argument(
        "--commands", type=Path, metavar="FILE", help="write a command for each run, and train none"
    )
    parser.add_argument(
        "--slurm", type=Path, metavar="FILE", help="write a Slurm array script, and train none"
    )
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _made(options: argparse.Namespace) -> Queue:
    """A new sweep, with a project for each of its runs."""
    from app.terminal.training_command import as_wished

    project = read_project(options.project)
    if options.epochs is not None:
        project = as_wished(project, {"epochs": options.epochs})
    bring(project.recipe.data.dataset)
    swept = []
    for each in options.set:
        name, equals, values = each.partition("=")
        if not equals:
            raise UserError(message("--set {text}: expected SETTING=VALUE,VALUE.", text=each))
        swept.append((name, typed_values(values)))
    plan, words, cells = planned_sweep(project, swept, options.seeds, MEASURE[options.by])
    for cell, trained in cells:
        refuse_untrainable(cell.short, trained)
    files = [(cell, project_to_json(trained)) for cell, trained in cells]
    return new_queue(runs_folder(options.project), plan, words, files)


def _work(queue: Queue, threads: int, most: int | None = None) -> int:
    """Takes runs and trains them until none is left; gives an exit code as `train` does."""
    with Signals() as signals:
        made = 0
        while made != most and not signals.caught and (taken := queue.take()) is not None:
            try:
                _train(queue, taken, threads, signals)
            except UserError as error:
                print_lines(f"Run {taken.number}, {taken.cell.short}: {error}", sys.stderr)
                _give_up(queue, taken, error)
            finally:
                queue.leave(taken)
            made += 1
            if not signals.caught:
                _tell_one(queue, taken)
    return 128 + signals.caught if signals.caught else 0


def _train(queue: Queue, taken: Taken, threads: int, signals: Signals) -> None:
    """Trains a run that was taken, or goes on with it."""
    from networks.training.engine.run import Run
    from networks.training.keeping.recorder import Named, begun
    from networks.training.keeping.resuming import resumed

    place = queue.begins(taken)
    try:
        if is_run(place):
            bring(project_of(place).recipe.data.dataset)
            run, recorder, _, _ = resumed(place, version=version())
            record = read_run(place, run.id, until=run.step, most=MANY).record
        else:
            project = _with_threads(read_project(taken.project), threads)
            bring(project.recipe.data.dataset)
            run = Run(project)
            named = Named(taken.cell.title, taken.cell.short)
            recorder = begun(run, queue.runs, named, version=version(), folder=place)
            record = Record(run.id, epochs=run.target_epochs, most=MANY)
    except (RuntimeError, MemoryError) as error:
        raise UserError(explain(error).message) from None
    ending = drive(run, Telling(record, recorder, Silence()), signals)
    if isinstance(ending, Failed):
        print_lines(f"Run {taken.number}, {taken.cell.short}: {ending.message}", sys.stderr)


def _with_threads(project: Project, threads: int) -> Project:
    from msgspec.structs import replace

    if not threads or project.recipe.machine.threads:
        return project
    return replace(project, recipe=with_settings(project.recipe, threads=threads))


def _work_together(queue: Queue, count: int) -> int:
    """Has several processes of this machine take runs, each with its share of the cores, and of the GPUs."""
    from networks.training.machine.devices import cores

    threads = max(1, cores() // count)
    command = [*own_command(), "sweep", os.fspath(queue.folder), "--threads", str(threads)]
    gpus = _gpus(queue)
    workers = []
    with Signals() as signals:
        for number in range(count):
            own = {"CUDA_VISIBLE_DEVICES": gpus[number % len(gpus)]} if gpus else {}
            workers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | own))
        told = 0
        for worker in workers:
            while worker.poll() is None:
                if signals.caught and not told:
                    told = signals.caught
                    _hand_on(told, workers)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.wait(0.2)
    if signals.caught:
        return 128 + signals.caught
    return max(0, *(worker.returncode for worker in workers))


def _hand_on(caught: int, workers: list[subprocess.Popen[bytes]]) -> None:
    """Sends a signal to the processes that still work."""
    for each in workers:
        # those of a terminal have heard of Ctrl+C already, and remember it once
        if each.poll() is None and caught != signal.SIGINT:
            each.send_signal(caught)


def _gpus(queue: Queue) -> list[str]:
    """The GPUs of this machine, by their names for CUDA, where the sweep trains on them."""
    various = any(axis.path == "machine.device" for axis in queue.plan.axes)
    files = (
        queue.folder / f"{number:04}" / "project.json" for number in queue.numbers()[: None if various else 1]
    )
    if not any(read_project(file).recipe.machine.device == "cuda" for file in files):
        return []
    import torch

    said = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    # of those that were named only this many are there, and none behind one that is not
    count = torch.cuda.device_count()
    return ([each.strip() for each in said] if said != [""] else [*map(str, range(count))])[:count]


def _give_up(queue: Queue, taken: Taken, error: UserError) -> None:
    """Raises what stood in the way of a run before it began: it would stand there for ever."""
    run = queue.run(taken.number)
    if run is None or not is_run(run):
        raise error


def _written(queue: Queue, options: argparse.Namespace) -> int:
    """Writes how other machines take the runs of a sweep."""
    count = len(queue.numbers())
    folder = queue.folder.absolute()
    if options.commands is not None:
        write_atomically(options.commands, command_list(queue, own_command()).encode())
        print_lines(
            f"{count} commands are in {options.commands}: each takes a run, on any machine that has {folder}."
        )
    if options.slurm is not None:
        write_atomically(options.slurm, slurm_array(queue, own_command()).encode())
        print_lines(f"Start all {count} runs with: sbatch {shlex.quote(str(options.slurm))}")
    print_lines(f"What has come of them says: backbone sweep {shlex.quote(os.fspath(folder))} --show")
    return 0


def _tell_one(queue: Queue, taken: Taken) -> None:
    """A line on a run that has ended, and how long the rest will take."""
    found = results(queue)
    row = next(each for each in found.rows if each.number == taken.number)
    left = found.seconds_left
    rest = f"; about {duration(left)} of training left" if left else ""
    figure = found.measure.quantity.figure(row.value)
    print_lines(
        f"Run {row.number} of {len(found.rows)}, {row.cell.short}: {found.measure.name} {figure}{rest}",
        sys.stderr,
    )


def _tell(queue: Queue, path: Path | None) -> None:
    """Prints the table and what may be concluded, and writes the table where that is wished."""
    found = results(queue)
    lines = table(found)
    print_lines("\n".join(as_table(lines, ">" + "<" * len(queue.plan.axes) + "><>><")))
    if not found.left:
        print_lines(str(found.conclusion()))
    else:
        paused = ", and the sweep is paused" if queue.paused else ""
        again = f"backbone sweep {shlex.quote(os.fspath(queue.folder))}"
        print_lines(f"{found.left} of {len(found.rows)} runs are left{paused}: {again}")
    if path is not None:
        write_atomically(path, csv_text(found).encode())
