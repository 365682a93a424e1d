"""When training ends early, which epoch counts as the best, and whose weights are exported."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from networks.core.fields import described, real, whole

Judge = Literal["validation loss", "validation accuracy"]
"""Names of measures that are taken after each epoch."""
Keep = Literal["last", "best", "averaged"]


class Stopping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ends training early, and says which weights are exported.

    A run always keeps both the weights of the last step and those of the best epoch.
    """

    measure: Annotated[
        Judge,
        described("Best by", "What decides which epoch is the best; patience and target follow it, too."),
    ] = "validation loss"
    patience: Annotated[
        int,
        whole(
            "Patience",
            "Ends training once this many epochs were no better than the best one; 0 turns it off.",
            0,
            100_000,
            unit="epochs",
            zero="off",
        ),
    ] = 0
    target: Annotated[
        float,
        real(
            "Target",
            "Ends training after the first epoch that is as good as this: a loss such as 0.1, or an accuracy "
            "such as 0.98; 0 turns it off.",
            0.0,
            1e6,
            zero="off",
        ),
    ] = 0.0
    keep: Annotated[
        Keep,
        described(
            "Exports take",
            "Which weights exports and the training script write. A run keeps them all, averaged ones where "
            "the recipe averages weights.",
            labels={
                "last": "the last weights",
                "best": "the weights of the best epoch",
                "averaged": "the averaged weights",
            },
        ),
    ] = "last"

    @property
    def falls(self) -> bool:
        """Whether a lower value of the measure is better."""
        return self.measure == "validation loss"

    @property
    def early(self) -> bool:
        """Whether training may end before its last epoch."""
        return bool(self.patience or self.target)
