"""Parts that stay in a mode of their own, whichever mode the module around them is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torch import Tensor, nn

from networks.core.message import message
from networks.core.shapes import Shape
from networks.importing.proving.fitting_weights import refuse_type
from networks.importing.refusal import UnshowableError
from networks.layers.base import Layer


def own_weights(layer: Layer, x: Shape, found: Mapping[str, Tensor], path: str) -> list[Tensor]:
    """Those of the tensors by their names that a layer at this path learns which is given `x`.

    Raises UserError for one of a type that no layer learns.
    """
    names = (f"{path}.{name}" if name else path for name in layer.parameters(x))
    weights = {name: found[name] for name in names if name in found}
    for name, tensor in weights.items():
        refuse_type(name, tensor)
    return [*weights.values()]


def is_frozen(layer: Layer, own: bool, training: bool, weights: Iterable[Tensor]) -> bool:
    """Whether a part learns nothing, as a frozen layer does, which also stays in evaluation mode.

    `own` is the mode that it is called in, `training` that of the module around it; `weights` are its own.
    Raises UnshowableError where it has a mode of its own otherwise, or where a part of its weights learns.
    """
    learning = {isinstance(weight, nn.Parameter) and weight.requires_grad for weight in weights}
    if len(learning) == 2:
        raise UnshowableError(message("a part of its weights gets gradients, and a layer learns all or none"))
    if own == training or not layer.trains_differently:
        if learning == {False} and layer.normalizes_by_batch and training:
            raise UnshowableError(
                message(
                    "its weights get no gradients, and yet it changes its statistics in training: keep it in "
                    "evaluation mode too, by eval(), and it becomes a frozen layer; or let its weights learn"
                )
            )
        return learning == {False}
    if own:
        raise UnshowableError(message("it is kept in training mode, in evaluation too"))
    if not layer.normalizes_by_batch:
        raise UnshowableError(
            message(
                "it is kept in evaluation mode while the others are trained, and does nothing: leave it out"
            )
        )
    if True in learning:
        raise UnshowableError(
            message(
                "it is kept in evaluation mode while the others are trained, but its weights learn: freeze "
                "them too, by requires_grad_(False), and it becomes a frozen layer"
            )
        )
    return True
