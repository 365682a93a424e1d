"""Looks into one network: views of its layers for the probe, and how the layers fare."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Lock

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx, nn

from networks.insight.own_numbers import OwnNumbers
from networks.insight.pictures import Pictures
from networks.insight.taps import Taps
from networks.insight.xrays import Wanted, xray
from networks.module.build import build
from networks.project.project import Project
from networks.training.first_weights import start_from, weights_of
from networks.training.make_loss import make_loss
from networks.training.norm_guards import guard_norms
from networks.training.run import Run
from networks.xray.capture import Capture
from networks.xray.flatness import rests_at_zero
from networks.xray.health import Pull, Units
from networks.xray.probe import Which
from networks.xray.view import Mode, XRay


class Measured(msgspec.Struct, frozen=True):
    """How layers fare, by their names: units that never fire, and how the probe pulls at the weights."""

    units: dict[str, Units]
    pulls: dict[str, Pull]


class Looker:
    """A built module that is looked into and stays as it is, be it that of a run or a copy.

    `step` is the step after which it has these weights. Threads that look at the same time take turns.
    """

    def __init__(self, module: fx.GraphModule, project: Project, step: int = 0) -> None:
        self.project, self.step = project, step
        self._module = module
        self._taps = Taps(module, project.network)
        learning = project.recipe.learning
        self._declared = learning.loss
        self._device = next((weight.device for weight in module.parameters()), torch.device("cpu"))
        self._loss = make_loss(learning.loss, self._device)
        self._sent: tuple[Pictures, Tensor] | None = None
        self._looking = Lock()

    def look(self, pictures: Pictures, wanted: Wanted) -> XRay:
        """The views that are wanted of the probe."""
        with self._looking:
            batch = self._batch(pictures, wanted.mode)
            found = xray(self._taps, self.project.network, self._declared, batch, wanted, self.step)
        return msgspec.structs.replace(found, picture=pictures.seen, label=pictures.label)

    def measure(self, pictures: Pictures, names: Collection[str]) -> Measured:
        """How these layers fare, in evaluation mode."""
        with self._looking:
            images = self._here(pictures)
            return Measured(self._units(images, names), self._pulls(images[:1], pictures.label))

    def captures(self, pictures: Pictures, names: Collection[str], mode: Mode) -> dict[str, Capture]:
        """All that these layers computed with; image 0 is the probe. For a module whose weights stay.

        In training mode the other pictures are the batch that the probe is trained in.
        """
        with self._looking:
            batch = self._batch(pictures, mode)
            training = mode == "training"
            return self._taps.captures(batch, names, training=training, own_weights=True)

    def loss(self, scores: NDArray[np.float32], label: int) -> float:
        """The loss of one picture, by its scores, as torch computes it."""
        with self._looking, torch.no_grad():
            given = torch.from_numpy(scores[None]).to(self._device)
            return float(self._loss(given, torch.tensor([label], device=self._device)))

    def _batch(self, pictures: Pictures, mode: Mode) -> Tensor:
        images = self._here(pictures)
        return images if mode == "training" else images[:1]

    def _here(self, pictures: Pictures) -> Tensor:
        """All pictures on the device of the weights; those that were looked at last are there already."""
        if self._sent is None or self._sent[0] is not pictures:
            self._sent = pictures, pictures.images.to(self._device)
        return self._sent[1]

    def _units(self, images: Tensor, names: Collection[str]) -> dict[str, Units]:
        network = self.project.network
        resting = [name for name in names if name in network and rests_at_zero(network[name].layer)]
        alive: dict[str, Tensor] = {}

        def take(name: str, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            fires = (output != 0).flatten(2).any(2) if output.ndim > 2 else output != 0
            found = fires.any(0)
            alive[name] = alive[name] | found if name in alive else found

        # a few at a time: of large pictures a whole batch would take a lot of memory
        for some in torch.split(images, max(1, 2**20 // max(1, images[0].numel()))):
            self._taps.run(some, resting, take)
        return {name: Units(int((~each).sum()), each.numel(), len(images)) for name, each in alive.items()}

    def _pulls(self, image: Tensor, label: int | None) -> dict[str, Pull]:
        """By layer: norms of the gradient of the probe's loss and of the weights; nothing without a label."""
        weights = {name: each for name, each in self._module.named_parameters() if each.requires_grad}
        if label is None or not weights:
            return {}
        with torch.inference_mode(False), torch.enable_grad(), _evaluating(self._module):
            scores = self._module(image.clone())
            scores = scores[0] if isinstance(scores, tuple) else scores
            loss = self._loss(scores, torch.tensor([label], device=image.device))
            gradients = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
        squares: dict[str, list[Tensor]] = {}
        for (path, weight), gradient in zip(weights.items(), gradients, strict=True):
            if gradient is not None:
                name = self._layer_of(path)
                own = torch.stack([gradient.square().sum(), weight.detach().square().sum()])
                squares.setdefault(name, []).append(own)
        norms = {name: torch.stack(each).sum(0).sqrt().tolist() for name, each in squares.items()}
        return {name: Pull(gradient, weight) for name, (gradient, weight) in norms.items()}

    def _layer_of(self, path: str) -> str:
        while path and path not in self.project.network:
            path = path.rpartition(".")[0]
        return path


def first_looker(project: Project) -> Looker:
    """The network as a run of this project begins: random numbers of the recipe's seed, or published weights.

    Raises UserError where the network does not fit or published weights are not to be had.
    """
    with OwnNumbers(project.recipe.learning.seed):
        module = build(project.network, project.classes)
    published = weights_of(project)
    if published is not None:
        start_from(module, published)
    return _own(module, project)


def run_looker(run: Run, which: Which) -> Looker:
    """A copy of a run's network; may be asked from another thread while the run goes on."""
    if which == "first":
        looker = first_looker(run.project)
        if run.first_weights is not None:
            looker._module.load_state_dict(dict(run.first_weights))
        return looker
    copied, step = run.state.copied("best" if which == "best" else "last")
    return Looker(copied, run.project, step)


def _own(module: fx.GraphModule, project: Project) -> Looker:
    module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    guard_norms(module)
    return Looker(module, project)


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Brings all parts into evaluation mode, and afterwards back into that in which each of them was."""
    parts = list(module.modules())
    before = [part.training for part in parts]
    try:
        module.eval()
        yield
    finally:
        for part, was in zip(parts, before, strict=True):
            part.training = was
