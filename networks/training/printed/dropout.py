"""Dropout of all layers by one factor; plain functions, which training scripts contain."""

from __future__ import annotations

from torch import nn


def dropout_layers(model: nn.Module) -> list[tuple[nn.Dropout | nn.Dropout2d | nn.Dropout3d, float]]:
    """The dropout layers of a network, each with the share of numbers that it sets to zero."""
    kinds = (nn.Dropout, nn.Dropout2d, nn.Dropout3d)
    return [(part, part.p) for part in model.modules() if isinstance(part, kinds)]


def scale_dropout(
    layers: list[tuple[nn.Dropout | nn.Dropout2d | nn.Dropout3d, float]], factor: float
) -> None:
    """Multiplies the shares of these layers by a factor, up to 0.95, so that something is left."""
    for layer, share in layers:
        layer.p = min(factor * share, max(share, 0.95))
