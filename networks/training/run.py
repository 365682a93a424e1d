"""One training run: a generator of plain events, the same to the bit however it is stopped and continued."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from networks.core.message import Message, UserError, message
from networks.core.shapes import count
from networks.data.batches import Batches
from networks.data.images import prepare
from networks.doctor.findings import leaves_one_out, obstacle
from networks.doctor.memory import memory_obstacle
from networks.graph.check import Report, check
from networks.graph.forward import auxiliary_weights
from networks.graph.network import Network
from networks.layers.ends import Input
from networks.module.build import build, evaluation, resolve, run
from networks.module.overwriting import overwriting
from networks.project.project import Project
from networks.recipes.optimizers import Optimizer
from networks.runs.events import Event, Failed, Finished, Started, Stepped, Validated, Validating
from networks.runs.failure import explain
from networks.runs.measures import (
    EACH_EPOCH,
    EACH_STEP,
    TRAINING_LOSS,
    VALIDATION_LOSS,
    BatchResult,
    add_to,
    is_best,
    means,
)
from networks.training.devices import device, random_state, seed_random, set_random_state
from networks.training.first_weights import start_from, weights_of

FETCH_SECONDS = 0.03
"""How often losses are fetched from a GPU; each fetch waits until it has caught up."""


class _Read(NamedTuple):
    """What was taken from one step: for each measure a sum, perhaps still on the device, and a count."""

    step: int
    sums: tuple[Tensor | float, ...]
    counts: tuple[int, ...]


class Run:
    """Weights, optimizer, random numbers and the place in the epoch, from the first step to the last.

    Holds the project that it was started from. Raises UserError where the project cannot be trained, and
    whatever torch raises where it does not fit into memory (`networks.runs.failure.explain` has words).

    Stopping and going on changes nothing: on one machine, with the same number of threads on the CPU, the
    events are the same, bit for bit. Shuffling has a generator of its own; what layers draw from torch's
    global one (such as Dropout) they find as if nobody else drew from it.

    A last batch of a single image is left out where there is BatchNorm: it has no variance to divide by. The
    order is drawn anew for each epoch, so that it is another image each time.

    Starts from published weights where the recipe names some: layers that they do not fit, such as the last
    one for other classes, keep the random numbers of the seed. The first event says which.

    Auxiliary outputs add their losses while training, each times its weight, and are left out of validation.

    What is frozen keeps its weights, and no gradient goes below the lowest layer that is not. A frozen
    BatchNorm stays in evaluation mode, that is it normalizes by its running statistics and leaves them as
    they are: fine-tuning freezes a layer in order to keep what it computes, and statistics that follow the
    new images would change it as surely as new weights.
    """

    def __init__(self, project: Project, id: str = "run") -> None:
        """`id` is what its events carry as `run`; whoever drives several runs gives each its own."""
        self.id = id
        report = check(project.network, project.classes)
        if (reason := obstacle(project, report)) is not None:
            raise UserError(reason)
        recipe = project.recipe
        self.project = project
        self.device = device(recipe.machine.device)
        if self.device.type == "cpu":
            self._refuse_beyond_memory(report)
        self.threads = recipe.machine.threads or default_threads()
        torch.set_num_threads(self.threads)
        images = prepare(recipe.data, project.network.of_type(Input)[0].layer)
        self._training = Batches(images.training, images.training_labels, self.device)
        self._validation = Batches(images.validation, images.validation_labels, self.device)
        self._make_module(report)
        self.loss: nn.Module = run(recipe.learning.loss.call())
        self._auxiliary = auxiliary_weights(project.network)
        self._weights = [weight for weight in self.module.parameters() if weight.requires_grad]
        self.optimizer = make_optimizer(recipe.learning.optimizer, self._weights, self.device)
        self._set_training()
        self.steps_per_epoch = _steps(len(self._training), recipe.learning.batch_size, project.network)
        self._judged_at_once = judged_at_once(report, recipe.learning.batch_size)

        self.target_epochs = recipe.learning.epochs
        """Where training ends; may be raised from another thread while it goes on."""
        self.step = 0
        """Steps that were made; the place in the epoch is `step % steps_per_epoch`."""
        self.best: Validated | None = None
        """The epoch with the lowest validation loss so far."""
        self._judged_step = 0
        self._shuffling = torch.Generator().manual_seed(recipe.learning.seed)
        self._order: tuple[Tensor, ...] = ()
        self._unread: list[_Read] = []
        self._fetched = time.perf_counter()
        self._clock = _Stopwatch()

    @property
    def epoch(self) -> float:
        """How often all training images were gone through, in whole and parts."""
        return self.step / self.steps_per_epoch

    def train(self, epochs: int | None = None) -> Generator[Event, None, None]:
        """Goes on for `epochs` epochs, a begun one counted as the first; without, up to `target_epochs`.

        Ask for no further event to pause, close it to stop: weights and place are kept, and the next call
        goes on from there. Ends with a Finished, or a Failed where something broke. For one thread at a time.
        """
        if epochs is not None:
            self.target_epochs = self.step // self.steps_per_epoch + epochs
        return self._drive()

    def stopped(self) -> tuple[Event, ...]:
        """What is left to be told after `train` was closed: steps not yet told, and that it was stopped."""
        reason = message("Stopped after {epochs} epochs; the weights are kept.", epochs=_short(self.epoch))
        return *self._fetch(), Finished(self.id, "stopped", self.step, reason)

    def weights(self) -> dict[str, Tensor]:
        """Copies of all that was learned, under torch's names, on the CPU. Only while nobody trains."""
        return {
            name: tensor.detach().to("cpu", memory_format=torch.contiguous_format, copy=True)
            for name, tensor in self.module.state_dict().items()
        }

    def _refuse_beyond_memory(self, report: Report) -> None:
        learning, images = self.project.recipe.learning, self.project.recipe.data.sizes()[0]
        frozen = [node.name for node in self.project.network.nodes if node.frozen]
        reason = memory_obstacle(report, learning.optimizer, min(learning.batch_size, images), frozen)
        if reason is not None:
            raise UserError(reason)

    def _make_module(self, report: Report) -> None:
        outside = random_state(self.device)
        try:
            seed_random(self.device, self.project.recipe.learning.seed)
            module = build(self.project.network, self.project.classes)
            self._random = random_state(self.device)
        finally:
            set_random_state(self.device, outside)
        published = weights_of(self.project)
        self._note = None if published is None else start_from(module, published).sentence(published.title)
        if self.device.type != "mps":
            # convolutions on the CPU are up to 1.4 times as fast with channels last (LeNet-5, two cores)
            module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.module = module.to(self.device)
        self._trained = overwriting(self.module)
        self._evaluated = overwriting(evaluation(self.module))
        self._frozen = _frozen(self.module, self.project.network)
        for part in self._frozen:
            part.requires_grad_(False)

    def _set_training(self) -> None:
        """Training mode, but for what is frozen and has weights or statistics to keep."""
        self.module.train()
        for part in self._frozen:
            part.eval()

    def _drive(self) -> Generator[Event, None, None]:
        torch.set_num_threads(self.threads)
        leg = self._leg()
        try:
            while (event := self._next(leg)) is not None:
                yield event
                if isinstance(event, Failed):
                    return
        finally:
            leg.close()

    def _next(self, leg: Generator[Event, None, None]) -> Event | None:
        """The next event, made with the run's own random numbers; 2 µs to change them there and back."""
        outside = random_state(self.device)
        set_random_state(self.device, self._random)
        self._clock.start()
        try:
            return next(leg, None)
        except Exception as error:  # noqa: BLE001  whatever it is, the user is told
            return explain(error, self.id)
        finally:
            self._clock.stop()
            self._random = random_state(self.device)
            set_random_state(self.device, outside)

    def _leg(self) -> Generator[Event, None, None]:
        yield Started(
            run=self.id,
            device=self.device.type,
            threads=self.threads,
            steps_per_epoch=self.steps_per_epoch,
            training_images=len(self._training),
            validation_images=len(self._validation),
            step=self.step,
            note=self._note,
        )
        while True:
            whole_epoch = self.step % self.steps_per_epoch == 0
            if self._unread and (self._synchronous or whole_epoch or self._late):
                for event in self._fetch():
                    yield event
                    if not math.isfinite(event.values[TRAINING_LOSS.name]):
                        yield Finished(self.id, "diverged", self.step, _diverged(event))
                        return
            elif whole_epoch and self.step > self._judged_step:
                yield from self._judge()
            elif self.step >= self.target_epochs * self.steps_per_epoch:
                yield Finished(self.id, "finished", self.step, self._finished())
                return
            else:
                self._make_step()

    @property
    def _synchronous(self) -> bool:
        return self.device.type == "cpu"

    @property
    def _late(self) -> bool:
        return time.perf_counter() - self._fetched > FETCH_SECONDS

    def _make_step(self) -> None:
        place = self.step % self.steps_per_epoch
        if not self._order:
            drawn = torch.randperm(len(self._training), generator=self._shuffling)
            self._order = torch.split(self._training.at_home(drawn), self.project.recipe.learning.batch_size)
        images, labels = self._training.pick(self._order[place])
        if not self.module.training:
            self._set_training()
        scores = self._trained(images)
        if self._auxiliary:
            scores, *early = scores
            loss = self.loss(scores, labels)
            for share, guess in zip(self._auxiliary, early, strict=True):
                loss = loss + share * self.loss(guess, labels)
        else:
            loss = self.loss(scores, labels)
        for weight in self._weights:
            # what Optimizer.zero_grad does, without its bookkeeping for the profiler
            weight.grad = None
        loss.backward()
        taken = BatchResult(loss.detach(), scores.detach(), labels, self._weights, self.optimizer)
        with torch.no_grad():
            sums, counts = zip(*(take(taken) for take in EACH_STEP.values()), strict=True)
        # on a GPU asking for the number would wait for it
        if not self._synchronous or math.isfinite(taken.loss.item()):
            if self.project.recipe.learning.clip:
                nn.utils.clip_grad_norm_(self._weights, self.project.recipe.learning.clip)
            self.optimizer.step()
        self._unread.append(_Read(self.step + 1, sums, counts))
        self.step += 1
        if self.step % self.steps_per_epoch == 0:
            self._order = ()

    def _fetch(self) -> Iterator[Stepped]:
        """Tells the steps that were not yet told, oldest first; each is forgotten once it is told."""
        if not self._synchronous and self._unread:
            # one transfer for each measure
            columns = [
                torch.stack(column).tolist() if isinstance(column[0], Tensor) else column
                for column in zip(*(read.sums for read in self._unread), strict=True)
            ]
            self._unread = [
                read._replace(sums=sums)
                for read, sums in zip(self._unread, zip(*columns, strict=True), strict=True)
            ]
            self._fetched = time.perf_counter()
        while self._unread:
            read = self._unread.pop(0)
            values = {
                name: float(amount) / count
                for name, amount, count in zip(EACH_STEP, read.sums, read.counts, strict=True)
            }
            yield Stepped(self.id, read.step, read.step / self.steps_per_epoch, values)

    def _judge(self) -> Iterator[Event]:
        """Judges all validation images, each counting the same."""
        totals: dict[str, tuple[float, int]] = {}
        for start in range(0, len(self._validation), self._judged_at_once):
            stop = min(start + self._judged_at_once, len(self._validation))
            images, labels = self._validation.cut(start, stop)
            self.module.eval()
            with torch.inference_mode():
                scores = self._evaluated(images)
                loss = self.loss(scores, labels).item()
                taken = BatchResult(loss, scores, labels, self._weights, self.optimizer)
                add_to(totals, EACH_EPOCH, taken)
            if stop < len(self._validation):
                yield Validating(self.id, self.step, stop / len(self._validation))
        values = means(totals)
        judged = Validated(
            run=self.id,
            step=self.step,
            epoch=self.step // self.steps_per_epoch,
            values=values,
            seconds=self._clock.lap(),
            best=is_best(values, self.best.values if self.best else None),
        )
        self._judged_step = self.step
        self.best = judged if judged.best else self.best
        yield judged

    def _finished(self) -> Message:
        epochs = self.step // self.steps_per_epoch
        if self.best is None:
            return message("Trained for {epochs} epochs.", epochs=epochs)
        return message(
            "Trained for {epochs} epochs; the validation loss was lowest after epoch {best}, with {loss}.",
            epochs=epochs,
            best=self.best.epoch,
            loss=_short(self.best.values[VALIDATION_LOSS.name]),
        )


