"""`backbone data`: which data sets there are and whether they are here, and fetching them."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from app.terminal.printing import print_lines
from networks.core.message import UserError, message, visible
from networks.recipes.datasets import DATASETS, Dataset, Folder
from networks.recipes.datasets.named import NamedDataset, in_words
from networks.recipes.datasets.places import look_in
from networks.recipes.datasets.survey import Survey

TELL_SECONDS = 0.1
"""How often it is shown how far the reading of a folder is."""


def look_where_said(folder: Path | None) -> None:
    """Looks for data sets in this folder and in those that were chosen in the window, before all others."""
    from PySide6.QtCore import QCoreApplication

    from app.session.settings import Settings

    # the names under which the window keeps its settings
    QCoreApplication.setOrganizationName("Backbone")
    QCoreApplication.setApplicationName("Backbone")
    if folder is not None and os.path.exists(folder) and not os.path.isdir(folder):
        raise UserError(
            message(
                "--data-folder {folder}: expected a folder, got a file. If it is an archive, unpack it and "
                "choose the folder that comes out.",
                folder=str(folder),
            )
        )
    if folder is not None and not os.path.isdir(folder):
        raise UserError(message("--data-folder {folder}: there is no such folder.", folder=str(folder)))
    remembered = [Path(os.fsdecode(each)) for each in Settings().read().data_folders]
    look_in([*([] if folder is None else [folder]), *remembered])


def look_for(dataset: Dataset, folder: Path | None = None) -> None:
    """The same, where this data set is not found otherwise: reading what was chosen needs Qt."""
    if folder is not None or (isinstance(dataset, NamedDataset) and dataset.found() is None):
        look_where_said(folder)


def bring(dataset: Dataset) -> None:
    """Makes ready what a command learns from or judges by: found where it was put, a folder read.

    Raises UserError where a folder has no pictures.
    """
    look_for(dataset)
    read_pictures(dataset, sys.stderr)


def read_pictures(dataset: Dataset, stream: TextIO) -> None:
    """Reads a folder of pictures, and shows how far it is where somebody is watching.

    Raises UserError where there are none.
    """
    if not isinstance(dataset, Folder) or dataset.missing() is not None or dataset.at_hand():
        return
    told = 0.0

    def tell(survey: Survey) -> None:
        nonlocal told
        now = time.monotonic()
        if stream.isatty() and now - told >= TELL_SECONDS:
            told = now
            room = shutil.get_terminal_size().columns - 1
            stream.write(f"\r{visible(str(survey.words()))[:room].ljust(room)}")
            stream.flush()

    try:
        dataset.read(tell)
    finally:
        if told:
            stream.write("\n")
    if (keeping := dataset.keeping()) is not None and dataset.streamed() is not None:
        print_lines(f"Note: {keeping}", stream)


def table() -> str:
    """A line for each data set: its name in files and on the command line, what is in it, and where it is."""
    rows = [_row(kind()) for kind in DATASETS]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def _row(dataset: Dataset) -> tuple[str, ...]:
    name, (height, width) = type(dataset).__name__, dataset.size
    try:
        images = f"{sum(dataset.class_counts()) + dataset.test_images:,}"
    except UserError:
        # a folder of the user's own: the project says which
        return name, "", "", "", "yours", dataset.licence
    shape, classes = f"{dataset.channels}×{height}×{width}", f"{len(dataset.classes)} classes"
    return name, images, shape, classes, _where(dataset), dataset.licence


def fetch_sets(names: Sequence[str], stream: TextIO | None = None) -> int:
    """Fetches these sets, each unless it is here. Raises UserError where one cannot be fetched."""
    for name in names:
        kind = next(kind for kind in DATASETS if kind.__name__ == name)
        dataset = kind()
        if not isinstance(dataset, NamedDataset):
            print_lines(f"{name}: comes with Backbone.")
        elif (files := dataset.found()) is not None:
            print_lines(f"{name}: is here already, in {files[0].parent}{os.sep}")
        else:
            fetch_set(dataset, stream or sys.stderr)
            print_lines(f"{name}: is in {dataset.kept_in()}{os.sep}")
    return 0


def fetch_set(dataset: NamedDataset, stream: TextIO) -> None:
    """Fetches one set, and shows how far it is where somebody is watching."""
    # imported late: nothing else speaks to servers
    from networks.recipes.datasets.fetching import fetch

    size = in_words(dataset.download_bytes)
    print_lines(f"Fetching {dataset.name()}, {size}, from {_server(dataset)}", stream)
    print_lines(f"{dataset.attribution}. Licence: {dataset.licence}.", stream)
    told = -1

    def tell(share: float) -> bool:
        nonlocal told
        if stream.isatty() and int(100 * share) > told:
            told = int(100 * share)
            stream.write(f"\r{told:3} %")
            stream.flush()
        return True

    try:
        fetch(dataset, tell)
    finally:
        if told >= 0:
            stream.write("\n")


def _where(dataset: Dataset) -> str:
    if not isinstance(dataset, NamedDataset):
        return "comes with Backbone"
    if (files := dataset.found()) is not None:
        return f"in {files[0].parent}{os.sep}"
    return f"to fetch, {in_words(dataset.download_bytes)}"


def _server(dataset: NamedDataset) -> str:
    return dataset.downloads[0].url.split("/")[2]
