"""Weights as files that other programs read."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from networks.storage import write_atomically
from networks.training.run import Run


def save_weights(source: Run | nn.Module, path: Path) -> None:
    """Writes all that was learned as safetensors, under torch's names; the old file stays where that fails.

    Raises UserError with the reason.
    """
    weights = source.weights() if isinstance(source, Run) else _weights(source)
    write_atomically(path, save(weights, metadata={"format": "pt"}))


def _weights(module: nn.Module) -> dict[str, Tensor]:
    return {
        name: tensor.detach().to("cpu", memory_format=torch.contiguous_format, copy=True)
        for name, tensor in module.state_dict().items()
    }
