"""The training step and the judging of a batch, as plain functions of torch.

Runs call them, and training scripts print their text as it stands here: besides torch they use each other and
what `networks.runs.measures` gives to scripts, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from networks.runs.measures import EACH_EPOCH, EACH_STEP, BatchResult


def train_step(
    model: nn.Module,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    targets: Tensor,
    auxiliary: tuple[float, ...] = (),
    clip: float = 0.0,
    clip_by: str = "norm",
    parts: int = 1,
    on_norms: Callable[[list[Tensor], Tensor], None] | None = None,
) -> dict[str, tuple[Tensor, int]]:
    """Makes one step on a batch. Gives what was measured: for each measure a sum and what to divide it by.

    `targets` are n labels or, for losses that take soft targets, n×classes shares. With auxiliary outputs the
    model gives several scores, the main ones first, and `auxiliary` holds what the losses of the others are
    multiplied by. `clip` is what `clip_gradients` allows, 0 for no limit. In several `parts` the batch takes
    less memory: their gradients add up. The sums are tensors: reading one from a GPU waits until the GPU is
    done with the step. `on_norms` is told how long each gradient is, as `update_weights` does.
    """
    clear_gradients(optimizer)
    # a part has at least two images, since a single one has no variance to normalize by
    parts = max(1, min(parts, len(images) // 2))
    losses, guesses = [], []
    for some, aims in zip(images.tensor_split(parts), targets.tensor_split(parts), strict=True):
        loss, scores = backward_pass(
            model, loss_function, some, aims, auxiliary, share=len(some) / len(images)
        )
        losses.append(loss)
        guesses.append(scores)
    loss = torch.stack(losses).sum()
    return update_weights(optimizer, loss, torch.cat(guesses), targets, clip, clip_by, on_norms)


def clear_gradients(optimizer: torch.optim.Optimizer) -> None:
    """Forgets the gradients of the step before, as optimizer.zero_grad() does."""
    for weight in trained_weights(optimizer):
        weight.grad = None


def backward_pass(
    model: Callable[[Tensor], Tensor],
    loss_function: Callable[[Tensor, Tensor], Tensor],
    images: Tensor,
    targets: Tensor,
    auxiliary: tuple[float, ...],
    share: float,
) -> tuple[Tensor, Tensor]:
    """Adds to the gradients those of some images of a batch, of which they are this share.

    Gives their part of the batch's loss, and their scores.
    """
    scores = model(images)
    scores, *early = scores if auxiliary else (scores,)
    loss = loss_function(scores, targets)
    for weight, guess in zip(auxiliary, early, strict=True):
        loss = loss + weight * loss_function(guess, targets)
    if share != 1:
        loss = loss * share
    loss.backward()
    return loss.detach(), scores.detach()


def update_weights(
    optimizer: torch.optim.Optimizer,
    loss: Tensor,
    scores: Tensor,
    targets: Tensor,
    clip: float,
    clip_by: str,
    on_norms: Callable[[list[Tensor], Tensor], None] | None = None,
) -> dict[str, tuple[Tensor, int]]:
    """Measures a batch whose gradients are complete, clips these, and makes the optimizer's step.

    `on_norms` gets all weights, and the lengths of the gradients of those that have one.
    """
    weights = trained_weights(optimizer)
    norms = gradient_lengths(weights)
    # the length of the whole gradient, as torch.nn.utils.get_total_norm has it, in half the time
    norm = torch.linalg.vector_norm(norms)
    if on_norms is not None:
        on_norms(weights, norms)
    result = BatchResult(loss, scores, targets, weights, optimizer, norm)
    with torch.no_grad():
        measured = {name: take(result) for name, take in EACH_STEP.items()}
    # a loss that is not a number leaves the weights as they are; a GPU is not asked, since that means waiting
    if loss.device.type != "cpu" or math.isfinite(loss.item()):
        if clip:
            clip_gradients(weights, norm, clip, clip_by)
        optimizer.step()
    return measured


def set_rate(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Sets the learning rate of the next step: that with which each group began, times this factor."""
    for group in optimizer.param_groups:
        group["lr"] = factor * group.setdefault("initial_lr", group["lr"])


def judge(
    model: nn.Module,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    targets: Tensor,
) -> dict[str, tuple[Tensor, int]]:
    """Judges a batch of validation images: for each measure a sum and what to divide it by."""
    model.eval()
    with torch.inference_mode():
        scores = model(images)
        loss = loss_function(scores, targets).item()
        result = BatchResult(loss, scores, targets, trained_weights(optimizer), optimizer, 0.0)
        return {name: take(result) for name, take in EACH_EPOCH.items()}


def trained_weights(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """The weights that the optimizer changes, in its order."""
    return [weight for group in optimizer.param_groups for weight in group["params"]]


def gradient_lengths(weights: list[Tensor]) -> Tensor:
    """The length of the gradient of each weight that has one: the root of the sum of its squares."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    return torch.stack(torch._foreach_norm(gradients))


def clip_gradients(weights: list[Tensor], norm: Tensor, clip: float, clip_by: str) -> None:
    """Limits the gradient to `clip`: by "norm" its length, which is `norm`, by "value" every number in it."""
    if clip_by == "norm":
        nn.utils.clip_grads_with_norm_(weights, clip, norm)
    else:
        nn.utils.clip_grad_value_(weights, clip)
