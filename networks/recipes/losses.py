"""The losses as declarations: what a network is trained to make small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Union

import msgspec

from networks.core.call import Call, call
from networks.core.fields import first_sentence, real


class Loss(msgspec.Struct, frozen=True, tag_field="type", tag=True, forbid_unknown_fields=True):
    """One loss is one subclass; `call` makes the torch module."""

    title: ClassVar[str]

    def call(self) -> Call:
        """The call that makes the torch module."""
        raise NotImplementedError

    @classmethod
    def help(cls) -> str:
        """The first sentence of the docstring."""
        return first_sentence(cls)


class CrossEntropy(Loss, frozen=True):
    """Minus the logarithm of the probability that softmax gives the right class."""

    title: ClassVar = "Cross-entropy"

    label_smoothing: Annotated[
        float,
        real(
            "Label smoothing",
            "Share of certainty taken from the right class and spread over all.",
            0.0,
            1.0,
            below=True,
        ),
    ] = 0.0

    def call(self) -> Call:
        options = {"label_smoothing": self.label_smoothing} if self.label_smoothing else {}
        return call("nn.CrossEntropyLoss", **options)


LOSSES: tuple[type[Loss], ...] = (CrossEntropy,)

if TYPE_CHECKING:
    AnyLoss = Loss
else:
    AnyLoss = Union[LOSSES]
