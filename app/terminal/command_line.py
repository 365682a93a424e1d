"""The command line: opens the window, trains without one, or prints what a network is made of."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app.session.version import version
from app.terminal import project_arguments, run_arguments
from app.terminal.parser import Parser
from app.terminal.printing import print_lines
from app.terminal.train_arguments import train
from networks.core.message import UserError

OVERVIEW = """\
backbone [PROJECT.json | RUN/]     open the window, with a project or a run where one is given
backbone train PROJECT.json        train without a window; keeps the run beside the project
backbone resume RUN/               go on with a run that was interrupted or stopped
backbone repeat RUN/               train a run again, and say whether every number came out the same
backbone watch RUN/                follow a run that another process trains
backbone runs PROJECT.json         list the runs of a project
backbone twins PROJECT.json        train it and a twin with one change, and say whether that helps
backbone seeds PROJECT.json        train it with several seeds, and say how much is luck
backbone runs export PROJECT.json  write event files for TensorBoard, or all measurements as CSV
backbone sweep PROJECT.json        train it with each of several values of a setting, and rank them
backbone compare RUN/ RUN/         print in what two runs differ, and what came of them
backbone find-rate PROJECT.json    try learning rates and print which ones to begin with
backbone speed PROJECT.json        measure which switches train fastest on this machine
backbone check PROJECT.json        print the layers with shapes, weights and multiply-adds
backbone export PROJECT.json OUT   write PyTorch source, ONNX or a picture, by the ending of OUT
backbone import MODULE:NAME OUT    import a PyTorch module of yours as a project; runs your code
backbone data [NAME …]             list the data sets, or fetch those that are named

`backbone train --help` lists the options of a command, and so for the others."""


def main(argv: Sequence[str]) -> int:
    """Runs the command that the arguments name and returns the exit code.

    0 for success, 1 with a sentence on stderr about what is wrong, 2 for wrong arguments, and 128 plus its
    number for a signal.
    """
    _make_printable()
    try:
        name, *rest = argv or [""]
        command = _COMMANDS.get(name)
        return _open_window(list(argv)) if command is None else command(rest)
    except UserError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # whoever reads our output, such as `head`, has seen enough; Python would complain again on exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except SystemExit as wish:
        return wish.code if isinstance(wish.code, int) else 0


def _open_window(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone",
        usage="backbone [PROJECT.json | RUN/]\n       backbone {train,runs,check,export} PROJECT.json …\n"
        "       backbone import MODULE:NAME OUT.json …\n       backbone data [NAME …]",
        description="A desktop playground for convolutional networks.",
        epilog=OVERVIEW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "project", nargs="?", type=Path, metavar="PROJECT.json", help="the project or run to open"
    )
    parser.add_argument("--version", action="version", version=f"backbone {version()}")
    options, unknown = parser.parse_known_args(arguments)
    path: Path | None = options.project
    if path is not None and not os.path.exists(path) and path.suffix != ".json":
        # more likely a mistyped command than a file
        parser.error(f"“{path}” is neither a file nor a command")
    if path is not None and os.path.isdir(path):
        from networks.runs.kept.reading import is_run

        if not is_run(path):
            return _complain(f"“{path}” is not the folder of a run.")
    if unknown:
        parser.error(f"unknown arguments: {' '.join(unknown)}")
    from app.start.system import missing_for_window

    if (reason := missing_for_window()) is not None:
        return _complain(reason)
    from app.start.start import run_window

    return run_window(path)


def _twins(arguments: list[str]) -> int:
    from app.terminal.twins_command import twins

    return twins(arguments)


def _sweep(arguments: list[str]) -> int:
    from app.terminal.sweep_command import sweep

    return sweep(arguments)


def _seeds(arguments: list[str]) -> int:
    from app.terminal.twins_command import seeds

    return seeds(arguments)


def _complain(sentence: str) -> int:
    print_lines(f"backbone: {sentence}", sys.stderr)
    return 1


def _make_printable() -> None:
    """Lets × and “” be printed as question marks on a terminal that has no such characters."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


_COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "train": train,
    "resume": run_arguments.resume,
    "repeat": run_arguments.repeat,
    "watch": run_arguments.watch,
    "runs": run_arguments.runs,
    "twins": _twins,
    "seeds": _seeds,
    "sweep": _sweep,
    "compare": run_arguments.compare,
    "find-rate": project_arguments.find_rate,
    "speed": project_arguments.speed,
    "check": project_arguments.check,
    "export": project_arguments.export,
    "import": project_arguments.import_module_as_project,
    "data": project_arguments.data,
}
