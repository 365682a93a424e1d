"""Looks into one network: views of its layers for the probe, and how the layers fare."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx, nn

from networks.core.shapes import count
from networks.explanations.traces.trace import Trace
from networks.graph.check import check
from networks.insight.closeups import spread
from networks.insight.pictures import Pictures
from networks.insight.precedence import Precedence
from networks.insight.taps import Between, Take, Taps
from networks.insight.tracing import traced
from networks.insight.xrays import Wanted, silencer, xray
from networks.layers.ends import Output
from networks.project.project import Project
from networks.runs.gradient_flow import Pull
from networks.training.keeping.kept_weights import take_weights
from networks.training.setup.make_loss import make_loss
from networks.training.watching.pulls import layer_of, pulls_of
from networks.xray.capture import Capture
from networks.xray.closeup import Weighed
from networks.xray.health import Units
from networks.xray.silenced import NOTHING_OFF, Silenced
from networks.xray.view import Mode, XRay

PASS_BYTES, BATCH_BYTES = 2**25, 3 * 2**25
"""About what a pass of several pictures may take in passing: one after the other, or together as a batch."""
_ALIVE = 3
"""Outputs of the largest layer that a pass holds at a time."""


class Measured(msgspec.Struct, frozen=True):
    """How layers fare, by their names: units that are always zero, and how the probe pulls at the weights.

    `names` are the layers whose units were counted. `weighed` tells more of the weights of the one layer that
    is looked at from near, whose name is `near`.
    """

    units: dict[str, Units]
    pulls: dict[str, Pull]
    weighed: Weighed | None = None
    names: frozenset[str] = frozenset()
    near: str = ""

    def beside(self, near: str) -> Measured:
        """The same where this layer is looked at from near: nothing is told of the weights of another one."""
        return self if near == self.near else msgspec.structs.replace(self, weighed=None)

    def tells(self, names: Collection[str], near: str) -> bool:
        """Whether it tells all of these layers."""
        return self.names.issuperset(names) and near in ("", self.near)


class _GivenUp(Exception):  # noqa: N818  nothing went wrong
    """Nobody wants what is being measured any more."""


def _always() -> bool:
    return True


class Looker:
    """A built module that is looked into and stays as it is, be it that of a run or a copy.

    `step` is the step after which it has these weights. Threads that look at the same time take turns; who
    looks at one picture never waits for who measures, or goes through many.
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
        self._looking = Precedence()

    def look(self, pictures: Pictures, wanted: Wanted, held: dict[str, Capture] | None = None) -> XRay:
        """The views that are wanted of the probe; `held` gets all that layers computed with. See `xray`."""
        with self._looking.at_once():
            batch = self._batch(pictures, wanted.mode)
            found = xray(self._taps, self.project.network, self._declared, batch, wanted, self.step, held)
        return msgspec.structs.replace(found, picture=pictures.seen, label=pictures.label, images=len(batch))

    def wear(self, weights: dict[str, Tensor], folder: Path, step: int) -> None:
        """Takes other weights of the same network, from a run's folder. Only for a looker of one's own.

        Raises UserError where they are those of another network.
        """
        with self._looking.at_once():
            take_weights(self._module, weights, folder)
            self.__dict__.pop("_memory_of_weights", None)
            self.step = step

    def measure(
        self,
        pictures: Pictures,
        names: Collection[str],
        near: str = "",
        *,
        of_step: bool = False,
        known: Measured | None = None,
        goes_on: Callable[[], bool] = _always,
    ) -> Measured | None:
        """How these layers fare, in evaluation mode, with nothing switched off; `near` is looked at closer.

        `of_step` says that the module has the gradients of a run's last step. What is `known` of the same
        pictures and weights is not measured again. Takes long, but nobody has to wait for it; None where it
        is given up, since it is to go on no more.
        """

        def between() -> None:
            if not goes_on():
                raise _GivenUp
            self._looking.give_way()

        before = Measured({}, {}) if known is None else known
        missing = frozenset({*names, near} - {""}) - before.names
        try:
            with self._looking.at_leisure():
                images = self._here(pictures)
                pulls, weighed = before.pulls, before.weighed
                if known is None or near not in ("", known.near):
                    lengths, gradients = self._gradients(images[:1], pictures.label, near, between)
                    pulls, weighed = self._pulls(lengths), self._weighed(near, gradients, of_step)
                units = before.units | self._units(images, missing, between)
        except _GivenUp:
            return None
        return Measured(units, pulls, weighed, before.names | missing, near or before.near)

    def captures(self, pictures: Pictures, names: Collection[str], mode: Mode) -> dict[str, Capture]:
        """All that these layers computed with; image 0 is the probe. For a module whose weights stay.

        In training mode the other pictures are the batch that the probe is trained in.
        """
        with self._looking.at_once():
            batch = self._batch(pictures, mode)
            training = mode == "training"
            return self._taps.captures(batch, names, training=training, own_weights=True)

    def trace(self, pictures: Pictures, mode: Mode, kept: Collection[str] | None = None) -> Trace:
        """The passes of the probe, and the gradients of its loss. For a module whose weights stay.

        In training mode the other pictures are the batch that the probe is trained in, and have no part in
        the loss. Of the layers `kept` arrays are held, or of all. The probe must have a label.
        """
        assert pictures.label is not None, "without a label there is no loss"
        project = self.project
        with self._looking.at_once(), torch.inference_mode(False):
            batch = self._batch(pictures, mode)
            return traced(
                self._module,
                project.network,
                batch.clone() if batch.is_inference() else batch,
                torch.tensor([pictures.label], device=self._device),
                project.recipe.learning.loss,
                classes=project.classes,
                training=mode == "training",
                kept=kept,
                shares_weights=True,
            )

    def run(self, images: Tensor, names: Collection[str], take: Take, off: Silenced = NOTHING_OFF) -> None:
        """Hands out what these layers give for other pictures, in evaluation mode. See `Taps.run`.

        Many pictures take long, but nobody has to wait for them.
        """
        with self._looking.at_leisure():
            between = self._looking.give_way
            self._taps.run(images.to(self._device), names, take, change=silencer(off), between=between)

    def borrowed(self) -> fx.GraphModule:
        """The network in evaluation mode, for whoever needs it for longer: it shares the weights.

        For a module whose weights stay: nothing may be written into them, and none asks for a gradient.
        """
        with self._looking.at_once():
            shared: dict[int, Any] = {
                id(each): nn.Parameter(each.detach(), requires_grad=False)
                for each in self._module.parameters()
            }
            shared |= {id(each): each for each in self._module.buffers()}
            found: fx.GraphModule = copy.deepcopy(self._module, shared)
        return found.eval()

    def loss(self, scores: NDArray[np.float32], label: int) -> float:
        """The loss of one picture, by its scores, as torch computes it."""
        with self._looking.at_once(), torch.no_grad():
            given = torch.from_numpy(scores[None]).to(self._device)
            return float(self._loss(given, torch.tensor([label], device=self._device)))

    def copied(self) -> fx.GraphModule:
        """A copy of the network, to be changed."""
        with self._looking.at_once():
            return copy.deepcopy(self._module)

    def images(self, pictures: Pictures, mode: Mode) -> int:
        """How many of these pictures go through the network together."""
        if mode != "training":
            return 1
        # of large pictures a whole batch would take a lot of memory; a BatchNorm needs two
        return min(len(pictures.images), max(2, BATCH_BYTES // self._bytes_of_one))

    def memory(self) -> dict[Hashable, int]:
        """The memory that it holds: by the address of each piece its bytes. The weights are counted once."""
        sent = () if self._sent is None else (self._sent[1],)
        return {**self._memory_of_weights, **_memory_of(sent)}

    @cached_property
    def _memory_of_weights(self) -> dict[Hashable, int]:
        return _memory_of((*self._module.parameters(), *self._module.buffers()))

    @property
    def at_once(self) -> int:
        """How many pictures may go through the network at a time without taking much memory."""
        return max(1, PASS_BYTES // self._bytes_of_one)

    @cached_property
    def _bytes_of_one(self) -> int:
        """What one picture takes in passing."""
        nodes = check(self.project.network, self.project.classes).nodes.values()
        return 4 * _ALIVE * max(count(node.output) for node in nodes if node.output is not None)

    def _batch(self, pictures: Pictures, mode: Mode) -> Tensor:
        return self._here(pictures)[: self.images(pictures, mode)]

    def _here(self, pictures: Pictures) -> Tensor:
        """All pictures on the device of the weights; those that were looked at last are there already."""
        if self._sent is None or self._sent[0] is not pictures:
            self._sent = pictures, pictures.images.to(self._device)
        return self._sent[1]

    def _units(self, images: Tensor, names: Collection[str], between: Between) -> dict[str, Units]:
        inner = [name for name in names if name in self.project.network]
        if not inner:
            return {}
        alive: dict[str, Tensor] = {}

        def take(name: str, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if name in alive and bool(alive[name].all()):
                return
            fires = (output != 0).flatten(2).any(2) if output.ndim > 2 else output != 0
            found = fires.any(0)
            alive[name] = alive[name] | found if name in alive else found

        for some in torch.split(images, self.at_once):
            self._taps.run(some, inner, take, between=between)
        return {name: Units((~each).cpu().numpy(), len(images)) for name, each in alive.items()}

    def _gradients(
        self, image: Tensor, label: int | None, near: str, between: Between
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Of the probe's loss, by the paths of the weights: the norms of their gradients, and the gradients
        of the layer `near` themselves. None without a label.
        """
        lengths: dict[str, Tensor] = {}
        gradients: dict[str, Tensor] = {}
        weights = {name: each for name, each in self._module.named_parameters() if each.requires_grad}
        if label is None or not weights:
            return lengths, gradients

        def take(path: str, gradient: Tensor) -> Tensor:
            between()
            lengths[path] = gradient.norm()
            if layer_of(self.project.network, path) == near:
                gradients[path] = gradient
            # all gradients together would take as much memory as the weights
            return gradient.new_zeros(()).expand_as(gradient)

        hooks = [
            each.register_hook(partial(take, path))  # type: ignore[no-untyped-call]
            for path, each in weights.items()
        ]
        try:
            with torch.inference_mode(False), torch.enable_grad():
                scores = self._scores(image.clone(), between)
                loss = self._loss(scores, torch.tensor([label], device=image.device))
                torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
        finally:
            for hook in hooks:
                hook.remove()
        return lengths, gradients

    def _scores(self, images: Tensor, between: Between) -> Tensor:
        """The main scores, from which gradients can be asked for."""
        found: list[Tensor] = []
        (end,) = [node.name for node in self.project.network.of_type(Output)][:1]
        self._taps.run(
            images, {end}, lambda _, __, output: found.append(output), between=between, gradients=True
        )
        return found[0]

    def _pulls(self, lengths: Mapping[str, Tensor]) -> dict[str, Pull]:
        """By layer: norms of the gradient of the probe's loss and of the weights."""
        if not lengths:
            return {}
        weights = dict(self._module.named_parameters())
        own = torch._foreach_norm([weights[path].detach() for path in lengths])
        squares = torch.stack([torch.stack([*lengths.values()]), torch.stack(own)]).double().square().tolist()
        return pulls_of(self.project.network, zip(lengths, *squares, strict=True))

    def _weighed(self, name: str, gradients: Mapping[str, Tensor], of_step: bool) -> Weighed | None:
        weights = self.weights_of(name)
        if not weights:
            return None
        own = [gradients[path] for path in weights if path in gradients]
        stepped = [each.grad for each in weights.values() if of_step and each.grad is not None]
        told = stepped or own
        return Weighed(
            spread([each.detach() for each in weights.values()]),
            spread(told) if told else None,
            bool(stepped),
        )

    def weights_of(self, name: str) -> dict[str, nn.Parameter]:
        """The weights of a layer by their paths, without biases where it has something else."""
        if name not in self.project.network:
            return {}
        network = self.project.network
        found = {
            path: each for path, each in self._module.named_parameters() if layer_of(network, path) == name
        }
        return {path: each for path, each in found.items() if each.ndim > 1} or found


def _memory_of(tensors: Iterable[Tensor]) -> dict[Hashable, int]:
    storages = (tensor.untyped_storage() for tensor in tensors)
    return {storage.data_ptr(): storage.nbytes() for storage in storages}
