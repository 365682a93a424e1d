"""The network as a run trains it: its module with first weights, on its device, and the fast forms of it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from msgspec.structs import replace
from torch import fx, nn

from networks.core.message import Message
from networks.doctor.findings import shares_batches
from networks.graph.network import Network
from networks.module.build import build, evaluation
from networks.module.overwriting import overwriting
from networks.project.project import Project
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import images_at_once
from networks.training.distributed.norms import Attendance, synchronize_norms
from networks.training.machine.abilities import refuse_imitated_bfloat16
from networks.training.machine.devices import RandomNumbers, default_threads
from networks.training.printed.compiled import Compiled
from networks.training.printed.data_parallel import DataParallel
from networks.training.printed.mean_pools import own_quick_pools
from networks.training.printed.norm_guards import guard_norms
from networks.training.printed.precision import InBfloat16
from networks.training.setup.first_weights import start_from, weights_of


class Model(NamedTuple):
    """Three modules with the same weights: one to look into, and what training and validation run.

    `module` has plain semantics and every weight. `trained` and `evaluated` are its fast forms, and
    `evaluated` has no auxiliary outputs. `weights` are those that are not frozen; `note` says which layers
    start from published weights, where the recipe names some.

    What is frozen keeps its weights, and no gradient goes below the lowest layer that is not. A frozen
    BatchNorm stays in evaluation mode: it normalizes by its running statistics and leaves them as they are.
    Layers are frozen to keep what they compute, and statistics that follow the new images would change that
    as surely as new weights.
    """

    module: fx.GraphModule
    trained: nn.Module
    evaluated: nn.Module
    weights: list[nn.Parameter]
    frozen: tuple[nn.Module, ...]
    note: Message | None

    def set_training(self) -> None:
        """Training mode, except for frozen parts that have weights or statistics to keep."""
        self.module.train()
        for part in self.frozen:
            part.eval()


def make_model(
    project: Project,
    device: torch.device,
    random_numbers: RandomNumbers,
    attendance: Attendance | None = None,
) -> Model:
    """The project's network with its first weights, drawn from these random numbers or published.

    Layers that published weights do not fit, such as the last one for other classes, keep the random numbers.
    Several processes that train it together each give their own `attendance`. Raises UserError where the
    network does not fit or published weights are not to be had.
    """
    machine = project.recipe.machine
    refuse_imitated_bfloat16(machine)
    with random_numbers:
        module = build(project.network, project.classes)
    published = weights_of(project)
    note = None if published is None else start_from(module, published).sentence(published.title)
    if not machine.in_plain_order:
        # convolutions on the CPU are up to 1.4 times as fast with channels last (LeNet-5, two cores)
        module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    module = module.to(device)
    guard_norms(module)
    if attendance is not None and machine.synchronized:
        synchronize_norms(module, attendance)
    frozen = _freeze(module, project.network)
    weights = [weight for weight in module.parameters() if weight.requires_grad]
    machine = replace(machine, threads=machine.threads or default_threads())
    trained = training_form(project.network, module, machine)
    if machine.compile:
        trained = Compiled(precise_form(module, machine), images_at_once(project.recipe))
    model = Model(module, trained, fast_form(evaluation(module), machine), weights, frozen, note)
    model.set_training()
    return model


def training_form(network: Network, module: fx.GraphModule, machine: Machine) -> nn.Module:
    """What steps are made with, unless they are compiled: the fast form, by several threads where wished."""
    form = fast_form(module, machine)
    return DataParallel(form, machine.threads) if shares_batches(network, machine) else form


def fast_form(module: fx.GraphModule, machine: Machine) -> nn.Module:
    """The same computation in the recipe's precision, written over what is read where that is sound."""
    if machine.precision != "float32":
        return precise_form(module, machine)
    form = overwriting(module)
    return own_quick_pools(form) if machine.quick_pools else form


def precise_form(module: nn.Module, machine: Machine) -> nn.Module:
    """The same computation in the recipe's precision."""
    return module if machine.precision == "float32" else InBfloat16(module, machine.device)


def _freeze(module: nn.Module, network: Network) -> tuple[nn.Module, ...]:
    """Switches off the gradients of all that belongs to frozen layers, whatever holds it.

    Gives the modules that hold weights or statistics of them; Dropout holds none, and goes on drawing.
    """
    for path, weight in module.named_parameters():
        if _is_frozen(path, network):
            weight.requires_grad_(False)
    return tuple(
        part for path, part in module.named_modules() if _is_frozen(path, network) and _holds_tensors(part)
    )


def _is_frozen(path: str, network: Network) -> bool:
    """Whether a module or tensor under this path belongs to a frozen layer: its own, or one within it."""
    while path and path not in network:
        path = path.rpartition(".")[0]
    return bool(path) and network[path].frozen


def _holds_tensors(part: nn.Module) -> bool:
    return bool([*part.parameters(recurse=False), *part.buffers(recurse=False)])
