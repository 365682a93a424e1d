"""What training scripts contain of the switches that make training quicker."""

from __future__ import annotations

from collections.abc import Iterator

from networks.doctor.findings import shares_batches
from networks.graph.network import Network
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import Recipe, images_at_once
from networks.source.loop_text import loop_text


def speed_functions(network: Network, machine: Machine) -> Iterator[str]:
    """The classes that run the network in another precision, compiled, or on several threads."""
    if machine.precision == "bfloat16":
        yield from loop_text("training/printed/precision.py").values()
    if machine.compile:
        yield from loop_text("training/printed/compiled.py").values()
    if shares_batches(network, machine):
        yield from loop_text("training/printed/data_parallel.py").values()


def pools_quickened(network: str, machine: Machine) -> bool:
    """Whether mean pools in this text of a network are computed faster."""
    return machine.quick_pools and "nn.AvgPool2d(" in network


def precise(model: str, machine: Machine) -> str:
    """What runs this network in the recipe's precision."""
    return model if machine.precision == "float32" else f"InBfloat16({model}, DEVICE)"


def speed_lines(network: Network, recipe: Recipe) -> Iterator[str]:
    """The lines that make what steps and validation run; `trained` and `judged` give the names."""
    machine = recipe.machine
    if machine.precision != "float32":
        yield f"    precise = {precise('model', machine)}"
    if machine.compile:
        yield f"    compiled = Compiled({judged(machine)}, {images_at_once(recipe)})"
    if shares_batches(network, machine):
        yield f"    parallel = DataParallel({judged(machine)}, THREADS)"


def trained(network: Network, machine: Machine) -> str:
    """What the steps run."""
    if shares_batches(network, machine):
        return "parallel"
    return "compiled" if machine.compile else judged(machine)


def judged(machine: Machine) -> str:
    """What validation runs."""
    return "model" if machine.precision == "float32" else "precise"
