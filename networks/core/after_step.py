"""A moment of a run: after which step its weights are looked at."""

from __future__ import annotations

import msgspec


class AfterStep(msgspec.Struct, frozen=True):
    """The weights that a run had after this step, where that moment was kept; 0 is the start.

    With `averaged`, those that were averaged over the steps up to then, where the run's recipe averages.
    """

    step: int
    averaged: bool = False
