"""Where the loss comes from: what each class adds to that of an image, each image to that of the batch."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from networks.core.message import message
from networks.explanations.core.forms import Explanation, Joined, LossTerms, Stage, WeightedSum
from networks.explanations.core.places import CONSTANT, Array, Numbers, Places, Position
from networks.recipes.losses import Loss
from networks.recipes.losses.base import log_softmax, times
from networks.recipes.losses.binary_cross_entropy import BinaryCrossEntropy
from networks.recipes.losses.cross_entropy import CrossEntropy
from networks.recipes.losses.focal import Focal
from networks.recipes.losses.kullback_leibler import KullbackLeibler
from networks.recipes.losses.multi_margin import MultiMargin
from networks.recipes.losses.negative_log_likelihood import NegativeLogLikelihood
from networks.recipes.losses.squared_error import SquaredError

_SMALLEST = 1e-12
"""What is missing to the right probability is never less: `focal` of `networks.training.printed`."""


class LossPass(msgspec.Struct, frozen=True, eq=False):
    """The loss of one batch: what a network gave, n×classes, and what it should have given, n×classes.

    `labels` says whether each image has one right class, whose target is 1; otherwise targets are
    probabilities. `weights` holds what each class weighs, where they do not weigh the same. `factor` is what
    the loss is multiplied by, as that of an auxiliary output.
    """

    loss: Loss
    outputs: Array
    targets: Array
    labels: bool = True
    weights: Array | None = None
    factor: float = 1.0


class _Classes(msgspec.Struct, frozen=True, eq=False):
    """One image: probabilities where the loss reads any, what each class adds, and the loss's slopes."""

    probabilities: Numbers | None
    terms: Numbers
    slopes: Numbers


def _cross_entropy(loss: Loss, x: Numbers, targets: Numbers, weights: Numbers) -> _Classes:
    assert isinstance(loss, CrossEntropy)
    smooth = weights * (targets * (1 - loss.label_smoothing) + loss.label_smoothing / len(targets))
    logarithms = log_softmax(x[None])[0]
    shares = np.exp(logarithms)
    return _Classes(shares, -times(smooth, logarithms), shares * smooth.sum() - smooth)


def _negative_log_likelihood(loss: Loss, x: Numbers, targets: Numbers, weights: Numbers) -> _Classes:
    aims = weights * targets
    return _Classes(np.exp(np.minimum(x, 0)), -times(aims, x), -aims)


def _squared_error(loss: Loss, x: Numbers, targets: Numbers, weights: Numbers) -> _Classes:
    return _Classes(x, (x - targets) ** 2, 2 * (x - targets))


def _binary_cross_entropy(loss: Loss, x: Numbers, targets: Numbers, weights: Numbers) -> _Classes:
    yes = np.exp(-np.logaddexp(0, -x))
    return _Classes(yes, np.logaddexp(0, x) - targets * x, yes - targets)


def _multi_margin(loss: Loss, x: Numbers, targets: Numbers, weights: Numbers) -> _Classes:
    assert isinstance(loss, MultiMargin)
    right = int(targets.argmax())
    short = np.maximum(0, loss.margin - x[right] + x)
    short[right] = 0
    each = weights[right] / len(x)
    slopes = each * loss.p * np.where(short > 0, short ** (loss.p - 1), 0.0)
    slopes[right] = -slopes.sum()
    return _Classes(None, each * short**loss.p, slopes)


def _focal(loss: Loss, x: Numbers, targets: Numbers, weights: Numbers) -> _Classes:
    assert isinstance(loss, Focal)
    logarithms = log_softmax(x[None])[0]
    shares, exact = np.exp(logarithms), -np.expm1(logarithms)
    missing = np.maximum(exact, _SMALLEST)
    power = missing**loss.gamma
    bent = np.where(exact > _SMALLEST, loss.gamma * missing ** (loss.gamma - 1) * shares, 0.0)
    pushes = loss.alpha * (times(targets, power) - times(targets, bent * logarithms))
    return _Classes(shares, -times(targets, loss.alpha * power * logarithms), shares * pushes.sum() - pushes)


