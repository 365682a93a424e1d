"""One training run: a generator of plain events, equal to the bit however it is stopped and continued."""

from __future__ import annotations

import copy
import math
from collections.abc import Generator, Iterable, Iterator, Mapping

import msgspec
import torch
from msgspec.structs import replace
from torch import Tensor, fx

from networks.core.message import Message, message
from networks.doctor.findings import computed_together
from networks.graph.forward import auxiliary_weights
from networks.module.build import evaluation
from networks.project.project import Project
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import Recipe
from networks.recipes.steering import Change, Course, Value, change_words, with_change
from networks.recipes.stopping import Keep, Stopping
from networks.runs.endings import diverged, ended_early, finished, left_alone, stopped
from networks.runs.events import Event, Failed, Finished, Noticed, Started, Steered, Stepped, Validated
from networks.runs.failure import explain
from networks.runs.judgement.judgement import Judgement, Weights
from networks.runs.measures import TRAINING_LOSS, by_chance, means
from networks.training.distributed.ranks import Ranks, is_gone
from networks.training.engine.epoch_judge import EpochJudge
from networks.training.engine.fetching import Fetching
from networks.training.engine.in_force import InForce
from networks.training.engine.preparation import Preparation
from networks.training.engine.restoring import machine_to_go_on, save_machine
from networks.training.engine.shared_learner import make_learner
from networks.training.engine.state import RunState, SavedState
from networks.training.engine.steering import Steering
from networks.training.machine.devices import RandomNumbers, device, is_done
from networks.training.printed.compiled import Compiled
from networks.training.setup.make_loss import make_loss
from networks.training.setup.make_optimizer import make_optimizer
from networks.training.setup.model import fast_form, make_model, training_form
from networks.training.setup.plan import plan, refuse_beyond_memory
from networks.training.setup.run_images import RunImages, changed_words
from networks.training.setup.sides import Sides
from networks.training.watching.watch import Watch

SETTLING = 10.0
"""Seconds that a GPU has for the steps that it still has to make where another process is gone."""


