"""The commands about kept runs: their arguments. What they do is imported when they are called."""

from __future__ import annotations

from pathlib import Path

from app.terminal.parser import Parser
from app.terminal.printing import print_lines


def resume(arguments: list[str]) -> int:
    """Goes on with a run."""
    parser = Parser(
        prog="backbone resume",
        description="Goes on with a run that was interrupted or stopped, from its last checkpoint. On the "
        "same machine it is the run that it would have been without the interruption, to the last bit.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="its folder, such as “net.runs/0003 ReLU”")
    parser.add_argument("--epochs", type=int, metavar="N", help="train for this many more epochs")
    options = parser.parse_args(arguments)
    if options.epochs is not None and options.epochs < 1:
        parser.error(f"--epochs {options.epochs}: expected 1 or more")
    from app.terminal import resume_command

    return resume_command.resume(options.run, options.epochs)


def watch(arguments: list[str]) -> int:
    """Follows a run of another process."""
    parser = Parser(
        prog="backbone watch",
        description="Follows a run that another process trains, in a window or without one: a row for each "
        "epoch as it comes, and how it ended. A run that is over is shown whole. Ctrl+C stops watching, and "
        "the run goes on.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="its folder, such as “net.runs/0003 ReLU”")
    parser.add_argument("--csv", action="store_true", help="the table of all steps, as CSV")
    options = parser.parse_args(arguments)
    from app.terminal import watch_command

    return watch_command.watch(options.run, csv=options.csv)


def repeat(arguments: list[str]) -> int:
    """Trains a run again exactly."""
    parser = Parser(
        prog="backbone repeat",
        description="Trains a run again exactly, with its project, seed, threads, device and all that was "
        "changed on the way, as a run of its own beside it. Then says whether every loss, every validation "
        "and the final weights came out the same, bit for bit; and if not, where first.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="its folder, such as “net.runs/0003 ReLU”")
    options = parser.parse_args(arguments)
    from app.terminal import repeat_command

    return repeat_command.repeat(options.run)


def runs(arguments: list[str]) -> int:
    """Lists the runs of a project, or exports what they have measured."""
    if arguments[:1] == ["export"]:
        return _export(arguments[1:])
    parser = Parser(prog="backbone runs", description="Lists the runs of a project, the oldest first.")
    parser.add_argument(
        "project", type=Path, metavar="PROJECT.json", help="or the folder of its runs, such as net.runs"
    )
    options = parser.parse_args(arguments)
    from app.terminal.runs_command import listed

    print_lines(listed(options.project))
    return 0


def _export(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone runs export",
        description="Writes what runs have measured for other programs.",
    )
    parser.add_argument(
        "runs", type=Path, metavar="RUN", help="the folder of a run, or a project for all of its runs"
    )
    parser.add_argument(
        "--tensorboard",
        type=Path,
        metavar="DIR",
        help="event files, in a folder of its own for each run: tensorboard --logdir DIR",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a table with a row for each step")
    options = parser.parse_args(arguments)
    if options.tensorboard is None and options.csv is None:
        parser.error("name what to write: --tensorboard DIR, --csv FILE, or both")
    from app.terminal.runs_export_command import export

    return export(options.runs, options.tensorboard, options.csv)


def compare(arguments: list[str]) -> int:
    """Prints in what two runs differ."""
    parser = Parser(
        prog="backbone compare",
        description="Prints in what two runs differ: network, recipe and machine, and their measures.",
    )
    parser.add_argument("runs", type=Path, nargs=2, metavar="RUN", help="their folders")
    options = parser.parse_args(arguments)
    from app.terminal.runs_command import compared

    print_lines(compared(*options.runs))
    return 0
