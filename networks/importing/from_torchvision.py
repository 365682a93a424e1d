"""torchvision's convolutional networks, built without weights and imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from networks.core.message import UserError, message
from networks.core.shapes import Shape
from networks.data.vision import models
from networks.graph.network import Network
from networks.importing.importer import proved
from networks.importing.proving.equality import Proof
from networks.presets.torchvision_models import MODELS

_OPTIONS: dict[str, dict[str, Any]] = {
    "googlenet": {"init_weights": False, "transform_input": False},
    "inception_v3": {"init_weights": False, "transform_input": False},
}
"""First weights would be drawn for nothing; what brings images to another scale is the Input's business."""


def torchvision_network(name: str) -> Network:
    """The network of one of networks.presets.torchvision_models.MODELS, for as many classes as the data has.

    Raises UserError where the name is none of them.
    """
    return _proved(name)[0]


def compared_at(name: str) -> Shape:
    """The size of the random images on which this model's network was found equal to it."""
    return _proved(name)[1].size


@cache
def _proved(name: str) -> tuple[Network, Proof]:
    """Kept, since the proof that it is equal takes a second or more."""
    if name not in MODELS:
        raise UserError(
            message("“{name}” is no model of torchvision’s that can be imported: try “resnet50”.", name=name)
        )
    model = MODELS[name]
    size = (3, model.size, model.size)
    module = structure(name)
    return proved(module, size, auxiliary=model.auxiliary, normalize=model.normalize, alone=False)


def structure(name: str) -> nn.Module:
    """torchvision's module without numbers: its weights are on the meta device."""
    with _WithoutWeights():
        module: nn.Module = models.get_model(name, weights=None, **_OPTIONS.get(name, {}))
    return module


class _WithoutWeights(TorchFunctionMode):
    """Puts weights on the meta device, where they take neither time nor memory.

    Only what is made empty, to be filled at random: builders compute widths with tensors of their own.
    """

    def __torch_function__(
        self, function: Callable[..., Any], types: Sequence[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        options = dict(kwargs or {})
        if function is torch.empty and options.get("device") is None:
            options["device"] = "meta"
        return function(*args, **options)
