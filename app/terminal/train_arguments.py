"""The arguments of `backbone train`, and the settings of the recipe that they change."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from app.terminal.parser import Parser
from networks.recipes.stopping import Judge, Keep

if TYPE_CHECKING:
    from networks.core.fields import Field
    from networks.recipes.augmentation.base import Augmentation
    from networks.training.distributed.ranks import Ranks


def train(arguments: list[str]) -> int:
    """Trains a project."""
    options = _parser().parse_args(arguments)
    from app.terminal.together import in_turn, together
    from app.terminal.training_command import train, with_dataset
    from networks.project.project import read_project
    from networks.project.typed_settings import with_typed_settings
    from networks.runs.kept.folders import runs_folder

    settings = _settings(options)

    def work(ranks: Ranks | None) -> int:
        project = read_project(options.project)
        with in_turn(ranks):
            project = with_dataset(project, options.dataset, options.data_folder, fetch=options.fetch)
        project = with_typed_settings(project, options.set)
        return train(
            project,
            settings,
            options.out,
            overwrite=options.overwrite,
            runs=options.runs or runs_folder(options.project),
            ranks=ranks,
            tensorboard=options.tensorboard,
        )

    return together(work)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of the recipe that were given, by their names."""
    machine = (field.name for field in _machine_fields())
    given = {name: getattr(options, name) for name in ("epochs", "seed", *machine)}
    given["dataset.memory"] = options.memory
    given |= {name: getattr(options, name) for name in ("judged_by", "per_class")}
    given |= {f"stopping.{name}": getattr(options, name) for name in ("patience", "target", "keep")}
    given["stopping.measure"] = options.best_by
    given["augmentation"] = _augmentation_presets().get(options.augmentation)
    return {name: value for name, value in given.items() if value is not None}


def _parser() -> Parser:
    parser = Parser(
        prog="backbone train",
        description="Trains a project without a window. Ctrl+C stops, and keeps what was trained.",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the project's")
    _add_folder_options(parser)
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the project's")
    _add_machine_options(parser)
    parser.add_argument(
        "--memory",
        type=float,
        metavar="GB",
        help="pictures of a folder that take more are decoded anew; 0 is a quarter of this computer's memory",
    )
    _add_stopping_options(parser)
    _add_data_options(parser)
    parser.add_argument(
        "--keep", choices=get_args(Keep), help="which weights weights.safetensors holds: last or best"
    )
    parser.add_argument(
        "--augmentation", choices=_augmentation_presets(), help="a preset instead of the project's steps"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help="any other setting, such as optimizer=SGD, lr=0.1 or conv1.filters=8; several times",
    )
    return parser


def _add_folder_options(parser: argparse.ArgumentParser) -> None:
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


def _add_stopping_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--patience", type=int, metavar="N", help="end when this many epochs were no better; 0 turns it off"
    )
    parser.add_argument(
        "--target", type=float, metavar="X", help="end when an epoch is as good as this; 0 turns it off"
    )
    parser.add_argument(
        "--best-by", choices=get_args(Judge), metavar="MEASURE", help="“validation loss” or “… accuracy”"
    )


def _augmentation_presets() -> dict[str, tuple[Augmentation, ...]]:
    from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS

    return {preset.name: preset.steps for preset in AUGMENTATION_PRESETS}


def _machine_fields() -> tuple[Field, ...]:
    from networks.core.fields import fields_of
    from networks.recipes.machine_section import Machine

    return tuple(fields_of(Machine))


def _add_machine_options(parser: argparse.ArgumentParser) -> None:
    """An option for each setting of the recipe's machine section."""
    for field in _machine_fields():
        kinds: dict[str, dict[str, Any]] = {
            "choice": {"choices": field.choices},
            "flag": {"action": argparse.BooleanOptionalAction},
            "whole": {"type": int, "metavar": "N"},
        }
        # argparse fills in what follows a per cent sign
        help = field.help.replace("%", "%%")
        parser.add_argument(f"--{field.name.replace('_', '-')}", help=help, **kinds[field.kind])


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset",
        metavar="NAME",
        help="another data set than the project's, such as MNIST; the network is fitted to it",
    )
    parser.add_argument(
        "--judged-by", choices=("share", "test"), help="a share held back, or the set's own test set"
    )
    parser.add_argument("--per-class", type=int, metavar="N", help="learn from only N images per class")
    parser.add_argument(
        "--data-folder", type=Path, metavar="DIR", help="where the files of data sets are, or own pictures"
    )
    parser.add_argument("--fetch", action="store_true", help="fetch the data set if it is not here")
