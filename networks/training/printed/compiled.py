"""A network whose training steps are compiled; training scripts print the text of this class, too."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Compiled(nn.Module):
    """Runs batches of one size through torch.compile while training, and all else as it is.

    Any other size would have to be compiled anew. Dropout draws the same numbers as without torch.compile.
    """

    def __init__(self, model: nn.Module, images: int) -> None:
        super().__init__()
        self.model, self.images = model, images
        # in a list: as a part of its own it would have every weight a second time
        self.compiled: list[Any] = []

    def forward(self, images: Tensor) -> Any:
        """What the network gives for these images."""
        if len(images) != self.images or not torch.is_grad_enabled():
            return self.model(images)
        if not self.compiled:
            self.compiled = [torch.compile(self.model, dynamic=False, options={"fallback_random": True})]
        return self.compiled[0](images)
