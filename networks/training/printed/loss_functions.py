"""The losses that torch has no module for, as plain functions.

Runs call them, and training scripts print their text as it stands here: besides torch they use each other and
nothing else. All take the outputs of a network, n×classes, and targets: n labels, or n×classes probabilities.
Each gives the mean over the images, where `weight` holds a weight for each class a weighted mean.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn


def one_hot(targets: Tensor, outputs: Tensor) -> Tensor:
    """Targets n×classes: soft ones as they are, of labels 1 for their class and 0 for all others."""
    if targets.is_floating_point():
        return targets
    return nn.functional.one_hot(targets, outputs.shape[1]).to(outputs.dtype)


def mean_over_images(losses: Tensor, targets: Tensor, weight: Tensor | None) -> Tensor:
    """The mean of a loss for each image, which counts as much as its class weighs."""
    if weight is None:
        return losses.mean()
    shares = targets @ weight if targets.is_floating_point() else weight[targets]
    return (shares * losses).sum() / shares.sum()


def squared_error(outputs: Tensor, targets: Tensor, weight: Tensor | None = None) -> Tensor:
    """The squared distance of probabilities from the targets."""
    losses = (outputs - one_hot(targets, outputs)).square().sum(1)
    return mean_over_images(losses, targets, weight)


def binary_cross_entropy(outputs: Tensor, targets: Tensor, weight: Tensor | None = None) -> Tensor:
    """The sum over the classes of the loss of a yes or no."""
    losses = nn.functional.binary_cross_entropy_with_logits(
        outputs, one_hot(targets, outputs), reduction="none"
    ).sum(1)
    return mean_over_images(losses, targets, weight)


def focal(
    outputs: Tensor, targets: Tensor, gamma: float, alpha: float, weight: Tensor | None = None
) -> Tensor:
    """Cross-entropy times what is missing to the right probability, to the power of gamma."""
    logarithms = outputs.log_softmax(1)
    # never 0, where a power below 1 has an infinite slope
    missing = (-logarithms.expm1()).clamp(min=1e-12)
    losses = -alpha * (one_hot(targets, outputs) * missing.pow(gamma) * logarithms).sum(1)
    return mean_over_images(losses, targets, weight)


def kullback_leibler(outputs: Tensor, targets: Tensor, weight: Tensor | None = None) -> Tensor:
    """The divergence of probabilities, of which the outputs are the logarithms, from the targets."""
    losses = nn.functional.kl_div(outputs, one_hot(targets, outputs), reduction="none").sum(1)
    return mean_over_images(losses, targets, weight)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    each.__name__: each for each in (squared_error, binary_cross_entropy, focal, kullback_leibler)
}
"""By the name in `networks.recipes.losses`."""
