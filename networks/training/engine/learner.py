"""Makes the steps of a run: picks a batch in the epoch's order, learns from it, keeps what was measured."""

from __future__ import annotations

from torch import Tensor

from networks.data.streamed import NoPictureError
from networks.recipes.datasets.picture_files import BATCHES_BACK
from networks.recipes.learning_section import Learning
from networks.training.engine.in_force import InForce
from networks.training.engine.state import RunState, Untold
from networks.training.printed.averaging import average_weights
from networks.training.printed.steps import set_rate, train_step
from networks.training.setup.model import Model
from networks.training.setup.run_images import RunImages
from networks.training.watching.watch import Watch

Measured = dict[str, tuple[Tensor, int]]
"""For each measure a sum and what to divide it by."""


class Learner:
    """Makes the steps of a run that one process trains."""

    def __init__(
        self, images: RunImages, watch: Watch, auxiliary: tuple[float, ...], steps_per_epoch: int
    ) -> None:
        """`auxiliary` holds what the losses of auxiliary outputs are multiplied by."""
        self._images, self._watch, self._auxiliary = images, watch, auxiliary
        self._steps_per_epoch = steps_per_epoch

    def make_step(self, model: Model, state: RunState, in_force: InForce) -> None:
        """Makes the next step, which the state then holds untold."""
        learning = in_force.learning
        if state.order is None:
            state.order = self._images.order(state.shuffling)
        if not model.module.training:
            model.set_training()
        set_rate(state.optimizer, in_force.rate_factor(state.step, state.losses))
        measured = self._learn(model, state, state.order, learning)
        if state.averaged is not None:
            # the first step's weights are copied
            average_weights(state.averaged, model.module, learning.averaging if state.step else 0.0)
        state.step += 1
        self._watch.end()
        state.untold.append(Untold(state.step, measured))
        if state.step % self._steps_per_epoch == 0:
            state.order = None

    def _learn(self, model: Model, state: RunState, order: Tensor, learning: Learning) -> Measured:
        """Changes the weights by the next batch."""
        images, targets, chosen = self._picked(state, order, learning)
        self._watch.begin(state.step + 1, chosen, images)
        return train_step(
            model.trained,
            self._watch,
            state.optimizer,
            images,
            targets,
            auxiliary=self._auxiliary,
            clip=learning.clip,
            clip_by=learning.clip_by,
            parts=learning.accumulation,
            on_norms=state.flow.add,
        )

    def _picked(self, state: RunState, order: Tensor, learning: Learning) -> tuple[Tensor, Tensor, Tensor]:
        """The next batch or, where none of its pictures can be read, the one before it in the epoch.

        A small batch may hold nothing but a single bad picture, which ends no run. Raises UserError where
        none of several batches can be read.
        """
        first, epoch = self._place(state, learning)
        size, length = learning.batch_size, self._steps_per_epoch * learning.batch_size
        for back in range(min(BATCHES_BACK, self._steps_per_epoch)):
            start = (first - back * size) % length
            try:
                return self._images.augmented.pick(order, start, start + size, epoch)
            except NoPictureError as error:
                nothing = error
        raise nothing

    def _place(self, state: RunState, learning: Learning) -> tuple[int, int]:
        """Where the next batch begins in the order of the epoch, and which epoch it is; they count from 1."""
        step = state.step % self._steps_per_epoch
        return step * learning.batch_size, state.step // self._steps_per_epoch + 1