def _kullback_leibler(loss: Loss, x: Numbers, targets: Numbers, weights: Numbers) -> _Classes:
    own = times(targets, np.log(np.where(targets == 0, 1.0, targets)))
    return _Classes(np.exp(np.minimum(x, 0)), own - times(targets, x), -targets)


_TERMS: dict[type[Loss], Callable[[Loss, Numbers, Numbers, Numbers], _Classes]] = {
    CrossEntropy: _cross_entropy,
    NegativeLogLikelihood: _negative_log_likelihood,
    SquaredError: _squared_error,
    BinaryCrossEntropy: _binary_cross_entropy,
    MultiMargin: _multi_margin,
    Focal: _focal,
    KullbackLeibler: _kullback_leibler,
}
"""By type of loss. Weights of classes are within the terms where torch has them there."""
EXPLAINED = frozenset(_TERMS)
"""The losses that are explained: all of the catalog."""


@np.errstate(all="ignore")
def loss_terms(passed: LossPass, image: int) -> LossTerms:
    """The loss of one image of the batch, class by class."""
    x, targets = passed.outputs[image].astype(np.float64), passed.targets[image].astype(np.float64)
    weights = np.ones(len(x)) if passed.weights is None else passed.weights.astype(np.float64)
    found = _TERMS[type(passed.loss)](passed.loss, x, targets, weights)
    places = Places("input", 0, (np.array(image), np.arange(len(x))))
    return LossTerms(x, found.probabilities, targets, found.terms, found.slopes, places)


def image_shares(passed: LossPass) -> Numbers:
    """What the loss of each image counts for in that of the batch, n numbers.

    They are 1 / n without weights of classes. With weights, the terms of cross-entropy and negative
    log-likelihood are weighted already, and only divided by what the images weigh together.
    """
    count = len(passed.outputs)
    equal = np.full(count, 1 / count)
    if passed.weights is None or isinstance(passed.loss, MultiMargin):
        return passed.factor * equal
    weights = passed.targets.astype(np.float64) @ passed.weights.astype(np.float64)
    if isinstance(passed.loss, CrossEntropy | NegativeLogLikelihood):
        return passed.factor * (np.full(count, 1 / weights.sum()) if passed.labels else equal)
    found: Numbers = passed.factor * weights / weights.sum()
    return found


def loss_of_image(passed: LossPass, image: int, value: float) -> Explanation:
    """Where the loss of one image comes from; `value` is what torch computed."""
    title = message("What each class adds to the loss")
    return Explanation((image,), value, (Stage(title, loss_terms(passed, image), passed.loss.formula),))


@np.errstate(all="ignore")
def loss_of_batch(passed: LossPass, value: float) -> Explanation:
    """Where the loss of the batch comes from: the mean over its images, or a weighted one."""
    losses = np.array([loss_terms(passed, image).result for image in range(len(passed.outputs))])
    images = Places("input", 0, (np.arange(len(losses)),))
    form = WeightedSum("mean", losses, image_shares(passed), images, CONSTANT)
    title = message("The loss of every image times its share")
    return Explanation((), value, (Stage(title, form, "L = Σ share · L(image)"),))


@np.errstate(all="ignore")
def gradient_of_score(passed: LossPass, at: Position, value: float) -> Explanation:
    """Where the gradient of one score comes from; `at` is (image, class), `value` what torch computed.

    An image beyond those of the loss is there for its batch alone, and nothing comes from it.
    """
    if at[0] >= len(passed.outputs):
        nothing = Joined("sum", np.zeros(0), ())
        return Explanation(
            at, value, (Stage(message("No loss depends on this picture"), nothing, "∂L/∂s = 0"),)
        )
    terms = loss_terms(passed, at[0])
    slope, share = float(terms.slopes[at[1]]), float(image_shares(passed)[at[0]])
    form = Joined("product", np.array([slope, share]), (Places("stage", 0), CONSTANT))
    stages = (
        Stage(message("How fast the loss of this image rises with each score"), terms, passed.loss.formula),
        Stage(message("Times the image's share in the batch"), form, "∂L/∂s = slope · share"),
    )
    return Explanation(at, value, stages)
