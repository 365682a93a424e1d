"""The arguments of commands about projects and data sets. What they do is imported when they are called."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.terminal.parser import Parser
from app.terminal.printing import print_lines

if TYPE_CHECKING:
    from networks.project.project import Project

_DIGITS = 10
"""A number of so many digits is the size of no image."""
_SHOWN = 40


def find_rate(arguments: list[str]) -> int:
    """Tries learning rates."""
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


def speed(arguments: list[str]) -> int:
    """Measures the switches that make training quicker."""
    parser = Parser(
        prog="backbone speed",
        description="Trains a copy for two seconds with each combination of the switches that make training "
        "quicker, and prints how fast each is and how far its results are from those of the plain one.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    options = parser.parse_args(arguments)
    from app.terminal.speed_command import speed

    return speed(_with_its_data(options.project), options.project)


def check(arguments: list[str]) -> int:
    """Prints a network layer by layer."""
    parser = Parser(
        prog="backbone check",
        description="Prints a network layer by layer: parameters, output, weights, and multiply-adds of one "
        "image. The exit code is 1 where it cannot be trained.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    options = parser.parse_args(arguments)
    from app.terminal.layer_table import described

    text, trainable = described(_with_its_data(options.project))
    print_lines(text)
    return 0 if trainable else 1


def _with_its_data(file: Path) -> Project:
    """The project of a file, whose data set is ready to be read.

    Raises UserError where it cannot be read, or its folder has no pictures.
    """
    from app.terminal.data_command import bring
    from networks.project.project import read_project

    project = read_project(file)
    bring(project.recipe.data.dataset)
    return project


def export(arguments: list[str]) -> int:
    """Writes a network for other programs."""
    parser = Parser(
        prog="backbone export",
        description="Writes a network for other programs: .py is PyTorch source, .onnx is ONNX, and .svg, "
        ".pdf, .png, .jpg and .webp are its picture. The folder of a run gives the network that it trained, "
        "ONNX with what it has learned, and with --training a script that repeats this run, with all that "
        "was changed while it went on.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json", help="or the folder of a run")
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
        help="weights of this network, for ONNX; by default the run’s, or the first ones",
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


def import_module_as_project(arguments: list[str]) -> int:
    """Makes a project of a module of the user's."""
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
    if len(sizes) != 3 or not all(size.isdecimal() and len(size) < _DIGITS for size in sizes):
        raise argparse.ArgumentTypeError(f"expected a size such as 3x224x224, got “{text[:_SHOWN]}”")
    return tuple(map(int, sizes))


def data(arguments: list[str]) -> int:
    """Lists or fetches data sets."""
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
