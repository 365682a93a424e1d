"""Reads the weights of a run back from its folder: from their files, or from the last checkpoint."""

from __future__ import annotations

import os
from pathlib import Path

from torch import Tensor, nn

from networks.core.message import UserError, message
from networks.module.build import other_tensor
from networks.recipes.stopping import Keep
from networks.runs.kept.weights import weight_files
from networks.training.keeping.checkpoint import checkpoints, read_checkpoint
from networks.training.keeping.tensor_file import read_tensors

_IN_CHECKPOINT: dict[Keep, str] = {"last": "weights/", "best": "best/", "averaged": "averaged/"}


def read_weights(folder: Path, keep: Keep, kind: Keep) -> dict[str, Tensor]:
    """The weights of this kind of a run whose recipe keeps `keep`; the last ones where it has no others.

    A run that was cut off has those of its last checkpoint. Raises UserError where there are none.
    """
    files = weight_files(folder, keep)
    # where one of them was deleted, the checkpoint may have what was in it
    if (file := files.get(kind) or files.get("last")) is not None:
        return read_tensors(file)
    for path in checkpoints(folder):
        tensors = read_checkpoint(path).tensors
        for prefix in (_IN_CHECKPOINT[kind], _IN_CHECKPOINT["last"]):
            found = {name[len(prefix) :]: each for name, each in tensors.items() if name.startswith(prefix)}
            if found:
                return found
    raise UserError(
        message(
            "There are no weights in “{path}”: the run ended before any were written, or they were deleted.",
            path=os.fspath(folder),
        )
    )


def take_weights(module: nn.Module, weights: dict[str, Tensor], folder: Path) -> None:
    """Puts weights into a network. Raises UserError where they are those of another one."""
    if (other := other_tensor(module.state_dict(), weights)) is not None:
        name, wanted, got = other
        raise UserError(
            message(
                "The weights in “{path}” are those of another network: expected {wanted} as {name}, "
                "got {got}.",
                path=os.fspath(folder),
                wanted=wanted,
                name=name,
                got=got,
            )
        )
    module.load_state_dict(weights)
