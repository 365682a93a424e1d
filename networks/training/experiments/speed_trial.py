"""Tries the switches of the machine section on copies of a run: how fast each is, and how its results differ.

Every trial is a run of its own, which is thrown away. Another run, its weights, its optimizer and its random
numbers are as if nobody had tried. Only while nobody trains: random numbers are drawn from torch's own.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import torch
from msgspec.structs import replace
from torch import Tensor

from networks.core.message import Message, UserError
from networks.project.project import Project
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import with_settings
from networks.recipes.speed_trials import SpeedTrials, Trial, plain_switches
from networks.recipes.stopping import Stopping
from networks.runs.events import Failed, Finished, Noticed, Stepped, Validated, Validating
from networks.runs.failure import explain
from networks.runs.measures import TRAINING_LOSS
from networks.training.engine.run import Run
from networks.training.machine.abilities import device_name, obstacles
from networks.training.machine.devices import cores, default_threads, device
from networks.training.setup.plan import plan

SECONDS = 2.0
"""So long is measured, at least, after a first step that does not count."""
COMPARED = 4
"""How many steps are compared with the plain ones."""
_NOISE = 1e-5
"""A weight whose gradient is so small beside the largest has a gradient of rounding errors alone.

Such is the bias before a BatchNorm, of which optimizers such as Adam make whole steps. It changes no score.
"""
_ENDLESS = 1_000_000


def try_switches(
    project: Project, going_on: Callable[[float], bool] = lambda share: True
) -> SpeedTrials | None:
    """Trains a little with every combination of switches that is possible here.

    `going_on` is told the share of the work that is done, and says whether to go on; what was measured by
    then is given, None where that is nothing. torch.compile is tried with what was fastest without it. Raises
    UserError where the project cannot be trained or breaks off.
    """
    planned, machine = plan(project), project.recipe.machine
    missing = obstacles(machine.device, project.network)
    combinations = tuple(_combinations(replace(machine, threads=planned.threads), missing))
    compiled = 0 if "compile" in missing else len({each.precision for each in combinations})
    threads = torch.get_num_threads()
    trying = _Trying(project, going_on, len(combinations) + compiled)
    try:
        for each in combinations:
            trying.measure(each)
        for each in _to_compile(trying.trials) if compiled else ():
            trying.measure(each)
    except _GivenUpError:
        if not trying.trials:
            return None
    finally:
        torch.set_num_threads(threads)
    left_out = tuple(missing[name] for name in ("precision", "compile") if name in missing)
    batch = min(project.recipe.learning.batch_size, project.recipe.data.sizes()[0])
    processor = device_name(device(machine.device))
    return SpeedTrials(processor, batch, tuple(trying.trials), trying.rounding, left_out)


def _combinations(machine: Machine, missing: Collection[str]) -> Iterator[Machine]:
    """All without torch.compile, the plain one first."""
    plain, threads = plain_switches(machine), machine.threads
    precisions = ("float32",) if "precision" in missing else ("float32", "bfloat16")
    layouts = (False,) if "channels_last" in missing else (False, True)
    others = {max(1, cores() // 2), default_threads(), cores()} if machine.device == "cpu" else set()
    for precision, count, layout in itertools.product(
        precisions, (threads, *sorted(others - {threads})), layouts
    ):
        tried = replace(plain, threads=count, channels_last=layout, precision=precision)
        yield tried
        if count > 1 and "data_parallel" not in missing:
            yield replace(tried, data_parallel=True)


def _to_compile(trials: list[Trial]) -> Iterator[Machine]:
    """The fastest of each precision, to be compiled."""
    for precision in dict.fromkeys(trial.machine.precision for trial in trials):
        able = [trial for trial in trials if trial.machine.precision == precision and trial.problem is None]
        if able:
            fastest = max(able, key=lambda trial: trial.images_per_second).machine
            yield replace(fastest, compile=True, data_parallel=False)


class _GivenUpError(Exception):
    """Nobody wants to wait any longer."""


class _StepByStep(Run):
    """A run that tells each step before it makes the next one, on a GPU as well."""

    @property
    def _synchronous(self) -> bool:
        return True


class _Result(NamedTuple):
    """The first losses, the weights after them, and how long the gradient of each was in the first step."""

    losses: list[float]
    weights: list[Tensor]
    gradients: list[float]


class _Trying:
    """Measures one combination after the other, and compares each with the first."""

    def __init__(self, project: Project, going_on: Callable[[float], bool], count: int) -> None:
        self._network, self._count, self._going_on = project.network, count, going_on
        # a validation that is good enough would end it
        self._recipe = with_settings(project.recipe, stopping=Stopping())
        self._draws = any(node.layer.draws_random_numbers for node in project.network.nodes)
        self._plain: _Result | None = None
        self.trials: list[Trial] = []
        self.rounding = 0.0
        """What the last bit of the first weights changes."""

    def measure(self, machine: Machine) -> None:
        """Adds the trial of this combination."""
        trial, problem = None, None
        try:
            trial = self._tried(machine)
        except (UserError, RuntimeError, MemoryError) as error:
            problem = explain(error).message
        if problem is not None:
            if not self.trials:
                raise UserError(problem)
            trial = Trial(machine, problem=problem)
        assert trial is not None
        self.trials.append(trial)

    def _tried(self, machine: Machine) -> Trial:
        on = device(machine.device)
        if on.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(on)
        before = torch.cuda.memory_allocated(on) if on.type == "cuda" else 0
        # which numbers a layer draws may follow the order in memory; what is compared draws none
        together = on.type == "cpu" and not self._draws
        result = None
        if not together:
            _, result, _ = self._trained(self._run(machine, _StepByStep), 0.0)
        speed, own, seconds = self._trained(self._run(machine), SECONDS)
        memory = torch.cuda.max_memory_allocated(on) - before if on.type == "cuda" else None
        result = result or own
        if self._plain is None:
            self._plain = result
            self.rounding = max(self._perturbed(machine, odd) for odd in (0, 1))
        return Trial(machine, speed, _difference(self._plain, result), memory, seconds)

    def _run(self, machine: Machine, kind: type[Run] = Run) -> Run:
        recipe = replace(self._recipe, machine=machine)
        if kind is _StepByStep:
            recipe = with_settings(recipe, dropout=0.0)
        return kind(Project(self._network, recipe), "trial")

    def _perturbed(self, machine: Machine, odd: int) -> float:
        """How far the results are from the plain ones where every other weight begins a bit further away."""
        assert self._plain is not None
        run = self._run(machine, _StepByStep)
        with torch.no_grad():
            for weight in run.model.module.parameters():
                weight.view(-1)[odd::2] *= 1 + 2**-23
        return _difference(self._plain, self._trained(run, 0.0)[1])

    def _trained(self, run: Run, seconds: float) -> tuple[float, _Result, float | None]:
        """Images per second, what came of the first steps, and how long torch.compile took."""
        run.preparation.wanted = self._wanted
        try:
            return self._measured(run, seconds)
        finally:
            _let_go(run)

    def _wanted(self, share: float = 0.0) -> bool:
        return self._going_on((len(self.trials) + share) / self._count)

    def _measured(self, run: Run, seconds: float) -> tuple[float, _Result, float | None]:
        events = run.train(_ENDLESS)
        result = _Result([], [], [])
        noticed: Message | None = None
        began, judging, first = 0.0, 0.0, 0
        try:
            while True:
                asked = time.perf_counter()
                event = next(events)
                if isinstance(event, Failed | Finished):
                    raise UserError(event.message)
                if isinstance(event, Noticed):
                    noticed = event.message
                if isinstance(event, Validating | Validated):
                    judging += time.perf_counter() - asked
                if isinstance(event, Stepped):
                    if not result.losses:
                        began, judging, first = _now(run.device), 0.0, run.step
                    _note(result, event, run)
                    if event.step >= COMPARED and time.perf_counter() - began - judging >= seconds:
                        break
                passed = time.perf_counter() - began if began else 0.0
                if not self._wanted(min(passed / SECONDS, 1.0) if seconds else 0.0):
                    raise _GivenUpError
        finally:
            events.close()
        if run.project.recipe.machine.compile and not run.machine.compile:
            assert noticed is not None
            raise UserError(noticed)
        made, passed = run.step - first, _now(run.device) - began - judging
        images = len(run.sides.images["training"]) / run.steps_per_epoch
        return made * images / passed, result, run.preparation.seconds


def _now(on: torch.device) -> float:
    """The time at which the device is done with everything so far."""
    if on.type == "cuda":
        torch.cuda.synchronize(on)
    return time.perf_counter()


def _note(result: _Result, event: Stepped, run: Run) -> None:
    if event.step <= COMPARED:
        result.losses.append(event.values[TRAINING_LOSS.name])
    if event.step == 1:
        gradients = [weight.grad for weight in run.model.weights]
        result.gradients[:] = [0.0 if each is None else _length(each) for each in gradients]
    if event.step == COMPARED:
        result.weights[:] = [weight.detach().to("cpu", copy=True) for weight in run.model.weights]


def _difference(plain: _Result, other: _Result) -> float:
    """The largest relative difference: of one of the losses, or of all weights together."""
    losses = max(
        abs(new - old) / max(abs(old), 1e-12) for old, new in zip(plain.losses, other.losses, strict=True)
    )
    loudest = max(plain.gradients)
    squares, apart = 0.0, 0.0
    for old, new, gradient in zip(plain.weights, other.weights, plain.gradients, strict=True):
        if gradient >= _NOISE * loudest:
            squares += float(old.double().square().sum())
            apart += float((new.double() - old.double()).square().sum())
    weights = math.sqrt(apart / squares) if squares else 0.0
    found = max(losses, weights)
    return found if math.isfinite(found) else math.inf


def _length(gradient: Tensor) -> float:
    """The root of the mean square of its numbers."""
    return float(gradient.double().square().mean().sqrt())


def _let_go(run: Run) -> None:
    """Frees the memory of a run now: its parts refer to each other, and only a collection would free them."""
    run.optimizer.state.clear()
    for weight in run.model.module.parameters():
        weight.grad = None
    for tensor in (*run.model.module.parameters(), *run.model.module.buffers()):
        tensor.data = tensor.data.new_empty(0)
