"""The training step and the judging of a batch, as plain functions of torch.

Runs call them, and training scripts print their text as it stands here: besides torch they use each other and
what `networks.runs.measures` gives to scripts, and nothing else.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from networks.runs.measures import EACH_EPOCH, EACH_STEP, BatchResult


def train_step(
    model: nn.Module,
    loss_function: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    auxiliary: tuple[float, ...] = (),
    clip: float = 0.0,
) -> dict[str, tuple[Tensor, int]]:
    """Makes one step on a batch. Gives what was measured: for each measure a sum and what to divide it by.

    With auxiliary outputs the model gives several scores, the main ones first, and `auxiliary` holds what the
    losses of the others are multiplied by. `clip` is the longest gradient that is allowed, over all weights;
    0 allows any. The sums are tensors: reading one from a GPU waits until the GPU is done with the step.
    """
    scores = model(images)
    scores, *early = scores if auxiliary else (scores,)
    loss = loss_function(scores, labels)
    for share, guess in zip(auxiliary, early, strict=True):
        loss = loss + share * loss_function(guess, labels)
    weights = trained_weights(optimizer)
    for weight in weights:
        weight.grad = None  # as optimizer.zero_grad() does
    loss.backward()
    result = BatchResult(loss.detach(), scores.detach(), labels, weights, optimizer)
    with torch.no_grad():
        measured = {name: take(result) for name, take in EACH_STEP.items()}
    # a loss that is not a number leaves the weights as they are; a GPU is not asked, since that means waiting
    if loss.device.type != "cpu" or math.isfinite(loss.item()):
        if clip:
            nn.utils.clip_grad_norm_(weights, clip)
        optimizer.step()
    return measured


def judge(
    model: nn.Module,
    loss_function: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
) -> dict[str, tuple[Tensor, int]]:
    """Judges a batch of validation images: for each measure a sum and what to divide it by."""
    model.eval()
    with torch.inference_mode():
        scores = model(images)
        loss = loss_function(scores, labels).item()
        result = BatchResult(loss, scores, labels, trained_weights(optimizer), optimizer)
        return {name: take(result) for name, take in EACH_EPOCH.items()}


def trained_weights(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """The weights that the optimizer changes, in its order."""
    return [weight for group in optimizer.param_groups for weight in group["params"]]
