"""Training scripts with their images beside them, as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from msgspec.structs import replace
from torch import Tensor

from networks.core.message import UserError, message
from networks.core.storage import write_atomically
from networks.data.images import PreparedImages, prepare
from networks.data.streamed import PictureStream
from networks.exporting.weights import unreadable
from networks.layers.ends import Input
from networks.project.project import Project
from networks.recipes.datasets import Dataset
from networks.recipes.datasets.picture_files import PictureFiles
from networks.recipes.steering import Course
from networks.source.script_constants import ScriptConstants
from networks.source.streaming_text import Streamed
from networks.source.training_script import data_file, start_file, training_script
from networks.training.setup.first_weights import foretell, weights_of
from networks.training.setup.plan import plan


def save_training_script(
    project: Project,
    path: Path,
    title: str = "",
    course: Course | None = None,
    weights: Mapping[str, Tensor] | None = None,
) -> Path:
    """Writes a script that trains the project as a run does, and the images beside it; returns their path.

    With the `course` of a run it repeats this run. `weights` are those of another run from which it began;
    they are written beside the script as well.

    Raises UserError where the project cannot be trained, where another file has the name that the images are
    to have, and where one of the files cannot be written.
    """
    dataset = project.recipe.data.dataset
    # of some sets only reading tells how many images there are
    dataset.labels()
    planned = plan(project)
    (entry,) = project.network.of_type(Input)
    assert isinstance(entry.layer, Input)
    images = prepare(replace(project.recipe.data, augmentation=()), entry.layer, dataset.edition())
    published = weights_of(project)
    constants = ScriptConstants(
        images.mean,
        images.std,
        planned.threads,
        planned.judged_at_once,
        planned.steps_per_epoch,
        () if published is None else foretell(project, published).random,
        images.ready,
        weights is not None,
        _streamed(images, project),
    )
    script = training_script(project, constants, title, course)
    beside = path.with_name(data_file(dataset, streamed=constants.streamed is not None))
    _write_beside(beside, _listed(images.files, dataset) if images.files is not None else _packed(dataset))
    if weights is not None:
        file = io.BytesIO()
        torch.save(dict(weights), file)
        write_atomically(start_file(path), file.getvalue())
    write_atomically(path, script.encode())
    return beside


def _streamed(images: PreparedImages, project: Project) -> Streamed | None:
    if images.files is None:
        return None
    stream = PictureStream(images.files, images.scale.size, project.recipe.machine.decoders)
    return Streamed(images.files, stream.size, stream.threads, stream.most)


def _packed(data: Dataset) -> bytes:
    """All images and their labels, compressed."""
    images, labels = data.load()
    file = io.BytesIO()
    np.savez_compressed(file, images=images, labels=labels)
    return file.getvalue()


def _listed(files: PictureFiles, data: Dataset) -> bytes:
    """A line for each picture: its path in the folder, and its label."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(zip(files.names, data.labels().tolist(), strict=True))
    return text.getvalue().encode("utf-8", "surrogateescape")


def _write_beside(path: Path, content: bytes) -> None:
    try:
        same = path.read_bytes() == content
    except FileNotFoundError:
        write_atomically(path, content)
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from error
    else:
        if not same:
            raise UserError(
                message(
                    "Expected to write the images to “{path}”, got another file of that name: "
                    "choose another folder, or move that file.",
                    path=str(path),
                )
            )
