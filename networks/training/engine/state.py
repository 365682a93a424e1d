"""The state of a run: all that changes from step to step, and all that an exact continuation needs."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import torch
from torch import Tensor, fx, nn

from networks.core.decoding import typed
from networks.module.build import other_tensor
from networks.recipes.steering import Change
from networks.runs.events import Validated
from networks.runs.judgement.judgement import Weights
from networks.training.machine.devices import RandomNumbers
from networks.training.watching.clock import Stopwatch
from networks.training.watching.flow import FlowSums


class Untold(NamedTuple):
    """A step that no event has told yet: for each measure a sum and what to divide it by.

    On a GPU the sums are tensors until they are fetched.
    """

    step: int
    measured: dict[str, tuple[Any, int]]


class SavedState(NamedTuple):
    """A state that can be kept: copies of all tensors, contiguous and on the CPU, and what JSON can hold."""

    tensors: dict[str, Tensor]
    data: dict[str, Any]


class RunState:
    """Weights, optimizer, random numbers, the order of the images, and how far the run is.

    Another run of the same project, on the same kind of device and with as many threads, continues to the bit
    from what `save` gave it. Save and restore between two events, never while one is being made.
    """

    def __init__(
        self,
        module: nn.Module,
        optimizer: torch.optim.Optimizer,
        random_numbers: RandomNumbers,
        seed: int,
        epochs: int,
        averaged: nn.Module | None = None,
    ) -> None:
        self.module = module
        self.averaged = averaged
        """The same with averaged weights, where the recipe averages them."""
        self.optimizer = optimizer
        self.random_numbers = random_numbers
        """What layers such as Dropout draw from."""
        self.shuffling = torch.Generator().manual_seed(seed)
        """What the order of the images is drawn from."""
        self.order: Tensor | None = None
        """Indices of the training images in the order of this epoch; None until it is drawn."""
        self.step = 0
        """Steps that were made."""
        self.judged_step = 0
        """The step after which the last validation was made."""
        self.best: Validated | None = None
        """The best validation so far."""
        self.best_weights: dict[str, Tensor] = {}
        """Copies of the weights that it judged, under torch's names, on the CPU; empty before the first."""
        self.over = False
        """Whether the last validation was one after which training ends early."""
        self.repeating = False
        """Whether it repeats an earlier run, and ends where that did, whatever the recipe says."""
        self.losses: list[float] = []
        """The validation losses of all epochs so far: what the schedule may look at."""
        self.untold: list[Untold] = []
        """Oldest first."""
        self.target_epochs = epochs
        """Where training ends."""
        self.flow = FlowSums()
        """How strong the gradient was at each layer since the epoch began."""
        self.changes: list[Change] = []
        """What was changed in the recipe while the run went on, oldest first."""
        self.clock = Stopwatch()
        self.changing = threading.Lock()
        """Held while weights change, so that other threads copy whole ones."""

    def weights(self, keep: Weights = "last") -> dict[str, Tensor]:
        """Copies of all that was learned, under torch's names, contiguous and on the CPU.

        Where there are no such weights yet, they are the last ones.
        """
        if keep == "best" and self.best_weights:
            return {name: tensor.clone() for name, tensor in self.best_weights.items()}
        module = self.averaged if keep == "averaged" else None
        return {name: _copied(tensor) for name, tensor in (module or self.module).state_dict().items()}

    def copied(self, weights: Weights) -> tuple[fx.GraphModule, int]:
        """A copy of the network with these weights, and the step after which it had them.

        May be asked from another thread while the run goes on: it waits for the step that is being made.
        Where there are no such weights yet, they are the last ones.
        """
        with self.changing:
            averaged = self.averaged if weights == "averaged" else None
            module = copy.deepcopy(averaged or self.module)
            assert isinstance(module, fx.GraphModule)
            if weights == "best" and self.best is not None and self.best_weights:
                module.load_state_dict(self.best_weights)
                return module, self.best.step
            return module, self.step

    def fetch(self) -> None:
        """Turns what is untold into numbers; a transfer for each measure, since each waits for the GPU."""
        for name in self.untold[0].measured if self.untold else ():
            amounts = [each.measured[name][0] for each in self.untold]
            if isinstance(amounts[0], Tensor):
                amounts = torch.stack(amounts).tolist()
            for each, amount in zip(self.untold, amounts, strict=True):
                each.measured[name] = amount, each.measured[name][1]

    def keep_best(self) -> None:
        """Copies the weights as those of the best epoch, into the memory of the copies before."""
        for name, tensor in self.module.state_dict().items():
            if name in self.best_weights:
                self.best_weights[name].copy_(tensor.detach())
            else:
                self.best_weights[name] = _copied(tensor)

    def save(self) -> SavedState:
        """The state as it is now. Going on changes nothing in it."""
        tensors = {f"weights/{name}": tensor for name, tensor in self.weights().items()}
        tensors |= {f"best/{name}": tensor.clone() for name, tensor in self.best_weights.items()}
        if self.averaged is not None:
            tensors |= {
                f"averaged/{name}": _copied(each) for name, each in self.averaged.state_dict().items()
            }
        for name, slots in self._optimizer_slots():
            tensors |= {f"optimizer/{slot}/{name}": _copied(value) for slot, value in slots.items()}
        for index, generator in enumerate(self.random_numbers.state):
            tensors[f"random/{index}"] = generator.clone()
        tensors["shuffling"] = self.shuffling.get_state()
        if self.order is not None:
            tensors["order"] = _copied(self.order)
        data = {
            "step": self.step,
            "judged_step": self.judged_step,
            "target_epochs": self.target_epochs,
            "over": self.over,
            "repeating": self.repeating,
            "changes": msgspec.to_builtins(self.changes),
            "best": msgspec.to_builtins(self.best),
            "losses": list(self.losses),
            "untold": [
                [step, {name: [float(amount), count] for name, (amount, count) in measured.items()}]
                for step, measured in self.untold
            ],
            "flow": self.flow.save(),
            "seconds": self.clock.seconds,
        }
        return SavedState(tensors, data)

    def restore(self, saved: SavedState) -> None:
        """Continues from a saved state. Raises ValueError where it is that of another network."""
        tensors, data = saved
        self.restore_weights(_below("weights/", tensors))
        if self.averaged is not None:
            _take_over(self.averaged, _below("averaged/", tensors))
        self._restore_optimizer(_below("optimizer/", tensors))
        random = _below("random/", tensors)
        self.random_numbers.state = tuple(random[str(index)].clone() for index in range(len(random)))
        self.shuffling.set_state(tensors["shuffling"])
        self.order = tensors["order"].clone() if "order" in tensors else None
        self.step, self.judged_step = data["step"], data["judged_step"]
        self.target_epochs = data["target_epochs"]
        self.over, self.repeating = data["over"], data["repeating"]
        self.changes = typed(data["changes"], list[Change])
        self.best = typed(data["best"], Validated | None)
        self.best_weights = {name: each.clone() for name, each in _below("best/", tensors).items()}
        # JSON has no word for what is not a number
        self.losses = [math.nan if loss is None else loss for loss in data["losses"]]
        self.untold = [
            Untold(step, {name: (amount, count) for name, (amount, count) in measured.items()})
            for step, measured in data["untold"]
        ]
        self.flow.restore(data.get("flow", {}), next(self.module.parameters()).device)
        self.clock = Stopwatch()
        self.clock.seconds = data["seconds"]

    def trained(self) -> list[tuple[str, nn.Parameter]]:
        """The weights that the optimizer has, in its order, with their names."""
        names = {weight: name for name, weight in self.module.named_parameters()}
        return [
            (names[weight], weight) for group in self.optimizer.param_groups for weight in group["params"]
        ]

    def _optimizer_slots(self) -> Iterator[tuple[str, dict[str, Tensor]]]:
        """What the optimizer keeps for each weight, such as its momentum; nothing before the first step."""
        for name, weight in self.trained():
            # not by [], which would add a state
            yield name, self.optimizer.state.get(weight, {})

    def restore_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Takes over all that was learned. Raises ValueError where it is that of another network."""
        _take_over(self.module, weights)

    def _restore_optimizer(self, slots: dict[str, Tensor]) -> None:
        trained = self.trained()
        places = {name: index for index, (name, _) in enumerate(trained)}
        state: dict[int, dict[str, Tensor]] = {}
        for key, tensor in slots.items():
            slot, _, name = key.partition("/")
            _, weight = trained[places[name]]
            state.setdefault(places[name], {})[slot] = _like(weight, tensor)
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})


def _take_over(module: nn.Module, weights: Mapping[str, Tensor]) -> None:
    state = module.state_dict()
    if (other := other_tensor(state, weights)) is not None:
        raise ValueError("expected {1} as {0}, got {2}".format(*other))
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(weights[name])


def _copied(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", memory_format=torch.contiguous_format, copy=True)


def _like(weight: Tensor, saved: Tensor) -> Tensor:
    """A copy that lies in memory as the weight does, where fused optimizers expect it (channels last)."""
    if saved.shape != weight.shape:
        return saved.clone()
    with torch.no_grad():
        return torch.empty_like(weight, dtype=saved.dtype).copy_(saved)


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}