class Run:
    """Trains a project from the first step to the last; holds the project, the data, the model and the state.

    Raises UserError where the project cannot be trained, and whatever torch raises where it does not fit into
    memory (`networks.runs.failure.explain` has words).

    Stopping and going on changes nothing: on one machine, with the same number of threads on the CPU, the
    events are the same, bit for bit. The same holds for another run of the project that takes over a saved
    state. Shuffling has a generator of its own; what layers draw from torch's global one (such as Dropout)
    they find as if nobody else drew from it. The order of the images is drawn anew for each epoch.

    Class weights and auxiliary outputs change what training makes small, not what validation measures. A last
    batch of a single image is left out where there is BatchNorm, which would have no variance to divide by.
    """

    def __init__(
        self,
        project: Project,
        id: str = "run",
        changes: Iterable[Change] = (),
        weights: Mapping[str, Tensor] | None = None,
        ranks: Ranks | None = None,
    ) -> None:
        """`id` is what its events carry as `run`; whoever drives several runs gives each its own.

        `changes` are those of an earlier run of the project, which this one repeats at the same steps.
        `weights` are those of another run, from which this one goes on with everything else anew: they take
        the place of the first weights. Raises ValueError where they are another network's.
        `ranks` are the processes that train the run together, each with an object of this class; connected.
        """
        self.id = id
        self.project = project
        self.first_weights = weights
        """Those of another run from which it went on; None where they were drawn or fetched."""
        self.preparation = Preparation()
        self._steering = Steering(changes)
        data = project.recipe.data
        self._notes = [*changed_words(data.dataset.read_again())]
        """What is to be told as soon as the run goes on."""
        if project.recipe.machine.data_parallel and (reason := computed_together(project.network)):
            self._notes.append(message("Trained without data-parallel threads: {reason}.", reason=reason))
        # read first: of some sets only reading tells how many images there are
        data.dataset.labels()
        self.plan = plan(project)
        own = None if ranks is None else ranks.launch.local_rank
        self.device = device(project.recipe.machine.device, own)
        if self.device.type == "cpu":
            refuse_beyond_memory(project, self.plan.report)
        torch.set_num_threads(self.plan.threads)
        learning = project.recipe.learning
        self.images = RunImages(project, self.plan, self.device, self._orders_to_come)
        self.ranks = ranks
        self.machine = replace(project.recipe.machine, threads=self.plan.threads)
        """What the run computes on: with its number of threads, and compiled only where that works."""
        random_numbers = RandomNumbers(self.device, learning.seed)
        self.model = make_model(
            project, self.device, random_numbers, None if ranks is None else ranks.attendance
        )
        self.loss = make_loss(learning.loss, self.device)
        counts = self.images.class_weights
        training_loss = self.loss if counts is None else make_loss(learning.loss, self.device, counts)
        # known now, so that looking at a batch or at a picture reads nothing that may be gone by then
        self.sides = Sides(data, self.images)
        ends = 1 + len(auxiliary_weights(project.network))
        self.watch = Watch(training_loss, self.sides.images["training"], ends)
        optimizer = make_optimizer(learning.optimizer, self.model.weights, self.device, learning.decay)
        averaged = copy.deepcopy(self.module) if learning.averaging else None
        self._epoch_judge = EpochJudge(
            self.model,
            None if averaged is None else fast_form(evaluation(averaged), self.machine),
            self.loss,
            project,
            self.images,
            self.sides.images["validation"],
            ranks,
        )
        self.state = RunState(
            self.model.module, optimizer, random_numbers, learning.seed, learning.epochs, averaged
        )
        if weights is not None:
            self.state.restore_weights(weights)
        self._in_force = InForce(
            project.recipe, self.module, optimizer, self.images, self.plan.steps_per_epoch
        )
        self._learner = make_learner(project, self.plan, self.images, self.watch, ranks)
        self._fetching = Fetching(self.state, self.device, ranks)
        self.settled = True
        """Whether weights can be read: not from a GPU that waits for a process that is gone."""

    @property
    def module(self) -> fx.GraphModule:
        """The network with its weights as they are now, with plain semantics: to look into, not to train."""
        return self.model.module

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The optimizer with its state, as it is now."""
        return self.state.optimizer

    @property
    def recipe(self) -> Recipe:
        """The project's recipe with all that was changed since the run began."""
        recipe = self.project.recipe
        for change in self.state.changes:
            recipe = with_change(recipe, change.path, change.value)
        return recipe

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was changed while the run went on, oldest first."""
        return tuple(self.state.changes)

    @property
    def course(self) -> Course:
        """How the run went on: with the project and the first weights, all that an exact repetition needs."""
        return Course(max(1, math.ceil(self.epoch)), self.changes)

    def steer(self, path: str, value: Value) -> None:
        """Changes a number of the recipe from the next step on; may be called from another thread.

        Raises ValueError where it cannot be changed in a run that goes on, or is out of its bounds.
        """
        with_change(self.project.recipe, path, value)
        self._steering.wish(path, value)

    @property
    def threads(self) -> int:
        return self.machine.threads

    def hurry(self) -> None:
        """Gives up what takes long before the first step; may be asked from another thread."""
        self.preparation.hurry()

    @property
    def steps_per_epoch(self) -> int:
        """How many steps go once through all training images."""
        return self.plan.steps_per_epoch

    @property
    def step(self) -> int:
        """Steps that were made; the place in the epoch is `step % steps_per_epoch`."""
        return self.state.step

    @property
    def best(self) -> Validated | None:
        """The best epoch so far."""
        return self.state.best

    @property
    def judgements(self) -> Mapping[Weights, Judgement]:
        """What came of the newest validation of each kind of weights; replaced as a whole."""
        return self._epoch_judge.judgements

    @property
    def target_epochs(self) -> int:
        """Where training ends; may be raised from another thread while it goes on."""
        return self.state.target_epochs

    @target_epochs.setter
    def target_epochs(self, epochs: int) -> None:
        self.state.target_epochs = epochs

    @property
    def epoch(self) -> float:
        """How often the run went through all training images, with fractions."""
        return self.step / self.steps_per_epoch

    def train(self, epochs: int | None = None, repeating: bool = False) -> Generator[Event, None, None]:
        """Trains for `epochs` more epochs, of which one that has begun is the first; else to `target_epochs`.

        When `repeating` an earlier run, it trains through all of them, whatever the recipe and its changes
        say of the end. Ask for no further event to pause, close it to stop: weights and place are kept, and
        the next call goes on from there. Ends with a Finished, or a Failed where something broke. For one
        thread at a time.
        """
        if epochs is not None:
            self.target_epochs = self.step // self.steps_per_epoch + epochs
            self.state.over = False
            self.state.repeating = repeating
        return self._drive()

    def stopped(self) -> tuple[Event, ...]:
        """The last events after `train` was closed: of steps that had none yet, and that it was stopped."""
        ending = Finished(self.id, "stopped", self.step, stopped(self.step, self.steps_per_epoch))
        return *self._fetch(), *self._noted(), ending

    def release(self) -> None:
        """Drops the gradients, which are as large as the weights; the next step makes new ones.

        Only while nobody trains.
        """
        self.optimizer.zero_grad(set_to_none=True)

    def weights(self, keep: Keep = "last") -> dict[str, Tensor]:
        """Copies of all that was learned, under torch's names, on the CPU. Only while nobody trains.

        Before the first validation, or where nothing is averaged, there are only those of the last step.
        """
        return self.state.weights(keep)

    def data_checksum(self) -> str:
        """A checksum of all images and labels, as they were prepared for this run."""
        return f"{self.images.training.checksum():08x}-{self.images.validation.checksum():08x}"

    def save(self) -> SavedState:
        """All that another run of the same project needs to go on from here. Only while nobody trains."""
        saved = self.state.save()
        save_machine(saved, self.machine)
        return saved

    def restore(self, saved: SavedState) -> None:
        """Goes on from where the saved run was, with as many threads, and compiled only if that was.

        Raises ValueError where it trained another network, or in another order in memory or precision.
        """
        machine = machine_to_go_on(saved, self.machine)
        self.state.restore(saved)
        self._epoch_judge.judgements = {}
        if machine != self.machine:
            self._compute_on(machine)
        self._in_force.bring(self.recipe)
        if self.state.order is not None and len(self.state.order) != len(self.images.training):
            # the pictures of a folder are others now, which whoever resumes sees by their checksum
            self.state.order = None
        if self.state.order is not None:
            self.state.order = self.images.training.at_home(self.state.order)

    def _drive(self) -> Generator[Event, None, None]:
        torch.set_num_threads(self.threads)
        self.preparation.begin()
        leg = self._leg()
        try:
            while (event := self._next(leg)) is not None:
                yield event
                if isinstance(event, Failed):
                    return
        finally:
            leg.close()
            self.images.close()

    def _next(self, leg: Generator[Event, None, None]) -> Event | None:
        """The next event, made with the run's own random numbers."""
        with self.state.random_numbers:
            self.state.clock.start()
            try:
                return next(leg, None)
            except Exception as error:  # noqa: BLE001  whatever it is, the user is told
                if self.ranks is not None and is_gone(error):
                    self.settled = is_done(self.device, SETTLING)
                    return Finished(self.id, "interrupted", self.step, left_alone(self.step, self.settled))
                return explain(error, self.id)
            finally:
                self.state.clock.stop()

    def _leg(self) -> Generator[Event, None, None]:
        classes = self.project.classes
        yield Started(
            run=self.id,
            device=self.device.type,
            threads=self.threads,
            steps_per_epoch=self.steps_per_epoch,
            training_images=len(self.images.training),
            validation_images=len(self.images.validation),
            step=self.step,
            note=self.model.note,
            chance=by_chance(classes, self.project.recipe.learning.loss.by_chance(classes)),
            changes=len(self.state.changes),
        )
        yield from self._prepare()
        while True:
            whole_epoch = self.step % self.steps_per_epoch == 0
            if self._fetching.is_due or (self.state.untold and whole_epoch):
                for event in self._fetch():
                    yield event
                    if not math.isfinite(event.values[TRAINING_LOSS.name]):
                        yield Finished(self.id, "diverged", self.step, diverged(event))
                        return
            elif self._notes:
                yield from self._noted()
            elif whole_epoch and self.step > self.state.judged_step:
                yield from self._judge()
            elif (steered := self._steer()) is not None:
                yield steered
                yield from self._prepare()
            elif self.state.over and not self.state.repeating:
                end = self._stopping
                words = ended_early(end.measure, end.patience, int(self.epoch), self.best)
                yield Finished(self.id, "finished", self.step, words)
                return
            elif self.step >= self.target_epochs * self.steps_per_epoch:
                yield Finished(self.id, "finished", self.step, finished(self.step // self.steps_per_epoch))
                return
            else:
                with self.state.changing:
                    self._learner.make_step(self.model, self.state, self._in_force)
                self._note(self.images.left_out(at_once=False))

    def _prepare(self) -> Iterator[Noticed]:
        """Compiles the training step where that is wished, and tells so; as often as it is given up."""
        while isinstance(step := self.model.trained, Compiled) and not step.compiled:
            yield Noticed(self.id, self.preparation.words, waits=True)
            done = self.preparation.compile(step, self.model, self.images, self.state)
            if done.problem is not None:
                self._compute_on(replace(self.machine, compile=False))
            if done.words is not None:
                yield Noticed(self.id, done.words)

    def _compute_on(self, machine: Machine) -> None:
        self.machine = machine
        if not machine.compile:
            form = training_form(self.project.network, self.model.module, machine)
            self.model = self.model._replace(trained=form)

    def _steer(self) -> Steered | None:
        """Makes the first change that is due before the next step, and tells it."""
        due = self._steering.next(self.step, self.changes)
        if due is None:
            return None
        words = change_words(self.recipe, *due)
        self.state.changes.append(Change(self.step, *due))
        path, value = due
        if self._in_force.bring(self.recipe, path):
            self.preparation.expect_again(self.model.trained)
        if path == "learning.epochs" and not self.state.repeating:
            # an epoch that has begun is finished, and judged
            self.target_epochs = max(self._in_force.learning.epochs, math.ceil(self.epoch))
        plain = msgspec.to_builtins(value)
        return Steered(self.id, self.step, self.epoch, path, plain, words, self.target_epochs)

    def _orders_to_come(self) -> Iterator[Tensor]:
        """The orders of the epochs that follow this one, as they will be drawn."""
        epochs = self.target_epochs - self.step // self.steps_per_epoch - 1
        return self.images.orders(self.state.shuffling, epochs)

    def _note(self, sentence: Message | None) -> None:
        """Has a sentence told before the next step."""
        if sentence is not None:
            self._notes.append(sentence)

    def _noted(self) -> Iterator[Noticed]:
        while self._notes:
            yield Noticed(self.id, self._notes.pop(0))

    def _fetch(self) -> Iterator[Stepped]:
        """The events of all steps that had none yet, oldest first."""
        for step, measured in self._fetching.fetch():
            yield Stepped(self.id, step, step / self.steps_per_epoch, means(measured))

    def _judge(self) -> Iterator[Event]:
        """Judges all validation images, and keeps what came of it."""
        epoch, at_once = self.step // self.steps_per_epoch, self.plan.judged_at_once
        judged = self._epoch_judge.judge(self.id, epoch, at_once, self.state, self.optimizer, self._stopping)
        for event in judged:
            if isinstance(event, Validated):
                self._note(self.images.left_out(at_once=True))
                self._note(self.images.slow(event.waiting))
            yield event

    @property
    def _stopping(self) -> Stopping:
        return self._in_force.learning.stopping
