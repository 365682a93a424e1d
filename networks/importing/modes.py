"""Parts that stay in a mode of their own, whichever mode the module around them is in."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from networks.core.message import message
from networks.importing.refusal import UnshowableError
from networks.layers.base import Layer


def is_frozen(layer: Layer, own: bool, training: bool, weights: Iterable[Tensor]) -> bool:
    """Whether a part stays in evaluation mode as a frozen layer does.

    `own` is the mode that it is called in, `training` that of the module around it; `weights` are its own.
    Raises UnshowableError where it has a mode of its own otherwise.
    """
    if own == training:
        return False
    if own:
        raise UnshowableError(message("it is kept in training mode, in evaluation too"))
    if not layer.normalizes_by_batch:
        raise UnshowableError(
            message(
                "it is kept in evaluation mode while the others are trained, and does nothing: leave it out"
            )
        )
    if any(weight.requires_grad for weight in weights):
        raise UnshowableError(
            message(
                "it is kept in evaluation mode while the others are trained, but its weights learn: freeze "
                "them too, by requires_grad_(False), and it becomes a frozen layer"
            )
        )
    return True
