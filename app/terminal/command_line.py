"""The command line: opens the window, trains without one, or prints what a network is made of."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from app.session.version import version
from app.terminal import run_commands
from app.terminal.parser import Parser
from app.terminal.printing import print_lines
from networks.core.message import UserError
from networks.recipes.stopping import Judge, Keep

if TYPE_CHECKING:
    from networks.training.distributed.ranks import Ranks

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


def _find_rate(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone find-rate",
        description="Trains a few steps while the learning rate rises, with three seeds, and prints the loss "
        "at each rate, the rate where it falls fastest, and a tenth of the rate where it is lowest.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE.safetensors",
        help="begin with these weights, such as those of a run, instead of with new ones",
    )
    options = parser.parse_args(arguments)
    from app.terminal.rate_command import find
    from networks.project.project import read_project

    return find(read_project(options.project), options.weights)


def _speed(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone speed",
        description="Trains a copy for two seconds with each combination of the switches that make training "
        "quicker, and prints how fast each is and how far its results are from those of the plain one.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    options = parser.parse_args(arguments)
    from app.terminal.data_command import bring
    from app.terminal.speed_command import speed
    from networks.project.project import read_project

    project = read_project(options.project)
    bring(project.recipe.data.dataset)
    return speed(project, options.project)


def _check(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone check",
        description="Prints a network layer by layer: parameters, output, weights, and multiply-adds of one "
        "image. The exit code is 1 where it cannot be trained.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    options = parser.parse_args(arguments)
    from app.terminal.data_command import bring
    from app.terminal.layer_table import described
    from networks.project.project import read_project

    project = read_project(options.project)
    bring(project.recipe.data.dataset)
    text, trainable = described(project)
    print_lines(text)
    return 0 if trainable else 1


def _export(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone export",
        description="Writes a network for other programs: .py is PyTorch source, .onnx is ONNX, and .svg, "
        ".pdf, .png, .jpg and .webp are its picture. With --training, the folder of a run gives a script "
        "that repeats this run, with all that was changed while it went on.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument(
        "--training",
        action="store_true",
        help="add images, recipe and training loop to the source: a script that gives the same curve",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE.safetensors",
        help="weights of this network, for ONNX; by default those that training starts from",
    )
    parser.add_argument("--open", action="store_true", help="show the inside of all blocks and groups")
    parser.add_argument(
        "--caption", action="store_true", help="write the name above the picture and the totals below it"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the file that is there")
    options = parser.parse_args(arguments)
    from app.terminal.export_command import export

    return export(
        options.project,
        options.out,
        training=options.training,
        weights=options.weights,
        opened=options.open,
        caption=options.caption,
        overwrite=options.overwrite,
    )


def _import(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone import",
        description="Makes a project of a torch.nn.Module: runs your Python in the current folder, calls "
        "what MODULE:NAME names and traces what it returns with torch.fx, layer by layer.",
    )
    parser.add_argument("module", metavar="MODULE:NAME", help="such as models.small:SmallNet")
    parser.add_argument("out", type=Path, metavar="OUT.json", help="the project to write")
    parser.add_argument(
        "--input",
        type=_image_size,
        default=(3, 224, 224),
        metavar="C×H×W",
        help="channels, height and width of the images, such as 1x28x28 (3x224x224)",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE.safetensors",
        help="write the module's weights there as well; by default only its layers are imported",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    options = parser.parse_args(arguments)
    from app.terminal.import_command import import_module

    return import_module(
        options.module, options.input, options.out, weights=options.weights, overwrite=options.overwrite
    )


def _image_size(text: str) -> tuple[int, ...]:
    """`3x224x224` or `3×224×224`."""
    sizes = text.lower().replace("×", "x").split("x")
    if len(sizes) != 3 or not all(size.isdecimal() for size in sizes):
        raise argparse.ArgumentTypeError(f"expected a size such as 3x224x224, got {text}")
    return tuple(map(int, sizes))


def _train(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone train",
        description="Trains a project without a window. Ctrl+C stops, and keeps what was trained.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the project's")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="RUN",
        help="also write project.json, curves.csv and weights.safetensors into this folder",
    )
    parser.add_argument("--runs", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--overwrite", action="store_true", help="replace the run that is in the folder")
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="also write event files into the run's folder, for tensorboard --logdir PROJECT.runs",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the project's")
    machine = _add_machine_options(parser)
    parser.add_argument(
        "--memory",
        type=float,
        metavar="GB",
        help="pictures of a folder that take more are decoded anew; 0 is a quarter of this computer's memory",
    )
    parser.add_argument(
        "--patience", type=int, metavar="N", help="end when no epoch was better for so many; 0 turns it off"
    )
    parser.add_argument(
        "--target", type=float, metavar="X", help="end when an epoch is as good as this; 0 turns it off"
    )
    parser.add_argument(
        "--best-by", choices=get_args(Judge), metavar="MEASURE", help="“validation loss” or “… accuracy”"
    )
    _add_data_options(parser)
    parser.add_argument(
        "--keep", choices=get_args(Keep), help="which weights weights.safetensors holds: last or best"
    )
    from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS

    steps = {preset.name: preset.steps for preset in AUGMENTATION_PRESETS}
    parser.add_argument("--augmentation", choices=steps, help="a preset instead of the project's steps")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help="any other setting, such as optimizer=SGD, lr=0.1 or conv1.filters=8; several times",
    )
    options = parser.parse_args(arguments)
    from app.terminal.together import in_turn, together
    from app.terminal.training_command import train, with_dataset
    from networks.project.project import read_project
    from networks.project.typed_settings import with_typed_settings
    from networks.runs.kept.folders import runs_folder

    wishes = {name: getattr(options, name) for name in ("epochs", "seed", *machine)}
    wishes["dataset.memory"] = options.memory
    wishes |= {name: getattr(options, name) for name in ("judged_by", "per_class")}
    wishes |= {f"stopping.{name}": getattr(options, name) for name in ("patience", "target", "keep")}
    wishes["stopping.measure"] = options.best_by
    wishes["augmentation"] = steps.get(options.augmentation)

    def work(ranks: Ranks | None) -> int:
        project = read_project(options.project)
        with in_turn(ranks):
            project = with_dataset(project, options.dataset, options.data_folder, fetch=options.fetch)
        project = with_typed_settings(project, options.set)
        return train(
            project,
            {name: value for name, value in wishes.items() if value is not None},
            options.out,
            overwrite=options.overwrite,
            runs=options.runs or runs_folder(options.project),
            ranks=ranks,
            tensorboard=options.tensorboard,
        )

    return together(work)


def _twins(arguments: list[str]) -> int:
    from app.terminal.twins_command import twins

    return twins(arguments)


def _sweep(arguments: list[str]) -> int:
    from app.terminal.sweep_command import sweep

    return sweep(arguments)


def _seeds(arguments: list[str]) -> int:
    from app.terminal.twins_command import seeds

    return seeds(arguments)


def _add_machine_options(parser: argparse.ArgumentParser) -> tuple[str, ...]:
    """An option for each setting of the recipe's machine section; gives the settings' names."""
    from networks.core.fields import fields_of
    from networks.recipes.machine_section import Machine

    fields = fields_of(Machine)
    for field in fields:
        kinds: dict[str, dict[str, Any]] = {
            "choice": {"choices": field.choices},
            "flag": {"action": argparse.BooleanOptionalAction},
            "whole": {"type": int, "metavar": "N"},
        }
        # argparse fills in what follows a per cent sign
        help = field.help.replace("%", "%%")
        parser.add_argument(f"--{field.name.replace('_', '-')}", help=help, **kinds[field.kind])
    return tuple(field.name for field in fields)


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset",
        metavar="NAME",
        help="another data set than the project's, such as MNIST; the network is fitted to it",
    )
    parser.add_argument(
        "--judged-by", choices=("share", "test"), help="a share held back, or the set's own test set"
    )
    parser.add_argument("--per-class", type=int, metavar="N", help="learn from only so many images per class")
    parser.add_argument(
        "--data-folder", type=Path, metavar="DIR", help="where the files of data sets are, or own pictures"
    )
    parser.add_argument("--fetch", action="store_true", help="fetch the data set if it is not here")


def _data(arguments: list[str]) -> int:
    parser = Parser(
        prog="backbone data",
        description="Lists the data sets and where they are on this computer, or fetches some of them.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="such as MNIST")
    parser.add_argument("--data-folder", type=Path, metavar="DIR", help="where the files of data sets are")
    options = parser.parse_args(arguments)
    from app.terminal.data_command import fetch_sets, look_where_said, table
    from app.terminal.training_command import dataset_named

    look_where_said(options.data_folder)
    if not options.names:
        print_lines(table())
        return 0
    return fetch_sets([type(dataset_named(name)).__name__ for name in options.names])


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
    "train": _train,
    "resume": run_commands.resume,
    "repeat": run_commands.repeat,
    "watch": run_commands.watch,
    "runs": run_commands.runs,
    "twins": _twins,
    "seeds": _seeds,
    "sweep": _sweep,
    "compare": run_commands.compare,
    "find-rate": _find_rate,
    "speed": _speed,
    "check": _check,
    "export": _export,
    "import": _import,
    "data": _data,
}
