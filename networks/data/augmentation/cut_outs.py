"""Steps of an augmentation that are made while pictures are decoded: which part of each is cut out."""

from __future__ import annotations

import torch
from torch import Tensor

from networks.data.augmentation.batch import Step
from networks.data.augmentation.draws import draws
from networks.data.augmentation.geometry import filled, joined, upright


def cut_outs(
    chosen: Tensor, steps: tuple[Step, ...], done: int, height: int, width: int, seed: int, epoch: int
) -> list[tuple[float, ...]]:
    """For the images with these indices, the part that the first `done` steps show, in shares of the image.

    Its left, upper, right and lower edge, and those of what may be shown. What the steps draw is the same as
    in `augment`; they move pixels along the edges only. Nothing where there is no such step.
    """
    if not done:
        return [()] * len(chosen)
    numbers = draws(seed, epoch, chosen, [step.function.__name__ for step in steps])
    count = len(chosen)
    matrix = upright(1.0, 1.0, 0.0, 0.0)
    size = torch.tensor([width, height]).to(numbers.dtype)
    limits = torch.stack((-size / 2, size / 2), 1).repeat(count, 1, 1)
    for index, (_, function, options) in enumerate(steps[:done]):
        place = function(numbers[:, index], height, width, **options)
        if place.box is not None:
            # from the middles of pixels to their edges, and to where they are in the picture
            edges = reached(
                filled(matrix, count, chosen.device),
                place.box.view(-1, 2, 2).transpose(1, 2) + torch.tensor([-0.5, 0.5]),
            )
            low, high = edges.sort(2).values.unbind(2)
            limits = torch.stack((limits[:, :, 0].maximum(low), limits[:, :, 1].minimum(high)), 2)
        matrix = joined(matrix, place.matrix)
    every = filled(matrix, count, chosen.device).to(numbers.dtype)
    ends = reached(every, torch.stack((-size / 2, size / 2), 1).repeat(count, 1, 1))
    # in float32, where it does not show which images are computed together
    shares = (torch.cat((ends, limits), 2) / size.view(1, 2, 1) + 0.5).float()
    return [tuple(view) for view in shares.permute(0, 2, 1).reshape(-1, 8).tolist()]


def reached(matrix: Tensor, edges: Tensor) -> Tensor:
    """Where edges along x and y come from, n×2×edges."""
    stretch = torch.stack((matrix[:, 0, 0], matrix[:, 1, 1]), 1)
    return edges * stretch.unsqueeze(2) + matrix[:, :, 2:]
