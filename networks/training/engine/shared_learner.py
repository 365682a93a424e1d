"""Makes the steps of a run that several processes train together, each with its share of every batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from networks.data.streamed import Upcoming, Wanted
from networks.doctor.findings import normalizes_by_batch
from networks.graph.forward import auxiliary_weights
from networks.project.project import Project
from networks.recipes.learning_section import Learning
from networks.training.distributed.joining import gathered, joined
from networks.training.distributed.norms import SharedBatchNorm
from networks.training.distributed.ranks import Ranks
from networks.training.distributed.shares import counted, parts_of, share
from networks.training.engine.learner import Learner, Measured
from networks.training.engine.state import RunState
from networks.training.machine.devices import seed_random
from networks.training.printed.steps import backward_pass, clear_gradients, update_weights
from networks.training.setup.model import Model
from networks.training.setup.plan import Plan
from networks.training.setup.run_images import RunImages
from networks.training.watching.watch import Watch


class SharedLearner(Learner):
    """Makes the same steps as one process with the same batch, but for rounding.

    Each process computes the scores of its share, and then has those of all: so every loss is that of the
    whole batch, whatever it divides by, and every measure too. DistributedDataParallel adds up the gradients
    while they are computed. Weights, optimizer, statistics and order are the same in all processes after
    each step; a step that breaks off because another process is gone leaves them as they were.

    Layers such as Dropout draw other numbers in each process, and in each step anew from the seed, so that no
    process needs to keep where another one's random numbers stand.
    """

    def __init__(
        self,
        images: RunImages,
        watch: Watch,
        auxiliary: tuple[float, ...],
        steps_per_epoch: int,
        ranks: Ranks,
        seed: int,
        fewest: int,
    ) -> None:
        """`fewest` is how many images each process needs for a forward pass, if it has any."""
        super().__init__(images, watch, auxiliary, steps_per_epoch)
        self._ranks, self._seed, self._fewest = ranks, seed, fewest
        self._shared: tuple[nn.Module, DistributedDataParallel] | None = None

    def _learn(self, model: Model, state: RunState, order: Tensor, learning: Learning) -> Measured:
        ranks = self._ranks
        ranks.agree_to_stop()
        seed_random(self._images.device, _mixed(self._seed, state.step, ranks.rank))
        first, epoch = self._place(state, learning)
        parts = parts_of(first, min(first + learning.batch_size, len(order)), learning.accumulation)
        shared = self._distributed(model.trained)
        clear_gradients(state.optimizer)
        done = []
        with _or_as_before(model.module):
            for number, (start, stop) in enumerate(parts, 1):
                # gradients are sent once they are complete
                with nullcontext() if number == len(parts) else shared.no_sync():
                    share_of_batch = (stop - start) / (parts[-1][1] - first)
                    coming = partial(self._coming, order, [*parts[number:]], stop, epoch, learning)
                    done.append(self._part(shared, order, (start, stop), epoch, share_of_batch, coming))
            self._ranks.average(_statistics(model.module))
        losses, scores, targets = zip(*done, strict=True)
        loss = torch.stack(losses).sum()
        return update_weights(
            state.optimizer,
            loss,
            torch.cat(scores),
            torch.cat(targets),
            learning.clip,
            learning.clip_by,
            state.flow.add,
        )

    def _part(
        self,
        shared: nn.Module,
        order: Tensor,
        part: tuple[int, int],
        epoch: int,
        share_of_batch: float,
        coming: Upcoming,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Adds to the gradients those of a part of the batch; gives loss, scores and targets of all of it."""
        ranks = self._ranks
        own = share(*part, ranks.rank, ranks.count, self._fewest)
        counts = counted(*part, ranks.count, self._fewest)
        ranks.attendance.counts = own.counts
        images, targets, _ = self._images.augmented.pick(order, own.start, own.stop, epoch, coming)
        if self._images.streaming is not None:
            # those that could not be read are left out
            counts = tuple(ranks.of_each(len(images) if own.counts else 0))
        targets = gathered(targets[: counts[ranks.rank]], counts)

        def model(images: Tensor) -> Any:
            scores = shared(images)
            if isinstance(scores, tuple):
                return tuple(self._of_all(each, counts) for each in scores)
            return self._of_all(scores, counts)

        loss, scores = backward_pass(model, self._watch, images, targets, self._auxiliary, share_of_batch)
        return loss, scores, targets

    def _coming(
        self, order: Tensor, parts: list[tuple[int, int]], stop: int, epoch: int, learning: Learning
    ) -> Iterator[Wanted]:
        """The pictures that this process wants next in the epoch: of these parts, and of the next batches."""
        # whoever asks may ask again
        parts = [*parts]
        if parts:
            stop = parts[-1][1]
        for first in range(
            stop, min(len(order), self._steps_per_epoch * learning.batch_size), learning.batch_size
        ):
            parts += parts_of(first, min(first + learning.batch_size, len(order)), learning.accumulation)
        for part in parts:
            own = share(*part, self._ranks.rank, self._ranks.count, self._fewest)
            yield from self._images.augmented.wanted(order, own.start, own.stop, epoch)

    def _of_all(self, scores: Tensor, counts: tuple[int, ...]) -> Tensor:
        return joined(scores[: counts[self._ranks.rank]], counts, self._ranks.rank)

    def _distributed(self, trained: nn.Module) -> DistributedDataParallel:
        if self._shared is None or self._shared[0] is not trained:
            device = self._images.device
            wrapped = DistributedDataParallel(
                trained, device_ids=[device] if device.type == "cuda" else None, forward_sync_buffers=False
            )
            self._shared = trained, wrapped
        return self._shared[1]


def _statistics(module: nn.Module) -> list[Tensor]:
    """What each BatchNorm has found in the images of its own process alone."""
    norms = (part for part in module.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm))
    return [
        buffer
        for norm in norms
        # frozen ones are as they were, and synchronized ones are the same in all processes already
        if norm.training and not isinstance(norm, SharedBatchNorm)
        for buffer in norm.buffers(recurse=False)
        if buffer.is_floating_point()
    ]


@contextmanager
def _or_as_before(module: nn.Module) -> Iterator[None]:
    """Gives all buffers back what they held, where something is raised; the weights have not changed yet."""
    before = [(buffer, buffer.clone()) for buffer in module.buffers()]
    try:
        yield
    except BaseException:
        with torch.no_grad():
            for buffer, copy in before:
                buffer.copy_(copy)
        for weight in module.parameters():
            weight.grad = None
        raise


def _mixed(seed: int, step: int, rank: int) -> int:
    """A seed of its own for each step of each process."""
    found = seed
    for number in (step, rank):
        # the finalizer of splitmix64 (Steele et al. 2014): neighbours become unlike
        found = (found + 0x9E3779B97F4A7C15 * (number + 1)) % 2**64
        found = (found ^ (found >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        found = (found ^ (found >> 27)) * 0x94D049BB133111EB % 2**64
        found ^= found >> 31
    return found % 2**63


def make_learner(
    project: Project, plan: Plan, images: RunImages, watch: Watch, ranks: Ranks | None
) -> Learner:
    """What makes the steps of a run, for one process or for one of several."""
    auxiliary, network = auxiliary_weights(project.network), project.network
    if ranks is None:
        return Learner(images, watch, auxiliary, plan.steps_per_epoch)
    synchronized = project.recipe.machine.synchronized
    # a single image has no variance to normalize by
    fewest = 2 if normalizes_by_batch(network) and not synchronized else 1
    seed = project.recipe.learning.seed
    return SharedLearner(images, watch, auxiliary, plan.steps_per_epoch, ranks, seed, fewest)
