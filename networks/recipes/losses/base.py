"""What every loss declares: the torch call, what it expects of the last layer, and its values for drawing."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from networks.core.call import Call
from networks.core.declared import Declared

Values = NDArray[np.float64]

Outputs = Literal["scores", "log-probabilities", "probabilities"]
"""What a network ends in: scores of any size (logits), their log-softmax, or their softmax."""


class Loss(Declared, frozen=True):
    """One loss is one subclass; `call` makes what training calls.

    Every loss is the mean over the images of a batch, so that it does not depend on the batch size.
    """

    own: ClassVar[bool] = False
    """Whether torch has no module for it, so that a plain function of ours computes it."""
    expects: ClassVar[Outputs] = "scores"
    """What the last layer has to give."""
    soft: ClassVar[bool] = False
    """Whether targets may be soft: n×classes probabilities, as mixup makes them, instead of n labels."""
    per_class: ClassVar[bool] = False
    """Whether it reads each score as a yes or no of its own, by a sigmoid, instead of all by a softmax."""
    formula: ClassVar[str]
    """For one image; p is the probability, s the score that the network gives to a class."""
    short: ClassVar[str] = ""
    """The name where there is little room; the title where empty."""
    paper: ClassVar[str]
    good: ClassVar[tuple[str, str]]
    """Its strengths, in two sentences."""
    bad: ClassVar[tuple[str, str]]
    """Its weaknesses, in two sentences."""

    def call(self) -> Call:
        """The call that makes the torch module.

        Where the loss is our `own`, the target is a function of `networks.training.printed.loss_functions`,
        which is called with the outputs, the targets and these arguments. Besides, all take `weight`, a
        weight for each class.
        """
        raise NotImplementedError

    def by_chance(self, classes: int) -> float | None:
        """The loss of a network that holds all classes for equally likely; None where that says nothing."""
        return None

    def of_each(self, outputs: Values, targets: Values) -> Values:
        """The loss of each of n images, for drawing; torch computes the one that is trained with.

        `outputs` is n×classes, as `expects` says; so is `targets`, with 1 for the right class.
        """
        raise NotImplementedError

    def terms(self, outputs: Values, right: int) -> str:
        """The formula with the numbers of one image, such as `−ln 0.050`; `outputs` holds one per class."""
        raise NotImplementedError


def softmax(scores: Values) -> Values:
    """Probabilities n×classes, without an overflow."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Values = powers / powers.sum(axis=1, keepdims=True)
    return found


def log_softmax(scores: Values) -> Values:
    """The logarithms of the softmax, exact also where that is tiny."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    found: Values = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return found


def times(targets: Values, values: Values) -> Values:
    """The products, where nothing times infinity is nothing."""
    return np.where(targets == 0, 0.0, targets * np.where(targets == 0, 0.0, values))
