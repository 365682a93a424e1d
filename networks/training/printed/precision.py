"""A network that multiplies in bfloat16; training scripts print the text of this class, too."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class InBfloat16(nn.Module):
    """Runs a network in bfloat16 where torch holds that for safe; its scores are float32, as its weights."""

    def __init__(self, model: nn.Module, device: str) -> None:
        super().__init__()
        self.model, self.device = model, device

    def forward(self, images: Tensor) -> Any:
        """The network's scores, or a tuple of them where it has auxiliary outputs."""
        with torch.autocast(self.device, torch.bfloat16):
            scores = self.model(images)
        return tuple(each.float() for each in scores) if isinstance(scores, tuple) else scores.float()
