"""One picture turned, shifted, made noisy or covered, by several amounts at once."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from networks.recipes.datasets import Pixels
from networks.runs.judgement.holding import Kind, values


def changed(picture: Pixels, kind: Kind) -> Pixels:
    """The picture height×width×channels once for each of `values(kind)`: n×height×width×channels.

    What comes in from outside is black. A positive turn is clockwise, a positive shift to the right. Noise
    is the same for every amount, only stronger, and drawn from a seed of its own; what covers is a grey
    square in the middle.
    """
    amounts = values(kind)
    if kind in ("turn", "shift"):
        return _moved(picture, kind, amounts)
    found = np.repeat(picture[None], len(amounts), axis=0)
    if kind == "noise":
        noise = np.random.default_rng(0).normal(size=picture.shape)
        noisy = found.astype(np.float64) + 255 * amounts[:, None, None, None] * noise
        return noisy.round().clip(0, 255).astype(np.uint8)
    height, width = picture.shape[:2]
    for each, share in zip(found, amounts, strict=True):
        high, wide = (round(side * math.sqrt(share)) for side in (height, width))
        top, left = (height - high) // 2, (width - wide) // 2
        each[top : top + high, left : left + wide] = 128
    return found


def _moved(picture: Pixels, kind: Kind, amounts: np.ndarray) -> Pixels:
    height, width, _ = picture.shape
    matrices = torch.zeros(len(amounts), 2, 3)
    for matrix, amount in zip(matrices, amounts.tolist(), strict=True):
        angle = math.radians(amount) if kind == "turn" else 0.0
        # places of the result tell where in the picture to look; both axes reach from -1 to 1
        matrix[0, 0], matrix[0, 1] = math.cos(angle), math.sin(angle) * height / width
        matrix[1, 0], matrix[1, 1] = -math.sin(angle) * width / height, math.cos(angle)
        matrix[0, 2] = -2 * amount if kind == "shift" else 0.0
    images = torch.from_numpy(picture).permute(2, 0, 1).float().expand(len(amounts), -1, -1, -1)
    grid = nn.functional.affine_grid(matrices, list(images.shape), align_corners=False)
    moved = nn.functional.grid_sample(images, grid, align_corners=False)
    found: Pixels = moved.round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    return found