class _Stopwatch:
    """Time that was spent computing; runs only between `start` and `stop`."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._since = 0.0

    def start(self) -> None:
        self._since = time.perf_counter()

    def stop(self) -> None:
        self._seconds += time.perf_counter() - self._since

    def lap(self) -> float:
        """Seconds since the last lap, while it runs."""
        now = time.perf_counter()
        seconds, self._seconds, self._since = self._seconds + now - self._since, 0.0, now
        return seconds


def default_threads() -> int:
    """One core is left to the window, where there are several."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def make_optimizer(
    declared: Optimizer, weights: Iterable[nn.Parameter], device: torch.device
) -> torch.optim.Optimizer:
    """torch's optimizer for these weights, with its fused kernel where it has one."""
    call = declared.call(device.type)
    made: torch.optim.Optimizer = resolve(call.target)(weights, **dict(call.kwargs))
    return made


def _frozen(module: nn.Module, network: Network) -> tuple[nn.Module, ...]:
    """The parts of frozen layers that hold weights or statistics; Dropout holds none and goes on drawing."""
    layers = dict(module.named_modules())
    return tuple(
        part
        for node in network.nodes
        if node.frozen and node.name in layers
        for part in layers[node.name].modules()
        if [*part.parameters(recurse=False), *part.buffers(recurse=False)]
    )


def _steps(images: int, batch_size: int, network: Network) -> int:
    """Steps of an epoch."""
    return math.ceil(images / batch_size) - leaves_one_out(images, batch_size, network)


def judged_at_once(report: Report, batch_size: int) -> int:
    """Images of one validation batch: as many as keep the largest layer's output at 64 MB."""
    largest = max(count(node.output) for node in report.nodes.values() if node.contributing and node.output)
    return max(batch_size, min(1024, 2**24 // largest))


def _diverged(event: Stepped) -> Message:
    return message(
        "The loss became {loss} in step {step}: try a lower learning rate, or gradient clipping.",
        loss="NaN" if math.isnan(event.values[TRAINING_LOSS.name]) else "infinite",
        step=event.step,
    )


def _short(number: float) -> str:
    return f"{number:.4g}"
