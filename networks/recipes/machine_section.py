"""The recipe's section on the machine: which processor trains, and what makes it quicker there."""

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
    channels_last: Annotated[
        bool,
        described(
            "Channels last",
            "Keeps the channels of each pixel side by side in memory, as most convolutions want them. Sums "
            "are rounded in another order. Training scripts do the same, and give the same numbers.",
        ),
    ] = True
    precision: Annotated[
        Literal["float32", "bfloat16"],
        described(
            "Precision",
            "With bfloat16, convolutions and matrices are multiplied with 8 significant bits instead of 24; "
            "weights, normalization and loss stay float32. Results differ somewhat from those in float32. "
            "Training scripts do the same, and give the same numbers.",
        ),
    ] = "float32"
    compile: Annotated[
        bool,
        described(
            "torch.compile",
            "Translates the training step into a program of its own before the first one, which takes "
            "seconds to minutes. Results differ in rounding, and training scripts need not give the same "
            "numbers to the last digit. Validation and an epoch's smaller last batch are not compiled. "
            "Dropout that is changed in a run that goes on has it translated again.",
        ),
    ] = False
    data_parallel: Annotated[
        bool,
        described(
            "Data parallel",
            "Cuts each batch into as many parts as there are threads, and computes them at the same time, "
            "each on a thread of its own; their gradients are added up. Otherwise the threads share the work "
            "of each layer, which small layers gain little by. Sums are rounded in another order. Training "
            "scripts do the same, and give the same numbers. It needs a CPU, at least two threads and a "
            "network without BatchNorm and dropout.",
        ),
    ] = False
    decoders: Annotated[
        int,
        whole(
            "Decoding threads",
            "Threads that decode pictures ahead of the step, where a folder is too large to be kept in "
            "memory; 0 is one for each processor core. What is learned does not depend on their number.",
            0,
            256,
            unit="threads",
            zero="one per core",
        ),
    ] = 0

    synchronized: Annotated[
        bool,
        described(
            "Synchronized BatchNorm",
            "Where several processes train together, BatchNorm normalizes over the images of all of them, as "
            "one process would. It costs a message between them at each BatchNorm. Otherwise each process "
            "normalizes its own images, and the running statistics are the mean of all.",
        ),
    ] = False

    moments: Annotated[
        int,
        whole(
            "Moments kept",
            "How much of the disk a run's moments may take: its weights at the start, after each epoch and "
            "at the end. The scrubber below the curves goes back and forth between them. Where they would "
            "take more, only every second, fourth, eighth … epoch is kept. They change nothing in what is "
            "learned.",
            0,
            1_000_000,
            unit="MB",
            zero="none",
        ),
    ] = 512

    @property
    def in_plain_order(self) -> bool:
        """Whether channels come first in memory; several of Apple's kernels require it."""
        return not self.channels_last or self.device == "mps"

    @property
    def quick_pools(self) -> bool:
        """Whether mean pools of few channels are computed faster, with sums in another order."""
        return self.channels_last and (self.device, self.precision) == ("cpu", "float32") and not self.compile
