"""The recipe's section on the machine: which processor trains, with how many threads."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from networks.core.fields import described, whole


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the network is trained on."""

    device: Annotated[
        Literal["cpu", "cuda", "mps"],
        described(
            "Device",
            "Which processor trains the network.",
            labels={"cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"},
        ),
    ] = "cpu"
    threads: Annotated[
        int,
        whole(
            "Threads",
            "Processor cores used for training; 0 leaves one free for the window.",
            0,
            1024,
            unit="cores",
            zero="all but one",
        ),
    ] = 0
