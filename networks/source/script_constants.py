"""Constants of a training script that do not follow from the project."""

from __future__ import annotations

import msgspec

from networks.source.streaming_text import Streamed


class ScriptConstants(msgspec.Struct, frozen=True):
    """Constants of a script that do not follow from the project, but from images, weights and machine.

    `mean` and `deviation` hold a number for each channel, `random` the names of the layers that published
    weights do not fit. `threads` is how many cores train, `judged_at_once` how many validation images are
    judged in one batch. `steps_per_epoch` is how many steps an epoch has.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    threads: int
    judged_at_once: int
    steps_per_epoch: int
    random: tuple[str, ...] = ()
    ready: bool = True
    """Whether all images are brought to size and scale before training, or each batch in its turn."""
    started: bool = False
    """Whether first weights of another run lie beside the script, in `start_file`."""
    streamed: Streamed | None = None
    """Where pictures are too many to be kept: how each batch decodes its own."""
