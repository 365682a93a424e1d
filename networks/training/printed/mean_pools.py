"""Mean pools of few channels, computed faster; training scripts print the text of what does it, too."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, fx, nn


class MeanOfTiles(nn.AvgPool2d):
    """A mean pool whose neighbourhoods lie side by side: adds up rows, then columns by a product of matrices.

    With channels last in memory torch adds the channels of one pixel to those of the next, and the few that
    there are fill no vector of the processor. Rows do. Sums are rounded in another order.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Takes and gives n×channels×height×width, with channels last in memory."""
        count, channels, height, width = x.shape
        high, wide = (self.kernel_size,) * 2 if isinstance(self.kernel_size, int) else self.kernel_size
        # more channels fill a vector, and make the matrix large
        if channels > 16 or height % high or width % wide:
            return super().forward(x)
        rows = x.permute(0, 2, 3, 1).reshape(-1, high, width * channels).sum(1)
        matrix = (torch.eye(channels, device=x.device) / (high * wide)).repeat(wide, 1)
        means = torch.mm(rows.view(-1, wide * channels), matrix)
        return means.view(count, height // high, width // wide, channels).permute(0, 3, 1, 2)


def quicken_pools(model: nn.Module) -> None:
    """Makes a MeanOfTiles of every mean pool whose neighbourhoods lie side by side."""
    for part in model.modules():
        if isinstance(part, nn.AvgPool2d) and part.kernel_size == part.stride and part.padding in (0, (0, 0)):
            part.__class__ = MeanOfTiles


def own_quick_pools(form: fx.GraphModule) -> fx.GraphModule:
    """Gives a graph quicker mean pools of its own; modules that it shares with others stay as they are."""
    for path, part in list(form.named_modules()):
        if isinstance(part, nn.AvgPool2d):
            holder, _, name = path.rpartition(".")
            setattr(form.get_submodule(holder), name, copy.copy(part))
    quicken_pools(form)
    return form
