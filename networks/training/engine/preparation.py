"""What takes long before a run's first step, and can be given up: compiling the training step."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from networks.core.message import Message, message
from networks.training.engine.state import RunState
from networks.training.machine.compiling import Compilation, compile_steps
from networks.training.printed.compiled import Compiled
from networks.training.setup.model import Model
from networks.training.setup.run_images import RunImages


class Preparation:
    """Compiles the training step of a run where that is wished; another thread may ask it to `hurry`."""

    def __init__(self) -> None:
        self._patient = True
        self.wanted: Callable[[], bool] = lambda: True
        """Asked as well, again and again, while that goes on."""
        self.seconds: float | None = None
        """What it took to compile the training step; None as long as it is not compiled."""

    @property
    def words(self) -> Message:
        """What is told before the training step is compiled."""
        if self.seconds is None:
            return message("torch.compile translates the training step, once for this run …")
        return message("torch.compile translates the training step again: dropout is a part of it …")

    def expect_again(self, step: nn.Module) -> None:
        """Has a compiled step compiled once more, since the network computes otherwise now.

        torch would do that by itself within the next step, without a word and without a way to give it up.
        """
        if isinstance(step, Compiled):
            step.compiled.clear()

    def hurry(self) -> None:
        """Gives up to compile where that goes on, so that the next event comes soon; for another thread."""
        self._patient = False

    def begin(self) -> None:
        """Waits again for what takes long."""
        self._patient = True

    def compile(self, step: Compiled, model: Model, images: RunImages, state: RunState) -> Compilation:
        """Compiles the step for batches like the first one; leaves weights and random numbers as they are."""
        model.set_training()
        order = images.training.at_home(torch.arange(len(images.training)))
        batch, _, _ = images.augmented.pick(order, 0, step.images, epoch=1)
        with state.changing:
            done = compile_steps(step, batch, images.device, lambda: self._patient and self.wanted())
        # it is no time of an epoch
        state.clock.start()
        self.begin()
        if done.words is not None and done.problem is None:
            self.seconds = done.seconds
        return done
